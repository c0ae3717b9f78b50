// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../contracts/interfaces/IChallenges.sol";
import {Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks on and by challenges of lane O. Numbered as in the threat list.
contract ChallengeAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private other;

    function setUp() public override {
        super.setUp();
        channel = _openOptimistic(PAYER_KEY, 100);
        other = _openOptimistic(OTHER_PAYER_KEY, 100);
    }

    /// @notice A thief with the enclave's key debits everybody: who challenges gets all back, the node pays twice as much again.
    function test_Attack34_StolenEnclaveKeyDebitsEverybody() external {
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 100), _amount(other, 100)), 200, 0);
        _challenge(channel, 0);
        _challenge(other, 30);
        vm.warp(arbiter.challengeOf(address(escrow), NODE, lineId, other).answerBy + 1);
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        arbiter.uphold(address(escrow), NODE, lineId, other);
        assertEq(escrow.owed(PAYER), 100, "all of it");
        assertEq(escrow.owed(OTHER_PAYER), 70, "what he did not sign");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 2 * 170, "stake");
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 30, "what the payer says he signed");
        assertEq(arbiter.bondsOf(address(escrow), PAYER), BOND, "the bond comes back");
    }

    /// @notice The thief challenges a channel of his own and answers himself, over and over, to have the others' pay before it vests.
    function test_Attack34_ThiefAnswersHimselfToVestEarly() external {
        uint256 own = _openOptimistic(NODE_KEY, 40);
        _debit(own, 40);
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 100), _amount(other, 100)), 200, 0);
        for (uint256 i = 0; i < 8; ++i) {
            _challenge(own, 0);
            _answer(NODE_KEY, own, 40);
        }
        assertEq(_earnings().earned, 0, "nothing is earned before its time");
        assertEq(_earnings().vesting, 240, "vesting");
        _challenge(channel, 0);
        _challenge(other, 0);
        _uphold(channel);
        arbiter.uphold(address(escrow), NODE, lineId, other);
        assertEq(escrow.owed(PAYER) + escrow.owed(OTHER_PAYER), 200, "refunds");
    }

    /// @notice The same in small steps, by which an answer frees what is proven before the rest is.
    function test_Attack34_ThiefAnswersHimselfInSteps() external {
        uint256 own = _openOptimistic(NODE_KEY, 40);
        _debit(own, 40);
        _challenge(own, 0);
        for (uint64 proven = 10; proven <= 40; proven += 10) _answer(NODE_KEY, own, proven);
        assertEq(_earnings().earned, 0, "earned");
        assertEq(_earnings().vesting, 40, "vesting");
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "answered");
    }

    /// @notice A friend challenges old debits first, to get the others' refunds: they get theirs from the stake, it loses more.
    function test_Attack34_FriendChallengesFirst() external {
        uint256 own = _openOptimistic(STRANGER_KEY, 100);
        _debit(own, 100);
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
        _debit(channel, 100);
        _challenge(own, 0);
        _challenge(channel, 0);
        _uphold(own);
        assertEq(escrow.owed(STRANGER), 100, "the friend has the victim's money");
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        assertEq(nodes.compensationOf(PAYER), 100, "the victim has the node's");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 100 - 4 * 100, "stake");
    }

    /// @notice A payer challenges for nothing, all the time: one at once, and each that is answered costs a bond.
    function test_Attack49_ChallengeSpam() external {
        _debit(channel, 40);
        _challenge(channel, 0);
        uint40 answerBy = arbiter.challengeOf(address(escrow), NODE, lineId, channel).answerBy;
        _fundBond(PAYER);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_ChallengeOpen.selector, answerBy));
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, channel, 0);
        for (uint256 i = 0; i < 3; ++i) {
            if (i != 0) _challenge(channel, 39);
            _answer(PAYER_KEY, channel, 40);
        }
        assertEq(arbiter.bondsOf(address(escrow), NODE), 3 * BOND, "three bonds");
        assertEq(_earnings().vesting, 40, "the node's money");
        assertEq(_channel(channel).paid, 40, "paid");
    }

    /// @notice A payer challenges what he paid by vouchers on chain: whoever read them answers; lane V alone is beyond challenge.
    function test_Attack49_ProvenChannelIsChallenged() external {
        uint256 vouchersOnly = _open(PAYER_KEY, 100);
        Row memory shown = _claim(PAYER_KEY, channel, 40, 40);
        _expectPaid(_rows(shown, _claim(PAYER_KEY, vouchersOnly, 40, 40)), 80, 0);
        bytes memory nothing = abi.encodeWithSelector(
            IChallenges.InferenceArbiter_NothingToChallenge.selector,
            uint64(0),
            uint64(40)
        );
        vm.expectRevert(nothing);
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, vouchersOnly, 0);

        _challenge(channel, 0);
        bytes memory signature = _signVoucher(PAYER_KEY, channel, 40);
        vm.prank(STRANGER);
        arbiter.answer(address(escrow), NODE, lineId, channel, 40, signature);
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "bond");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), 0, "of the node, whoever answers");
    }

    /// @notice Somebody takes bonds that are not his, or challenges in another's name.
    function test_Attack49_BondsOfOthers() external {
        _debit(channel, 40);
        _challenge(channel, 0);
        address[2] memory callers = [STRANGER, PAYER];
        for (uint256 i = 0; i < 2; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingOwed.selector, callers[i]));
            vm.prank(callers[i]);
            arbiter.withdrawBonds(address(escrow), callers[i]);
        }
        _fundBond(STRANGER);
        vm.startPrank(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_NotPayer.selector, NODE, lineId, other, STRANGER)
        );
        arbiter.challenge(address(escrow), NODE, lineId, other, 0);
        bytes memory signature = _signChallenge(STRANGER_KEY, other, 0, _now());
        vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, OTHER_PAYER));
        arbiter.challengeFor(address(escrow), NODE, lineId, other, 0, _now(), signature);
        vm.stopPrank();
    }

    /// @notice An answer comes in the last second, another a second later; and an end before and behind it.
    function test_Attack50_AnswerInTheLastSecond() external {
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 40), _amount(other, 40)), 80, 0);
        _challenge(channel, 0);
        _challenge(other, 0);
        uint40 answerBy = _now() + ANSWER_PERIOD;
        vm.warp(answerBy);
        bytes memory early = abi.encodeWithSelector(
            IChallenges.InferenceArbiter_AnswerTime.selector,
            answerBy,
            answerBy
        );
        vm.expectRevert(early);
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        _answer(PAYER_KEY, channel, 40);

        vm.warp(answerBy + 1);
        bytes memory signature = _signVoucher(OTHER_PAYER_KEY, other, 40);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTime.selector, answerBy, answerBy + 1)
        );
        arbiter.answer(address(escrow), NODE, lineId, other, 40, signature);
        arbiter.uphold(address(escrow), NODE, lineId, other);
        assertEq(escrow.owed(OTHER_PAYER), 100, "refund and rest");
        assertEq(_earnings().vesting, 40, "of the answered one");
    }

    /// @notice A lower voucher, an asserted one again, or one of another channel is shown to end a challenge: it narrows it at most.
    function test_Attack50_AnsweredWithALowerVoucher() external {
        _debit(channel, 90);
        _challenge(channel, 20);
        bytes memory signature = _signVoucher(PAYER_KEY, channel, 20);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTooLow.selector, uint64(20), uint64(20))
        );
        arbiter.answer(address(escrow), NODE, lineId, channel, 20, signature);
        signature = _signVoucher(PAYER_KEY, other, 90);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, PAYER));
        arbiter.answer(address(escrow), NODE, lineId, channel, 90, signature);

        _answer(PAYER_KEY, channel, 60);
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, channel).held, 30, "what is not proven yet");
        assertEq(arbiter.bondsOf(address(escrow), NODE), 0, "no bond for a part");
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 40, "rest, and the part that nobody proved");
        assertEq(arbiter.bondsOf(address(escrow), PAYER), BOND, "the bond comes back");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 2 * 30, "stake");
    }

    /// @notice The node goes on debiting a challenged channel, or lets it be closed: what nobody proves comes back all the same.
    function test_Attack50_DebitsWhileChallenged() external {
        _debit(channel, 40);
        _challenge(channel, 0);
        _debit(channel, 60);
        vm.prank(NODE);
        escrow.release(lineId, channel);
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 100, "refund");
        assertEq(_channel(channel).paid, 0, "paid");
        assertEq(_earnings().vesting, 0, "vesting");
    }
}
