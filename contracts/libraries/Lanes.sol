// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Lanes
/// @notice The balances of four channels in one slot: channel 4n + j has the 64 bits from 64j of slot n. Where the highest is set, lane O may
/// take from the channel and the lowest 56 are its rest in units; where it is not, they are what was paid. So a channel takes its slot of
/// money only when it is paid from, and lane O needs nothing but this slot.
library Lanes {
    uint256 private constant OPTIMISTIC = 1 << 63;
    uint256 private constant LANE = 2 ** 64 - 1;
    uint256 private constant AMOUNT = 2 ** 56 - 1;

    /// @notice Units that a channel of `deposited` units has paid.
    function paid(uint256 lanes, uint256 channel, uint256 deposited) internal pure returns (uint256) {
        uint256 lane = (lanes >> shift(channel)) & LANE;
        return lane & OPTIMISTIC == 0 ? lane : deposited - (lane & AMOUNT);
    }

    /// @notice The slot with `amount` paid in a channel that lane O cannot reach.
    function withPaid(uint256 lanes, uint256 channel, uint256 amount) internal pure returns (uint256) {
        return (lanes & ~(LANE << shift(channel))) | (amount << shift(channel));
    }

    /// @notice The slot with `rest` left in a channel that lane O may take from.
    function withRest(uint256 lanes, uint256 channel, uint256 rest) internal pure returns (uint256) {
        return withPaid(lanes, channel, OPTIMISTIC | rest);
    }

    /// @notice Whether lane O may take from a channel.
    function isOptimistic(uint256 lanes, uint256 channel) internal pure returns (bool) {
        return (lanes >> shift(channel)) & OPTIMISTIC != 0;
    }

    /// @dev Position of a channel's bits in its slot.
    function shift(uint256 channel) private pure returns (uint256) {
        return (channel & 3) << 6;
    }
}
