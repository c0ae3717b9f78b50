// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {NitroCertStore} from "../../../../contracts/attestation/NitroCertStore.sol";
import {ZkTeeVerifier} from "../../../../contracts/attestation/ZkTeeVerifier.sol";
import {IP384} from "../../../../contracts/interfaces/IP384.sol";
import {ISha384} from "../../../../contracts/interfaces/ISha384.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {IZkTeeVerifier, ProofSystem} from "../../../../contracts/interfaces/IZkTeeVerifier.sol";
import {ZkGatewayStandIn} from "../../../../contracts/mocks/ZkGatewayStandIn.sol";
import {ZkVerifierStandIn} from "../../../../contracts/mocks/ZkVerifierStandIn.sol";
import {Test} from "../../utils/Test.sol";

/// @dev What a program may say, in the journal's order; the registers come from a seed.
struct Said {
    bytes32 evidenceId;
    bytes32 binding;
    bytes32 platformId;
    bytes32 pcrSeed;
    uint64 timestamp;
    bytes32 leafId;
    uint64 notBefore;
    uint64 notAfter;
    uint8 links;
}

contract ZkTeeVerifierTest is Test {
    bytes4 private constant ROUTE = 0x73c457ba;
    bytes32 private constant PROGRAM = keccak256("program");
    bytes32 private constant ROOT = keccak256("root");
    bytes32 private constant JOURNAL_TYPE = keccak256("Freehold ZkTee journal AwsNitro v1");
    uint64 private constant NOW = 1_800_000_000;

    ZkVerifierStandIn private prover;
    ZkTeeVerifier[2] private verifiers;

    function setUp() public {
        vm.warp(NOW);
        ZkGatewayStandIn gateway = new ZkGatewayStandIn();
        prover = new ZkVerifierStandIn();
        gateway.setRoute(ROUTE, address(prover), false);
        // Neither hash nor curve: this route needs none.
        NitroCertStore store = new NitroCertStore(ROOT, ISha384(address(0)), IP384(address(0)));
        for (uint256 i = 0; i < 2; ++i) {
            verifiers[i] = new ZkTeeVerifier(ProofSystem(i), address(gateway), ROUTE, PROGRAM, store);
        }
    }

    function testFuzz_Attack_RandomEvidenceIsShown(
        bytes calldata evidence,
        bytes calldata tail,
        uint8 links
    ) external view {
        _requireRefused(evidence);
        // Behind what costs nothing to get right, the random part is read further.
        bytes memory front = abi.encodePacked(
            JOURNAL_TYPE,
            ROOT,
            new bytes(296),
            links,
            new bytes(64 * uint256(links % 8))
        );
        _requireRefused(bytes.concat(front, evidence));
        _requireRefused(bytes.concat(front, abi.encodePacked(ROUTE), tail));
    }

    function testFuzz_Attack_ProofIsShownForAnotherJournal(Said memory said, uint256 bit) external {
        bytes memory evidence = _prove(_soundly(said));
        verifiers[0].verify(evidence, "");
        bit = bound(bit, 0, evidence.length * 8 - 1);
        evidence[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        _requireRefused(evidence);
    }

    function testFuzz_Attack_ProofOfAnotherProgramIsShown(Said memory said, bytes32 program) external {
        vm.assume(program != PROGRAM);
        bytes memory journal = _journalOf(_soundly(said));
        prover.register(program, journal, _proof());
        _requireRefused(bytes.concat(journal, _proof()));
    }

    function testFuzz_WhenAProgramProvedTheJournal(Said memory said, uint256 around) external {
        said.links = uint8(bound(said.links, 1, 6));
        // Near enough to now that every verdict is common.
        said.notBefore = uint64(NOW - 100 + (around % 128));
        said.notAfter = uint64(NOW - 28 + ((around >> 8) % 256));
        said.timestamp = uint64((NOW - 128 + ((around >> 16) % 512)) * 1000 + ((around >> 32) % 1000));
        bytes memory evidence = _prove(said);
        uint64 issuedAt = said.timestamp / 1000;
        bytes memory expected;
        if (said.notBefore > NOW || said.notAfter < NOW) {
            expected = abi.encodeWithSelector(
                IZkTeeVerifier.ZkTeeVerifier_OutOfDate.selector,
                said.notBefore,
                said.notAfter,
                NOW
            );
        } else if (issuedAt < said.notBefore || issuedAt > said.notAfter) {
            expected = abi.encodeWithSelector(
                IZkTeeVerifier.ZkTeeVerifier_OutsideChain.selector,
                said.timestamp,
                said.notBefore,
                said.notAfter
            );
        } else if (issuedAt > NOW + 60) {
            expected = abi.encodeWithSelector(
                IZkTeeVerifier.ZkTeeVerifier_FutureDocument.selector,
                said.timestamp,
                NOW
            );
        }
        for (uint256 i = 0; i < 2; ++i) {
            if (expected.length != 0) vm.expectRevert(expected);
            TeeReport memory report = verifiers[i].verify(evidence, "");
            if (expected.length == 0) _requireReport(verifiers[i], report, said);
        }
    }

    function _requireReport(ZkTeeVerifier verifier, TeeReport memory report, Said memory said) private view {
        assertEq(uint256(report.teeType), uint256(TeeType.AwsNitro), "teeType");
        bytes32 pcrs = keccak256(_pcrsOf(said));
        bytes32 measurementId = keccak256(abi.encode(keccak256("Freehold measurement AwsNitro v1"), pcrs));
        assertEq(report.measurementId, measurementId, "measurementId");
        assertEq(report.binding, said.binding, "binding");
        assertEq(report.evidenceId, said.evidenceId, "evidenceId");
        assertEq(report.issuedAt, said.timestamp / 1000, "issuedAt");
        assertEq(report.validUntil, said.notAfter, "validUntil");
        assertEq(uint256(report.tcbStatus), uint256(TcbStatus.UpToDate), "tcbStatus");
        assertEq(report.platformId, said.platformId, "platformId");
        assertEq(report.basisId, keccak256(_chainOf(said)), "basisId");
        (uint64 until, TcbStatus status) = verifier.recheck(report.basisId, _chainOf(said));
        assertEq(until, said.notAfter, "recheck");
        assertEq(uint256(status), uint256(TcbStatus.UpToDate), "status");
    }

    /// @dev By both, and never by a panic or in silence.
    function _requireRefused(bytes memory evidence) private view {
        for (uint256 i = 0; i < 2; ++i) {
            try verifiers[i].verify(evidence, "") {
                revert AssertFailed("accepted");
            } catch (bytes memory reason) {
                assertTrue(reason.length >= 4 && bytes4(reason) != 0x4e487b71, "an error of its own");
            }
        }
    }

    function _prove(Said memory said) private returns (bytes memory) {
        bytes memory journal = _journalOf(said);
        prover.register(PROGRAM, journal, _proof());
        return bytes.concat(journal, _proof());
    }

    function _soundly(Said memory said) private pure returns (Said memory) {
        (said.notBefore, said.notAfter, said.timestamp) = (NOW - 3, NOW + 3 hours, NOW * 1000);
        said.links = uint8(bound(said.links, 1, 6));
        return said;
    }

    function _journalOf(Said memory said) private pure returns (bytes memory) {
        bytes memory head = abi.encodePacked(JOURNAL_TYPE, ROOT, said.evidenceId, said.binding, said.platformId);
        return bytes.concat(head, _pcrsOf(said), abi.encodePacked(said.timestamp), _chainOf(said));
    }

    function _pcrsOf(Said memory said) private pure returns (bytes memory) {
        bytes32 seed = keccak256(abi.encode(said.pcrSeed));
        return abi.encodePacked(seed, bytes16(seed), seed, bytes16(0), bytes32(0), bytes16(seed));
    }

    function _chainOf(Said memory said) private pure returns (bytes memory chain) {
        chain = abi.encodePacked(said.leafId, said.notBefore, said.notAfter, said.links);
        for (uint256 i = 0; i < said.links; ++i) {
            chain = bytes.concat(chain, abi.encode(keccak256(abi.encode(said.leafId, i)), i + 1));
        }
    }

    function _proof() private pure returns (bytes memory) {
        return abi.encodePacked(ROUTE, new bytes(256));
    }
}
