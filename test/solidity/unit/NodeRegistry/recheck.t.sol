// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Policy, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

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
        vm.expectRevert(ScriptedVerifier.ScriptedVerifier_ForeignAux.selector);
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

    function test_I9_WhenPlatformBecomesWorseTwice() external {
        uint40 first = _now();
        scripted.setVerdict(until, TcbStatus.SwHardeningNeeded);
        nodes.recheck(OTHER_ENCLAVE, "");
        skip(1 hours);
        uint40 second = _now();
        scripted.setVerdict(until, TcbStatus.OutOfDate);
        nodes.recheck(OTHER_ENCLAVE, "");
        skip(1 hours);

        _expectPayableUntil(TcbStatus.UpToDate, first);
        _expectPayableUntil(TcbStatus.SwHardeningNeeded, second);
        _expectPayableUntil(TcbStatus.ConfigurationAndSwHardeningNeeded, second);
        _expectPayableUntil(TcbStatus.OutOfDate, uint40(until));
    }

    function test_GivenPlatformWasWorseAtRegistration() external {
        Registration memory registration = _registration(NODE, STRANGER);
        TeeReport memory report = _teeReport(NODE, STRANGER);
        report.tcbStatus = TcbStatus.ConfigurationNeeded;
        registration.verifier = scripted;
        registration.evidence = abi.encode(report);
        vm.prank(NODE);
        nodes.registerEnclave(registration);
        skip(1 hours);
        scripted.setVerdict(until, TcbStatus.OutOfDate);
        nodes.recheck(STRANGER, "");

        // A recheck makes nothing better of what came before it.
        assertFalse(nodes.isPayable(NODE, STRANGER, lineId, _now()), "never accepted");
        assertFalse(nodes.isPayable(NODE, STRANGER, lineId, 0), "at no time");
        vm.prank(OWNER);
        nodes.setPolicy(lineId, Policy(false, TcbStatus.ConfigurationNeeded));
        assertTrue(nodes.isPayable(NODE, STRANGER, lineId, _now()), "accepted as it was");
        assertFalse(nodes.isPayable(NODE, STRANGER, lineId, _now() + 1), "not as it is");
    }

    function test_WhenVerdictEndedInThePast() external {
        scripted.setVerdict(_now() - 1, TcbStatus.UpToDate);
        vm.prank(FINDER);
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, _now(), "no earlier than now");
        assertEq(nodes.compensationOf(FINDER), RECHECK_BOUNTY, "bounty");
    }

    function test_WhenVerdictEndsNow() external {
        scripted.setVerdict(_now(), TcbStatus.UpToDate);
        vm.prank(FINDER);
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, _now(), "validUntil");
        assertEq(nodes.compensationOf(FINDER), 0, "it has not fallen out yet");
    }

    function test_GivenGovernanceEndedTheVerifier() external {
        nodes.setVerifier(scripted, Window(0, _now()));
        skip(1);
        scripted.setVerdict(0, TcbStatus.Revoked);
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, _now(), "lines that pinned it are protected");
    }

    function test_WhenTwoAreRecheckedInOneTransaction() external {
        nodes.setVerifier(scripted, _always());
        _registerScripted(scripted, NODE, STRANGER);
        scripted.setVerdict(0, TcbStatus.Revoked);
        bytes[] memory calls = new bytes[](2);
        calls[0] = abi.encodeCall(nodes.recheck, (OTHER_ENCLAVE, ""));
        calls[1] = abi.encodeCall(nodes.recheck, (STRANGER, ""));
        vm.prank(FINDER);
        nodes.multicall(calls);
        assertEq(nodes.compensationOf(FINDER), 2 * RECHECK_BOUNTY, "bounties");
    }

    function test_PromiseOutlastsARecheckButNotARevocation() external {
        uint40 promised = nodes.enclaveOf(OTHER_ENCLAVE).promisedUntil;
        assertEq(promised, until, "promised");
        scripted.setVerdict(until - 1 hours, TcbStatus.UpToDate);
        nodes.recheck(OTHER_ENCLAVE, "");
        scripted.setVerdict(0, TcbStatus.Revoked);
        nodes.recheck(OTHER_ENCLAVE, "");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).promisedUntil, promised, "after rechecks");
        skip(1 hours);
        vm.prank(NODE);
        nodes.revokeEnclave(OTHER_ENCLAVE);
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).promisedUntil, _now(), "after his own word");
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, _now() - 1 hours, "not valid again");
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

    function test_I10_Attack_OperatorRechecksHimselfToCarryStakeOut() external {
        scripted.setVerdict(0, TcbStatus.Revoked);
        vm.startPrank(NODE);
        nodes.requestThaw(MIN_STAKE);
        nodes.recheck(OTHER_ENCLAVE, "");
        vm.stopPrank();
        uint256 left = nodes.nodeOf(NODE).stake;
        assertEq(left + 2 * nodes.compensationOf(NODE), MIN_STAKE, "he loses as much as he carries out");
        assertEq(nodes.nodeOf(NODE).thawing, left, "what was burned thaws no more");
        assertEq(nodes.liabilities(), MIN_STAKE, "what was burned is nobody's");
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

    /// @dev The line accepts `worst` from now on: work until `end` is payable, and none after it.
    function _expectPayableUntil(TcbStatus worst, uint40 end) private {
        uint256 snapshot = vm.snapshotState();
        vm.prank(OWNER);
        nodes.setPolicy(lineId, Policy(false, worst));
        assertTrue(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, end), "payable");
        assertFalse(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, end + 1), "not payable");
        vm.revertToState(snapshot);
    }

    function _expectEnded(uint40 validUntil) private {
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveEnded.selector, OTHER_ENCLAVE, validUntil)
        );
    }
}
