// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {IProofChallenges, ProofState} from "../../../../contracts/interfaces/IProofChallenges.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterProveReceiptTest is ProofsBase {
    Receipt private receipt;
    uint40 private answerBy;

    function setUp() public override {
        super.setUp();
        receipt = _receipt(channel, 1, 1);
        answerBy = _now() + ANSWER_PERIOD;
    }

    function test_RevertGiven_NobodyDemandedIt() external {
        _expectState(ProofState.None);
    }

    function test_RevertGiven_ItWasProvenOrRefuted() external {
        _challengeReceipt(receipt);
        _show(receipt, STRANGER, answerBy);
        _prove(receipt);
        _expectState(ProofState.Proven);

        receipt.seq = 2;
        _challengeReceipt(receipt);
        vm.warp(answerBy + 1);
        arbiter.refuteReceipt(address(escrow), receipt);
        _expectState(ProofState.Failed);
    }

    function test_RevertWhen_ItIsLate() external {
        _challengeReceipt(receipt);
        _show(receipt, STRANGER, answerBy);
        vm.warp(answerBy + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTime.selector, answerBy, uint256(answerBy) + 1)
        );
        _prove(receipt);
    }

    function test_WhenItIsTheLastSecond() external {
        bytes32 receiptId = _challengeReceipt(receipt);
        _show(receipt, STRANGER, answerBy);
        vm.warp(answerBy);
        _prove(receipt);
        assertTrue(arbiter.proofChallengeOf(receiptId).state == ProofState.Proven, "state");
    }

    function test_RevertWhen_ProofShowsAnotherStatement() external {
        bytes32 receiptId = _challengeReceipt(receipt);
        uint256 context = _context(receipt, STRANGER, answerBy);
        bytes memory refusal = abi.encodeWithSelector(
            IProofChallenges.InferenceArbiter_InvalidProof.selector,
            receiptId
        );
        for (uint256 i = 0; i < 5; ++i) {
            uint256[] memory publics = _publics(uint256(ROOT), receipt, context);
            publics[i] += 1;
            scripted.show(publics);
            vm.expectRevert(refusal);
            _prove(receipt);
        }
        _showContext(receipt, context);
        vm.expectRevert(refusal);
        arbiter.proveReceipt(address(escrow), receipt, RESULT, "no proof");
        _prove(receipt);
    }

    function test_WhenProofShowsTheStatement() external {
        bytes32 receiptId = _challengeReceipt(receipt);
        assertEq(
            arbiter.inferenceContextOf(address(escrow), receipt, STRANGER, answerBy),
            _context(receipt, STRANGER, answerBy),
            "context"
        );
        _show(receipt, STRANGER, answerBy);
        uint256 stake = nodes.nodeOf(NODE).stake;
        vm.expectEmit(address(arbiter));
        emit IProofChallenges.ReceiptProven(NODE, receiptId, RESULT);
        vm.prank(OTHER_PAYER);
        arbiter.proveReceipt(address(escrow), receipt, RESULT, PROOF);
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "bond");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), 0, "challenger");
        assertEq(nodes.nodeOf(NODE).stake, stake, "stake");
    }

    function _expectState(ProofState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofChallenges.InferenceArbiter_ProofState.selector, _receiptId(receipt), state)
        );
        _prove(receipt);
    }
}
