// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice What the arbiter does with money: seize, restore, assign, endChannel. Here nothing but the caller's address is the arbiter's.
abstract contract CustodyBase is ChannelBase {
    address internal slasher;
    uint256 internal optimistic;

    function setUp() public virtual override {
        super.setUp();
        slasher = address(arbiter);
        optimistic = _openOptimistic(PAYER_KEY, NODE, 10_000);
    }

    function _seize(uint64 units) internal returns (uint64) {
        vm.prank(slasher);
        return escrow.seize(NODE, lineId, units);
    }

    function _notSlasher(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ICustody.InferenceEscrow_NotSlasher.selector, account);
    }

    function _nothingOwed(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_NothingOwed.selector, account);
    }
}
