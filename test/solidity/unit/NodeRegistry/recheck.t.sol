// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Policy, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";
import {ScriptedVerifier} from "./ScriptedVerifier.sol";

contract NodeRegistryRecheckTest is PaymentsBase {
    address private constant FINDER = address(0xF1D);
    bytes32 private constant TDX = keccak256("tdx measurement");

    ScriptedVerifier private scripted;
    uint64 private until;

    function setUp() public override {
        super.setUp();
        scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
        until = _now() + 3 days;
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = scripted;
        registration.evidence = abi.encode(
            TeeReport({
                teeType: TeeType.IntelTdx,
                measurementId: TDX,
                binding: _report(NODE, OTHER_ENCLAVE).binding,
                evidenceId: keccak256("evidence"),
                issuedAt: 0,
                validUntil: until,
                tcbStatus: TcbStatus.UpToDate,
                platformId: 0,
                basisId: keccak256("basis")
            })
        );
        vm.prank(NODE);
        nodes.registerEnclave(registration);
        vm.startPrank(OWNER);
        nodes.setLineVerifier(lineId, address(scripted), _always());
        nodes.setLineMeasurement(lineId, TDX, _always());
        vm.stopPrank();
        skip(1 hours);
    }

    function test_RevertGiven_EnclaveIsUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, address(1)));
        nodes.recheck(address(1), "");
    }

    function test_RevertGiven_EnclaveHasExpired() external {
        vm.warp(until);
        scripted.setVerdict(0, TcbStatus.Revoked);
        _expectEnded(uint40(until));
        nodes.recheck(OTHER_ENCLAVE, "");
    }

    function test_RevertGiven_OperatorRevokedIt() external {
        vm.prank(NODE);
        nodes.revokeEnclave(OTHER_ENCLAVE);
        scripted.setVerdict(0, TcbStatus.Revoked);
        _expectEnded(_now());
        nodes.recheck(OTHER_ENCLAVE, "");
    }

    function test_RevertWhen_VerifierRefusesTheAux() external {
        scripted.refuse();
        vm.expectRevert(bytes.concat(abi.encodeWithSignature("Error(string)", "foreign aux")));
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, until, "validUntil");
        assertTrue(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now()), "payable");
    }

    function test_RevertWhen_EnclaveIsAsSoundAsItWas() external {
        scripted.setVerdict(until, TcbStatus.UpToDate);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NothingChanged.selector, OTHER_ENCLAVE));
        nodes.recheck(OTHER_ENCLAVE, "");
    }

    function test_RevertWhen_VerdictIsBetterThanBefore() external {
        scripted.setVerdict(until - 1 hours, TcbStatus.OutOfDate);
        nodes.recheck(OTHER_ENCLAVE, "");
        scripted.setVerdict(until + 30 days, TcbStatus.UpToDate);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NothingChanged.selector, OTHER_ENCLAVE));
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(uint256(nodes.enclaveOf(OTHER_ENCLAVE).tcbStatus), uint256(TcbStatus.OutOfDate), "tcbStatus");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, until - 1 hours, "validUntil");
    }

    function test_WhenAttestationEndsEarlierThanItDid() external {
        scripted.setVerdict(until - 1 hours, TcbStatus.UpToDate);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.EnclaveRechecked(OTHER_ENCLAVE, FINDER, uint40(until - 1 hours), TcbStatus.UpToDate, 0);
        vm.prank(FINDER);
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, until - 1 hours, "validUntil");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE, "stake");
        assertEq(nodes.compensationOf(FINDER), 0, "bounty");
    }

    function test_WhenPlatformIsInAWorseState() external {
        uint40 before = _now();
        scripted.setVerdict(until, TcbStatus.OutOfDate);
        nodes.recheck(OTHER_ENCLAVE, "");
        skip(1);
        assertTrue(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, before), "earlier work");
        assertFalse(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now()), "later work");

        vm.prank(OWNER);
        nodes.setPolicy(lineId, Policy({followDefaults: false, maxTcbStatus: TcbStatus.OutOfDate}));
        assertTrue(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now()), "later work, where it is accepted");
    }

    function test_I9_WhenEnclaveHasFallenOut() external {
        uint40 fallenAt = _now();
        scripted.setVerdict(0, TcbStatus.Revoked);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.EnclaveRechecked(OTHER_ENCLAVE, FINDER, fallenAt, TcbStatus.UpToDate, RECHECK_BOUNTY);
        vm.prank(FINDER);
        nodes.recheck(OTHER_ENCLAVE, "");

        assertEq(nodes.compensationOf(FINDER), RECHECK_BOUNTY, "bounty");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 2 * RECHECK_BOUNTY, "stake");
        assertTrue(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, fallenAt), "earlier work");
        assertFalse(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, fallenAt + 1), "later work");
        // In the same second neither.
        _expectEnded(fallenAt);
        nodes.recheck(OTHER_ENCLAVE, "");
    }

    function test_Attack_OperatorRechecksHimselfToCarryStakeOut() external {
        scripted.setVerdict(0, TcbStatus.Revoked);
        vm.prank(NODE);
        nodes.recheck(OTHER_ENCLAVE, "");
        uint256 lost = MIN_STAKE - nodes.nodeOf(NODE).stake;
        assertEq(nodes.compensationOf(NODE) * 2, lost, "he loses as much as he carries out");
    }

    function test_Attack_BountyOfANodeWithoutStake() external {
        vm.prank(address(arbiter));
        nodes.slash(NODE, address(2), 0, MIN_STAKE);
        scripted.setVerdict(0, TcbStatus.Revoked);
        vm.prank(FINDER);
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.compensationOf(FINDER), 0, "bounty");
        assertFalse(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now() + 1), "it ends all the same");
    }

    function _expectEnded(uint40 validUntil) private {
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveEnded.selector, OTHER_ENCLAVE, validUntil)
        );
    }
}
