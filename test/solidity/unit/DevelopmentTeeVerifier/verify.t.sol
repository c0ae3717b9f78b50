// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DevelopmentReport, DevelopmentTeeVerifier} from "../../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {Test} from "../../utils/Test.sol";

contract DevelopmentTeeVerifierTest is Test {
    uint256 private constant ROOT_KEY = 0x7e57;
    uint64 private constant NOW = 1_800_000_000;

    DevelopmentTeeVerifier private verifier;
    DevelopmentReport private report;

    function setUp() public {
        vm.warp(NOW);
        verifier = new DevelopmentTeeVerifier(vm.addr(ROOT_KEY));
        report = DevelopmentReport({
            measurementId: keccak256("measurement"),
            binding: keccak256("binding"),
            issuedAt: NOW,
            validUntil: NOW,
            debug: false,
            platformId: keccak256("platform")
        });
    }

    function test_Constructor_RevertWhen_RootIsZero() external {
        vm.expectRevert(DevelopmentTeeVerifier.DevelopmentTeeVerifier_ZeroRoot.selector);
        new DevelopmentTeeVerifier(address(0));
    }

    function testFuzz_RevertWhen_EvidenceHasAnotherLength(bytes calldata evidence) external {
        vm.assume(evidence.length != 352);
        vm.expectRevert(
            abi.encodeWithSelector(
                DevelopmentTeeVerifier.DevelopmentTeeVerifier_InvalidEvidence.selector,
                evidence.length
            )
        );
        verifier.verify(evidence, "");
    }

    function testFuzz_RevertWhen_EvidenceIsNotWhatItShouldEncode(bytes32 seed) external {
        bytes memory evidence;
        for (uint256 i = 0; i < 11; ++i) evidence = bytes.concat(evidence, keccak256(abi.encode(seed, i)));
        vm.expectRevert();
        verifier.verify(evidence, "");
    }

    function test_RevertWhen_AnotherKeySigned() external {
        bytes memory evidence = _evidence(0xbad);
        vm.expectRevert(
            abi.encodeWithSelector(DevelopmentTeeVerifier.DevelopmentTeeVerifier_WrongRoot.selector, vm.addr(0xbad))
        );
        verifier.verify(evidence, "");
    }

    function test_RevertWhen_SignatureIsMalformed() external {
        vm.expectRevert(
            abi.encodeWithSelector(DevelopmentTeeVerifier.DevelopmentTeeVerifier_WrongRoot.selector, address(0))
        );
        verifier.verify(abi.encode(report, new bytes(65)), "");
    }

    function test_RevertWhen_FieldWasChanged() external view {
        bytes memory evidence = _evidence(ROOT_KEY);
        // One bit in each of the six words of the report; `debug` takes 0 and 1 only.
        for (uint256 word = 0; word < 6; ++word) {
            bytes memory changed = bytes.concat(evidence);
            changed[word * 32 + 31] ^= 0x01;
            (bool success, ) = address(verifier).staticcall(abi.encodeCall(verifier.verify, (changed, "")));
            assertFalse(success, "changed");
        }
        verifier.verify(evidence, "");
    }

    function test_RevertWhen_ReportIsForAnotherVerifierOrChain() external {
        bytes memory evidence = _evidence(ROOT_KEY);
        DevelopmentTeeVerifier other = new DevelopmentTeeVerifier(vm.addr(ROOT_KEY));
        vm.expectRevert();
        other.verify(evidence, "");
        vm.chainId(block.chainid + 1);
        vm.expectRevert();
        verifier.verify(evidence, "");
    }

    function test_RevertWhen_EnclaveRunsInDebugMode() external {
        report.debug = true;
        bytes memory evidence = _evidence(ROOT_KEY);
        vm.expectRevert(
            abi.encodeWithSelector(
                DevelopmentTeeVerifier.DevelopmentTeeVerifier_DebugMode.selector,
                report.measurementId
            )
        );
        verifier.verify(evidence, "");
    }

    function test_RevertWhen_ReportWasIssuedInTheFuture() external {
        (report.issuedAt, report.validUntil) = (NOW + 1, NOW + 2);
        _expectOutOfDate();
    }

    function test_RevertWhen_ReportHasExpired() external {
        (report.issuedAt, report.validUntil) = (NOW - 2, NOW - 1);
        _expectOutOfDate();
    }

    function test_WhenEverythingIsInOrder() external view {
        TeeReport memory result = verifier.verify(_evidence(ROOT_KEY), hex"c0ffee");
        assertEq(uint256(result.teeType), uint256(TeeType.Development), "teeType");
        assertEq(result.measurementId, report.measurementId, "measurementId");
        assertEq(result.binding, report.binding, "binding");
        assertEq(result.evidenceId, verifier.reportDigest(report), "evidenceId");
        assertEq(result.issuedAt, NOW, "issuedAt");
        assertEq(result.validUntil, NOW, "validUntil");
        assertEq(uint256(result.tcbStatus), uint256(TcbStatus.UpToDate), "tcbStatus");
        assertEq(result.platformId, report.platformId, "platformId");
    }

    function test_IsDevelopment() external view {
        assertTrue(verifier.isDevelopment(), "isDevelopment");
    }

    function test_ReportDigest_IsEip712() external view {
        bytes32 typeHash = keccak256(
            "DevelopmentReport(bytes32 measurementId,bytes32 binding,uint64 issuedAt,uint64 validUntil,bool debug,bytes32 platformId)"
        );
        assertEq(typeHash, 0x0327f61f465db3712a578ca5441cbb9ad03166b98e7eead281acc64ddd489bb3, "golden type hash");
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Freehold Development TEE"),
                keccak256("1"),
                block.chainid,
                address(verifier)
            )
        );
        bytes32 hash = keccak256(
            abi.encode(
                typeHash,
                report.measurementId,
                report.binding,
                uint256(report.issuedAt),
                uint256(report.validUntil),
                uint256(0),
                report.platformId
            )
        );
        assertEq(verifier.reportDigest(report), keccak256(abi.encodePacked(hex"1901", domain, hash)), "digest");
    }

    function _evidence(uint256 key) private view returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, verifier.reportDigest(report));
        return abi.encode(report, abi.encodePacked(r, s, v));
    }

    function _expectOutOfDate() private {
        bytes memory evidence = _evidence(ROOT_KEY);
        vm.expectRevert(
            abi.encodeWithSelector(
                DevelopmentTeeVerifier.DevelopmentTeeVerifier_OutOfDate.selector,
                report.issuedAt,
                report.validUntil,
                uint256(NOW)
            )
        );
        verifier.verify(evidence, "");
    }
}
