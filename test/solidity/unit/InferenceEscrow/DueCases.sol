// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {PayerCases} from "./PayerCases.sol";

/// @notice What both ways to empty a channel whose close is due have in common.
abstract contract DueCases is PayerCases {
    function _ready(uint256 index) internal override {
        _close(index);
    }

    /// @dev One call of PAYER.
    function _doTo(address to) internal virtual;

    function test_RevertWhen_ReceiverIsZero() external {
        _close(channel);
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        _doTo(address(0));
    }

    function test_RevertGiven_CloseWasNotRequested() external {
        vm.expectRevert(_notDue(0));
        _doTo(STRANGER);
    }

    function test_RevertGiven_DelayRuns() external {
        uint40 closeAt = _requestClose(PAYER_KEY, channel);
        vm.warp(closeAt - 1);
        vm.expectRevert(_notDue(closeAt));
        _doTo(STRANGER);
        vm.warp(closeAt);
        _doTo(STRANGER);
    }

    function test_RevertGiven_ChannelWasEmptied() external {
        uint40 closeAt = _close(channel);
        _doTo(STRANGER);
        vm.expectRevert(_closing(channel, closeAt));
        _doTo(STRANGER);
    }

    function test_GivenDelayHasPassed_WhenOldVoucherComes() external {
        _close(channel);
        _doTo(STRANGER);
        assertEq(_settleVoucher(PAYER_KEY, channel, DEPOSIT), 0, "nothing left to pay from");
    }
}
