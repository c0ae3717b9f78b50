// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {ChallengeBase} from "./ChallengeBase.sol";

contract InferenceArbiterAnswerTest is ChallengeBase {
    uint40 private answerBy;

    function setUp() public override {
        super.setUp();
        _challengeAs(PAYER, 10);
        answerBy = _now() + ANSWER_PERIOD;
    }

    function test_RevertGiven_ThereIsNoChallenge() external {
        _answer(DEBITED);
        _expectRefusal(
            DEBITED,
            _signVoucher(PAYER_KEY, channel, DEBITED),
            abi.encodeWithSelector(IChallenges.InferenceArbiter_NoChallenge.selector, NODE, lineId, channel)
        );
    }

    function test_RevertWhen_ItIsLate() external {
        bytes memory signature = _signVoucher(PAYER_KEY, channel, DEBITED);
        vm.warp(answerBy + 1);
        _expectRefusal(
            DEBITED,
            signature,
            abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTime.selector, answerBy, answerBy + 1)
        );
    }

    function test_WhenItIsTheLastSecond() external {
        vm.warp(answerBy);
        _answer(DEBITED);
        _expectNone();
    }

    function test_RevertWhen_VoucherProvesNoMoreThanIsAsserted() external {
        for (uint64 cumulative = 9; cumulative <= 10; ++cumulative) {
            _expectRefusal(
                cumulative,
                _signVoucher(PAYER_KEY, channel, cumulative),
                abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTooLow.selector, cumulative, uint64(10))
            );
        }
        _answer(30);
        _expectRefusal(
            30,
            _signVoucher(PAYER_KEY, channel, 30),
            abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTooLow.selector, uint64(30), uint64(30))
        );
    }

    function test_RevertWhen_SignatureIsNotTheSigners() external {
        bytes memory refusal = abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, PAYER);
        _expectRefusal(DEBITED, _signVoucher(STRANGER_KEY, channel, DEBITED), refusal);
        _expectRefusal(DEBITED, _signVoucher(PAYER_KEY, channel + 1, DEBITED), refusal);
        _expectRefusal(DEBITED, _signVoucher(PAYER_KEY, channel, DEBITED + 1), refusal);
        _expectRefusal(
            DEBITED,
            _sign(PAYER_KEY, _voucherDigest(NODE, keccak256("another line"), channel, DEBITED)),
            refusal
        );
        _expectRefusal(DEBITED, _sign(PAYER_KEY, _voucherDigest(OTHER_NODE, lineId, channel, DEBITED)), refusal);
        _expectRefusal(DEBITED, new bytes(65), refusal);
        _expectRefusal(DEBITED, "", refusal);
    }

    function test_WhenVoucherCoversAllThatWasTaken() external {
        bytes memory signature = _signVoucher(PAYER_KEY, channel, DEBITED);
        vm.expectEmit(address(arbiter));
        emit IChallenges.ChallengeAnswered(NODE, lineId, channel, address(escrow), DEBITED, true);
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsRestored(NODE, lineId, address(arbiter), 50);
        _answerWith(DEBITED, signature);
        _expectNone();
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "the bond is the node's");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), 0, "whoever answers");
        assertEq(_earnings().vesting, DEBITED, "it vests anew");
        assertEq(_earnings().earned, 0, "earned");
        assertEq(_channel(channel).paid, DEBITED, "paid");
        assertFalse(_channel(channel).closed, "the channel goes on");
    }

    function test_WhenVoucherCoversMore() external {
        _answer(type(uint64).max);
        _expectNone();
        assertEq(_earnings().vesting, DEBITED, "vesting");
    }

    function test_WhenVoucherCoversAPart() external {
        bytes memory signature = _signVoucher(PAYER_KEY, channel, 35);
        vm.expectEmit(address(arbiter));
        emit IChallenges.ChallengeAnswered(NODE, lineId, channel, address(escrow), 35, false);
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsRestored(NODE, lineId, address(arbiter), 25);
        _answerWith(35, signature);
        _expectRunning(PAYER, answerBy, 35, DEBITED, 25);
        assertEq(_earnings().vesting, 35, "vesting");
        assertEq(arbiter.bondsOf(address(escrow), NODE), 0, "no bond for a part");
        _answer(DEBITED);
        _expectNone();
        assertEq(_earnings().vesting, DEBITED, "the other part");
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "bond");
    }

    function test_GivenLessIsHeldThanIsUnproven() external {
        _answer(DEBITED);
        _vestAndCollect();
        _settleAmount(channel, 5);
        _challengeAs(PAYER, 10);
        answerBy = _now() + ANSWER_PERIOD;
        _expectRunning(PAYER, answerBy, 10, 65, 5);
        _answer(58);
        _expectRunning(PAYER, answerBy, 58, 65, 5);
        _answer(63);
        _expectRunning(PAYER, answerBy, 63, 65, 2);
        assertEq(_earnings().vesting, 3, "what is held beyond the unproven");
        _answer(65);
        _expectNone();
        assertEq(_earnings().vesting, 5, "vesting");
    }

    function test_GivenNothingIsHeld() external {
        _answer(DEBITED);
        _vestAndCollect();
        _challengeAs(PAYER, 10);
        _answer(DEBITED);
        _expectNone();
        assertEq(arbiter.bondsOf(address(escrow), NODE), 2 * BOND, "bonds");
    }

    function test_GivenMoreWasTakenSince() external {
        _settleAmount(channel, 20);
        _answer(DEBITED);
        _expectNone();
        assertEq(_earnings().vesting, 80, "what was taken when it was challenged is enough");
    }

    function test_GivenChannelIsClosedSince() external {
        _release(channel);
        _answer(DEBITED);
        _expectNone();
        assertEq(escrow.owed(PAYER), 40, "rest");
        assertEq(_earnings().vesting, DEBITED, "vesting");
    }

    function _expectRefusal(uint64 cumulative, bytes memory signature, bytes memory refusal) private {
        vm.expectRevert(refusal);
        _answerWith(cumulative, signature);
    }
}
