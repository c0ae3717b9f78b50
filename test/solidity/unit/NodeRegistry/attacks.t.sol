// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {HookToken} from "../../../../contracts/mocks/HookToken.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice Attacks on stake and attestation. Numbered as in the threat list.
contract NodeRegistryAttacksTest is PaymentsBase {
    function test_Attack03_AttestationFromAnotherChain() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        vm.chainId(block.chainid + 1);
        vm.expectRevert();
        vm.prank(NODE);
        nodes.registerEnclave(registration);

        // Even a verifier that takes the evidence on every chain does not help: the binding names the chain.
        bytes32 foreign = _report(NODE, OTHER_ENCLAVE).binding;
        vm.chainId(block.chainid - 1);
        registration = _scripted(_reportWith(foreign, "evidence"));
        bytes32 expected = _report(NODE, OTHER_ENCLAVE).binding;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_BindingMismatch.selector, expected, foreign));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_Attack04_AttestationFromAnotherRegistry() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        bytes32 foreign = _report(NODE, OTHER_ENCLAVE).binding;
        _replaceRegistry(false);
        nodes.setVerifier(verifier, _always());
        _registerNode(NODE, PAYOUT, MIN_STAKE);
        bytes32 expected = _report(NODE, OTHER_ENCLAVE).binding;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_BindingMismatch.selector, expected, foreign));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_Attack31_VerifierReentersRegistration() external {
        ScriptedVerifier scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = scripted;
        scripted.setCallback(address(nodes), abi.encodeCall(nodes.registerEnclave, (registration)));
        vm.expectRevert(bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_Attack31_TokenReentersWithdrawStake() external {
        HookToken money = new HookToken();
        token = money;
        _replaceRegistry(false);
        _registerNode(address(this), PAYOUT, MIN_STAKE);
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        nodes.requestThaw(MIN_STAKE);
        vm.warp(_now() + THAW_PERIOD);
        money.setHook(address(this), abi.encodeCall(this.reenter, ()));
        nodes.withdrawStake(STRANGER);
        assertEq(money.balanceOf(STRANGER), MIN_STAKE, "paid once");
        assertEq(money.balanceOf(address(nodes)), MIN_STAKE, "the other node's stake");
    }

    /// @dev Called by the token in the middle of the withdrawal.
    function reenter() external {
        HookToken(address(token)).setHook(address(0), "");
        (bool success, ) = address(nodes).call(abi.encodeCall(nodes.withdrawStake, (STRANGER)));
        assertFalse(success, "second withdrawal");
    }

    function test_Attack43_AttestationReplayedByAnotherNode() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        bytes32 theirs = _report(NODE, OTHER_ENCLAVE).binding;
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        bytes32 expected = _report(OTHER_NODE, OTHER_ENCLAVE).binding;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_BindingMismatch.selector, expected, theirs));
        vm.prank(OTHER_NODE);
        nodes.registerEnclave(registration);
        // The copy did not use up the evidence.
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_Attack43_SameKeyOnTwoNodes() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        Registration memory registration = _registration(OTHER_NODE, ENCLAVE);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_ReceiptKeyUsed.selector, ENCLAVE));
        vm.prank(OTHER_NODE);
        nodes.registerEnclave(registration);
    }

    function test_Attack44_StakeLeavesBeforeTheLastDispute() external {
        // The newest enclave that this stake ever answers for is registered in the second of the request.
        _registerEnclave(NODE, OTHER_ENCLAVE);
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE);
        uint40 lastWork = nodes.enclaveOf(OTHER_ENCLAVE).validUntil;
        uint40 lastSettlement = lastWork + MAX_BATCH_AGE;

        vm.warp(lastSettlement);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotThawed.selector, NODE, nodes.nodeOf(NODE).thawAt)
        );
        vm.prank(NODE);
        nodes.withdrawStake(NODE);
        vm.prank(address(arbiter));
        (uint256 paid, uint256 burned) = nodes.slash(NODE, PAYER, MIN_STAKE, MIN_STAKE);
        assertEq(paid + burned, MIN_STAKE, "all of it can be slashed");
    }

    function test_Attack44_NewEnclaveOnStakeThatLeaves() external {
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE);
        vm.warp(_now() + THAW_PERIOD);
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_StakeTooLow.selector, NODE, 0, MIN_STAKE));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function testFuzz_Attack45_SlashIsMadeToRevert(uint256 owed, uint256 penalty, uint256 thaw) external {
        vm.prank(NODE);
        nodes.requestThaw(bound(thaw, 0, MIN_STAKE));
        vm.startPrank(address(arbiter));
        (uint256 paid, uint256 burned) = nodes.slash(NODE, PAYER, owed, penalty);
        (uint256 more, uint256 ash) = nodes.slash(NODE, PAYER, type(uint256).max, type(uint256).max);
        vm.stopPrank();
        assertLe(paid, owed, "paid");
        assertLe(burned, penalty, "burned");
        assertEq(paid + burned + more + ash, MIN_STAKE, "all of the stake");
        assertEq(nodes.compensationOf(PAYER), paid + more, "compensation");
    }

    function test_Attack46_NodeSlashesItselfToLeaveEarly() external {
        // A friend gets what was owed; the penalty leaves nobody's hands but is in nobody's reach.
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, MIN_STAKE);
        assertEq(nodes.liabilities(), MIN_STAKE, "liabilities");
        assertEq(nodes.compensationOf(STRANGER), 0, "friend");
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NothingOwed.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.withdrawCompensation(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_StakeExceeded.selector, 1, 0));
        vm.prank(NODE);
        nodes.requestThaw(1);
    }

    function test_Attack47_GovernanceTakesBackADefault() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        skip(1 days);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, 0, _now() - 1));
        nodes.setDefaultMeasurement(MEASUREMENT, Window(0, _now() - 1));
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, 0, 0));
        nodes.setVerifier(verifier, Window(0, 0));
    }

    function test_Attack_ForgedTestRootInProduction() external {
        // The verifier hides that it is a development one, and passes the test root's report on.
        ScriptedVerifier disguised = new ScriptedVerifier();
        _replaceRegistry(true);
        nodes.setVerifier(disguised, _always());
        _registerNode(NODE, PAYOUT, MIN_STAKE);
        TeeReport memory report = verifier.verify(_registration(NODE, OTHER_ENCLAVE).evidence, "");
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = disguised;
        registration.evidence = abi.encode(report);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_DevelopmentTee.selector, address(disguised)));
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function _scripted(TeeReport memory report) private returns (Registration memory registration) {
        ScriptedVerifier scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
        registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = scripted;
        registration.evidence = abi.encode(report);
    }

    function _reportWith(bytes32 binding, bytes32 evidenceId) private view returns (TeeReport memory) {
        return
            TeeReport({
                teeType: TeeType.IntelTdx,
                measurementId: MEASUREMENT,
                binding: binding,
                evidenceId: evidenceId,
                issuedAt: 0,
                validUntil: _now() + 1 days,
                tcbStatus: TcbStatus.UpToDate,
                platformId: 0,
                basisId: keccak256("basis")
            });
    }
}
