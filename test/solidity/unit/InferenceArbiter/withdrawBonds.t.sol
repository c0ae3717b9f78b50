// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ChallengeBase} from "./ChallengeBase.sol";

contract InferenceArbiterWithdrawBondsTest is ChallengeBase {
    function setUp() public override {
        super.setUp();
        _challengeAs(PAYER, 10);
        _answer(DEBITED);
    }

    function test_RevertWhen_ReceiverIsZero() external {
        vm.expectRevert(IChallenges.InferenceArbiter_ZeroAddress.selector);
        vm.prank(NODE);
        arbiter.withdrawBonds(address(escrow), address(0));
    }

    function test_RevertGiven_NothingIsThere() external {
        address other = address(_newEscrow(token));
        bytes memory refusal = abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingOwed.selector, NODE);
        vm.startPrank(NODE);
        vm.expectRevert(refusal);
        arbiter.withdrawBonds(other, PAYOUT);
        arbiter.withdrawBonds(address(escrow), PAYOUT);
        vm.expectRevert(refusal);
        arbiter.withdrawBonds(address(escrow), PAYOUT);
        vm.stopPrank();
        vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingOwed.selector, PAYER));
        vm.prank(PAYER);
        arbiter.withdrawBonds(address(escrow), PAYER);
    }

    function test_GivenBondsAreThere() external {
        _challengeAs(PAYER, 10);
        _answer(DEBITED);
        _challengeAs(PAYER, 10);
        vm.expectEmit(address(arbiter));
        emit IChallenges.BondsWithdrawn(address(escrow), NODE, PAYOUT, 2 * BOND);
        vm.prank(NODE);
        assertEq(arbiter.withdrawBonds(address(escrow), PAYOUT), 2 * BOND, "amount");
        assertEq(token.balanceOf(PAYOUT), 2 * BOND, "sent");
        assertEq(token.balanceOf(address(arbiter)), BOND, "the open challenge's");
        assertEq(arbiter.bondsOf(address(escrow), NODE), 0, "bonds");
    }

    function test_GivenUnitIsNotTheTokensSmallest() external {
        // 12 digits more than units have.
        _deployPayments(new TestToken(18));
        _addStake(NODE, 4 * DEBITED * 1e12);
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, uint32(DEBITED));
        token.mint(PAYER, BOND * 1e12);
        vm.startPrank(PAYER);
        token.approve(address(arbiter), BOND * 1e12);
        arbiter.challenge(address(escrow), NODE, lineId, channel, 10);
        vm.stopPrank();
        vm.warp(_now() + ANSWER_PERIOD + 1);
        _uphold();
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE + (4 * 60 - 2 * 50) * 1e12, "less twice 50 units");
        vm.prank(PAYER);
        assertEq(arbiter.withdrawBonds(address(escrow), PAYER), BOND * 1e12, "amount");
        assertEq(token.balanceOf(PAYER), BOND * 1e12, "sent");
    }
}
