// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {DueCases} from "./DueCases.sol";

contract InferenceEscrowWithdrawChannelTest is DueCases {
    function _do(address caller, uint256 index) internal override {
        vm.prank(caller);
        escrow.withdrawChannel(NODE, lineId, index, STRANGER);
    }

    function _doTo(address to) internal override {
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, channel, to);
    }

    function test_GivenDelayHasPassed_GivenRest() external {
        token = new TestToken(18);
        escrow = _newEscrow(token);
        channel = _open(PAYER_KEY, NODE, DEPOSIT);
        _settleVoucher(PAYER_KEY, channel, 30);
        uint40 closeAt = _close(channel);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelClosed(NODE, lineId, channel, PAYER, 70);
        vm.prank(PAYER);
        assertEq(escrow.withdrawChannel(NODE, lineId, channel, STRANGER), 70, "refund");

        assertEq(token.balanceOf(STRANGER), 70e12, "tokens sent");
        assertEq(token.balanceOf(address(escrow)), 30e12, "tokens held");
        Channel memory closed = _channel(channel);
        assertTrue(closed.closed, "closed");
        assertEq(closed.deposited, 30, "deposited");
        assertEq(closed.paid, 30, "paid");
        assertEq(closed.closeAt, closeAt, "closeAt");
        assertEq(_open(PAYER_KEY, NODE, 1), channel + 1, "next index");
    }

    function test_GivenDelayHasPassed_GivenNoRest() external {
        _settleVoucher(PAYER_KEY, channel, DEPOSIT);
        _close(channel);
        vm.prank(PAYER);
        assertEq(escrow.withdrawChannel(NODE, lineId, channel, PAYER), 0, "refund");
        assertTrue(_channel(channel).closed, "closed");
    }

    function test_GivenDelayHasPassed_GivenChannelWasOptimistic() external {
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, 30);
        _close(channel);
        vm.prank(PAYER);
        assertEq(escrow.withdrawChannel(NODE, lineId, channel, STRANGER), 70, "refund");
        assertEq(_channel(channel).paid, 30, "paid");
    }
}
