// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Lanes
/// @notice The balances of four channels in one slot: channel 4n + j has the 64 bits from 64j of slot n. The lowest 56 are its rest
/// in units, the highest says whether lane O may take from it.
library Lanes {
    /// @notice Flag of a channel that lane O may debit.
    uint256 internal constant OPTIMISTIC = 1 << 63;
    uint256 internal constant REST = 2 ** 56 - 1;

    /// @notice Position of a channel's bits in its slot.
    function shift(uint256 channel) internal pure returns (uint256) {
        return (channel & 3) << 6;
    }

    /// @notice Rest of a channel.
    function rest(uint256 lanes, uint256 channel) internal pure returns (uint256) {
        return (lanes >> shift(channel)) & REST;
    }

    /// @notice The slot with more in one channel; the caller knows that it fits.
    function add(uint256 lanes, uint256 channel, uint256 amount) internal pure returns (uint256) {
        return lanes + (amount << shift(channel));
    }

    /// @notice The slot with nothing in one channel.
    function clear(uint256 lanes, uint256 channel) internal pure returns (uint256) {
        return lanes & ~(uint256(type(uint64).max) << shift(channel));
    }

    /// @notice The slot with one channel out of lane O's reach.
    function withoutOptimistic(uint256 lanes, uint256 channel) internal pure returns (uint256) {
        return lanes & ~(OPTIMISTIC << shift(channel));
    }
}
