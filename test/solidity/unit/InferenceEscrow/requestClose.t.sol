// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {PayerCases} from "./PayerCases.sol";

contract InferenceEscrowRequestCloseTest is PayerCases {
    function _do(address caller, uint256 index) internal override {
        vm.prank(caller);
        escrow.requestClose(NODE, lineId, index);
    }

    function test_RevertGiven_ChannelClosesAlready() external {
        uint40 closeAt = _requestClose(PAYER_KEY, channel);
        skip(10);
        vm.expectRevert(_closing(channel, closeAt));
        _do(PAYER, channel);
        assertEq(_channel(channel).closeAt, closeAt, "closeAt");
    }

    function test_GivenChannelIsOpen() external {
        vm.expectEmit(address(escrow));
        emit IChannels.CloseRequested(NODE, lineId, channel, _now() + CLOSE_DELAY);
        _do(PAYER, channel);
        assertEq(_channel(channel).closeAt, _now() + CLOSE_DELAY, "closeAt");
        assertEq(_channel(channel).closeDelay, 0, "closeDelay");
        assertEq(_channel(channel).deposited, DEPOSIT, "deposited");
        assertFalse(_channel(channel).closed, "closed");
        assertEq(_settleVoucher(PAYER_KEY, channel, 10), 10, "vouchers still pay");
    }

    function test_GivenChannelIsOptimistic() external {
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        uint256 neighbour = _openOptimistic(OTHER_PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, 30);
        _do(PAYER, channel);
        assertEq(_channel(channel).paid, 30, "paid");
        assertTrue(_channel(channel).optimistic, "it was optimistic");
        assertEq(_settleAmount(channel, 10), 0, "lane O is out");
        assertEq(_settleVoucher(PAYER_KEY, channel, 45), 15, "vouchers still pay");
        assertEq(_settleAmount(neighbour, 10), 10, "its neighbour in the slot");
    }
}
