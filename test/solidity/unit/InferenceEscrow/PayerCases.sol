// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice What all calls have in common by which a payer lets go of a channel. The heir says which.
abstract contract PayerCases is ChannelBase {
    /// @dev What has to be, for the call to succeed now. Nothing by default.
    function _ready(uint256 index) internal virtual {}

    /// @dev One call.
    function _do(address caller, uint256 index) internal virtual;

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [channel + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) {
            vm.expectRevert(_unknown(indices[i]));
            _do(PAYER, indices[i]);
        }
    }

    function test_RevertWhen_CallerIsNotThePayer() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.payer = PAYER;
        opening.signer = OTHER_PAYER;
        channel = _openAs(STRANGER, opening);
        _ready(channel);
        address[3] memory others = [STRANGER, NODE, OTHER_PAYER];
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(_notPayer(channel, others[i]));
            _do(others[i], channel);
        }
        _do(PAYER, channel);
    }

    function test_RevertGiven_ChannelIsClosed() external {
        _release(channel);
        vm.expectRevert(_closing(channel, 0));
        _do(PAYER, channel);
    }
}
