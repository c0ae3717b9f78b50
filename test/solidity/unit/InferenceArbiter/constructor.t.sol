// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceArbiter} from "../../../../contracts/InferenceArbiter.sol";
import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {IInferenceArbiter} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceArbiterConstructorTest is PaymentsBase {
    InferenceEscrow private second;

    function setUp() public override {
        super.setUp();
        second = _newEscrow(token);
    }

    function test_RevertWhen_AnswerPeriodIsZeroOrTooLong() external {
        uint32[3] memory periods = [0, 2 days + 1, type(uint32).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_InvalidPeriod.selector, periods[i])
            );
            _deploy(periods[i]);
        }
    }

    function test_RevertWhen_AnswerPeriodIsLongerThanPayVests() external {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_InvalidPeriod.selector, VEST_PERIOD + 1)
        );
        _deploy(VEST_PERIOD + 1);
    }

    function test_RevertWhen_ProofWindowIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_InvalidPeriod.selector, 0));
        _deploy(ANSWER_PERIOD, 0);
    }

    function test_RevertWhen_AuditCouldEndAfterStakeHasLeft() external {
        uint32 most = THAW_PERIOD - MAX_BATCH_AGE - 2 * ANSWER_PERIOD - 1;
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_InvalidPeriod.selector, most + 1));
        _deploy(ANSWER_PERIOD, most + 1);
        assertEq(_deploy(ANSWER_PERIOD, most).PROOF_WINDOW(), most, "longest");
    }

    function test_WhenPeriodsAreAllowed() external {
        assertEq(_deploy(1).ANSWER_PERIOD(), 1, "shortest");
        InferenceArbiter deployed = _deploy(VEST_PERIOD);
        assertEq(deployed.ANSWER_PERIOD(), VEST_PERIOD, "longest");
        assertEq(deployed.NODES(), address(nodes), "registry");
        assertEq(address(deployed.LEDGER()), address(ledger), "ledger");
        assertEq(deployed.PROOFS(), address(proofs), "proofs");
        assertEq(deployed.PENALTY(), 77, "penalty");
        assertEq(deployed.BOND(), 88, "bond");
        assertTrue(deployed.isEscrow(address(escrow)), "first escrow");
        assertTrue(deployed.isEscrow(address(second)), "second escrow");
        assertFalse(deployed.isEscrow(address(nodes)), "nothing else");
    }

    function _deploy(uint32 answerPeriod) private returns (InferenceArbiter) {
        return _deploy(answerPeriod, PROOF_WINDOW);
    }

    function _deploy(uint32 answerPeriod, uint32 proofWindow) private returns (InferenceArbiter) {
        address[] memory escrows = new address[](2);
        (escrows[0], escrows[1]) = (address(escrow), address(second));
        return new InferenceArbiter(nodes, ledger, escrows, 77, 88, answerPeriod, proofs, proofWindow);
    }
}
