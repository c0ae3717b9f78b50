// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {ChallengeBase} from "./ChallengeBase.sol";

contract InferenceArbiterUpholdTest is ChallengeBase {
    uint40 private answerBy;

    function setUp() public override {
        super.setUp();
        _challenge(10);
    }

    function test_RevertGiven_ThereIsNoChallenge() external {
        bytes memory none = abi.encodeWithSelector(
            IChallenges.InferenceArbiter_NoChallenge.selector,
            NODE,
            lineId,
            channel
        );
        vm.warp(answerBy + 1);
        _uphold();
        vm.expectRevert(none);
        _uphold();
    }

    function test_RevertWhen_TimeToAnswerIsNotOver() external {
        uint40[2] memory times = [_now(), answerBy];
        for (uint256 i = 0; i < 2; ++i) {
            vm.warp(times[i]);
            vm.expectRevert(
                abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTime.selector, answerBy, times[i])
            );
            _uphold();
        }
    }

    function test_GivenChannelIsOpen() external {
        vm.warp(answerBy + 1);
        vm.expectEmit(address(arbiter));
        emit IChallenges.ChallengeUpheld(NODE, lineId, channel, address(escrow), 50, 0);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.Slashed(NODE, PAYER, 0, 100);
        _uphold();
        _expectNone();
        _expectEnded(10, 90);
        assertEq(arbiter.bondsOf(address(escrow), PAYER), BOND, "the bond comes back");
        assertEq(_earnings().vesting + _earnings().earned, 10, "what the payer says he signed");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 100, "twice as much is burned");
    }

    function test_GivenChannelCloses() external {
        uint40 closeAt = _requestClose(PAYER_KEY, channel);
        vm.warp(answerBy + 1);
        _uphold();
        _expectEnded(10, 90);
        assertLe(_now(), closeAt, "before it was due");
    }

    function test_GivenChannelIsWithdrawn() external {
        vm.warp(_requestClose(PAYER_KEY, channel));
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, channel, STRANGER);
        assertEq(token.balanceOf(STRANGER), 40, "rest");
        _uphold();
        _expectEnded(10, 50);
    }

    function test_GivenNodeReleasedTheChannel() external {
        _release(channel);
        vm.warp(answerBy + 1);
        _uphold();
        _expectEnded(10, 90);
    }

    function test_GivenMoreWasTakenSince() external {
        _settleAmount(channel, 20);
        _settleVoucher(PAYER_KEY, channel, 95);
        vm.warp(answerBy + 1);
        _uphold();
        _expectEnded(10, 90);
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 2 * 85, "stake");
    }

    function test_GivenAPartWasProven() external {
        _answer(35);
        vm.warp(answerBy + 1);
        vm.expectEmit(address(arbiter));
        emit IChallenges.ChallengeUpheld(NODE, lineId, channel, address(escrow), 25, 0);
        _uphold();
        _expectEnded(35, 65);
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 50, "stake");
    }

    function test_GivenNodeCollected() external {
        _answer(DEBITED);
        _vestAndCollect();
        _settleAmount(channel, 5);
        _challenge(10);
        vm.warp(answerBy + 1);
        vm.expectEmit(address(arbiter));
        emit IChallenges.ChallengeUpheld(NODE, lineId, channel, address(escrow), 5, 50);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.Slashed(NODE, PAYER, 50, 110);
        _uphold();
        _expectEnded(10, 40);
        assertEq(nodes.compensationOf(PAYER), 50, "the rest is claimed from stake");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 160, "stake");
    }

    function test_GivenNodeEarnedSince() external {
        _answer(DEBITED);
        _vestAndCollect();
        _challenge(10);
        uint256 other = _open(OTHER_PAYER_KEY, NODE, DEPOSIT);
        _settleVoucher(OTHER_PAYER_KEY, other, 30);
        vm.warp(answerBy + 1);
        _uphold();
        assertEq(_earnings().earned, 0, "what the node has here comes first");
        assertEq(nodes.compensationOf(PAYER), 20, "then its stake");
        _expectEnded(10, 70);
    }

    function test_GivenStakeDoesNotCoverTheShortfall() external {
        _answer(DEBITED);
        _vestAndCollect();
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, MIN_STAKE - 31);
        _challenge(10);
        vm.warp(answerBy + 1);
        _uphold();
        assertEq(nodes.compensationOf(PAYER), 15, "half");
        assertEq(nodes.nodeOf(NODE).stake, 0, "stake");
        _expectEnded(10, 40);
    }

    function test_GivenPayerIsNotTheChallenger() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        (opening.signer, opening.optimistic) = (OTHER_PAYER, true);
        channel = _openAs(PAYER, opening);
        _settleAmount(channel, 40);
        _challengeAs(OTHER_PAYER, 10);
        answerBy = _now() + ANSWER_PERIOD;
        vm.warp(answerBy + 1);
        _uphold();
        assertEq(escrow.owed(PAYER), 90, "refund and rest");
        assertEq(escrow.owed(OTHER_PAYER), 0, "owed to the signer");
        assertEq(arbiter.bondsOf(address(escrow), OTHER_PAYER), BOND, "his bond");
    }

    function test_GivenNeighboursInTheSlot() external {
        uint256 neighbour = _openOptimistic(OTHER_PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(neighbour, 7);
        vm.warp(answerBy + 1);
        _uphold();
        assertEq(_channel(neighbour).paid, 7, "paid");
        assertEq(_settleAmount(neighbour, 1), 1, "it goes on");
        assertEq(_settleAmount(channel, 1), 0, "the ended one does not");
    }

    function _challenge(uint64 asserted) private {
        _challengeAs(PAYER, asserted);
        answerBy = _now() + ANSWER_PERIOD;
    }

    function _expectEnded(uint64 paid, uint64 owed) private view {
        assertTrue(_channel(channel).closed, "closed");
        assertEq(_channel(channel).paid, paid, "paid");
        assertEq(_channel(channel).deposited, paid, "deposited");
        assertEq(escrow.owed(PAYER), owed, "owed");
        assertEq(_earnings().held, 0, "the arbiter keeps nothing");
    }
}
