// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ChannelBase} from "./ChannelBase.sol";

contract InferenceEscrowCollectTest is ChannelBase {
    function test_RevertGiven_NodeEarnedNothing() external {
        _expectNothing(NODE);
        _expectNothing(STRANGER);
    }

    function test_RevertGiven_NothingHasVested() external {
        _settleAmount(_openOptimistic(PAYER_KEY, NODE, DEPOSIT), 40);
        _expectNothing(NODE);
    }

    function test_GivenNodeEarned_WhenStrangerCalls() external {
        token = new TestToken(18);
        escrow = _newEscrow(token);
        channel = _open(PAYER_KEY, NODE, DEPOSIT);
        _settleVoucher(PAYER_KEY, channel, 40);
        vm.expectEmit(address(escrow));
        emit IChannels.Withdrawn(NODE, PAYOUT, 40e12);
        vm.prank(STRANGER);
        assertEq(escrow.collect(NODE, lineId), 40e12, "amount");

        assertEq(token.balanceOf(PAYOUT), 40e12, "tokens sent");
        assertEq(token.balanceOf(address(escrow)), 60e12, "tokens held");
        assertEq(_earnings().earned, 0, "earned");
        _expectNothing(NODE);
    }

    function test_GivenPayHasVested() external {
        uint256 optimistic = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(optimistic, 40);
        vm.warp(_now() + VEST_PERIOD);
        _settleAmount(optimistic, 7);
        vm.warp(_now() + VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 40, "amount");
        assertEq(_earnings().vesting, 7, "vesting");
        vm.warp(_now() + VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 7, "the rest");
    }

    function test_GivenPayoutChangedSince() external {
        _settleVoucher(PAYER_KEY, channel, 40);
        vm.prank(NODE);
        nodes.update("https://node.example", OTHER_NODE);
        escrow.collect(NODE, lineId);
        assertEq(token.balanceOf(OTHER_NODE), 40, "tokens sent");
        assertEq(token.balanceOf(PAYOUT), 0, "old payout address");
    }

    function test_GivenNodeEarnedOnAnotherLine() external {
        _settleVoucher(PAYER_KEY, channel, 40);
        (lineId, ) = _openLine(STRANGER, modelId);
        _expectNothing(NODE);
    }

    function _expectNothing(address node) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_NothingOwed.selector, node));
        escrow.collect(node, lineId);
    }
}
