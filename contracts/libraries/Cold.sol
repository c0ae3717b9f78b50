// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What of a channel a settlement only reads. From the top, in bits: 160 signer, 56 deposited, 32 time, 8 flags.
/// @dev `time` is the close delay while the channel is open, and the close time (Unix seconds) once it closes.
type Cold is uint256;

using Colds for Cold global;

/// @title Colds
/// @notice Reads and changes a {Cold}.
library Colds {
    uint256 private constant CLOSING = 1;
    uint256 private constant CLOSED = 2;
    uint256 private constant OPTIMISTIC = 4;
    uint256 private constant SEPARATE_PAYER = 8;
    uint256 private constant DEPOSITED = 40;
    uint256 private constant SIGNER = 96;
    uint256 private constant AMOUNT = 2 ** 56 - 1;
    uint256 private constant TIME_MASK = 0xffffffff00;

    /// @notice A new channel.
    function open(
        address channelSigner,
        uint256 amount,
        uint32 delay,
        bool optimistic,
        bool separatePayer
    ) internal pure returns (Cold) {
        return
            Cold.wrap(
                (uint256(uint160(channelSigner)) << SIGNER) |
                    (amount << DEPOSITED) |
                    (uint256(delay) << 8) |
                    (optimistic ? OPTIMISTIC : 0) |
                    (separatePayer ? SEPARATE_PAYER : 0)
            );
    }

    /// @notice Whether the channel was ever opened.
    function exists(Cold cold) internal pure returns (bool) {
        return Cold.unwrap(cold) != 0;
    }

    /// @notice Whose key signs vouchers.
    function signer(Cold cold) internal pure returns (address) {
        return address(uint160(Cold.unwrap(cold) >> SIGNER));
    }

    /// @notice Units ever deposited; of a closed channel, units ever paid.
    function deposited(Cold cold) internal pure returns (uint256) {
        return (Cold.unwrap(cold) >> DEPOSITED) & AMOUNT;
    }

    /// @notice Unix seconds; 0 while open.
    function closeAt(Cold cold) internal pure returns (uint40) {
        return isClosing(cold) ? uint32(Cold.unwrap(cold) >> 8) : 0;
    }

    /// @notice Seconds; 0 once the channel closes.
    function closeDelay(Cold cold) internal pure returns (uint32) {
        return isClosing(cold) ? 0 : uint32(Cold.unwrap(cold) >> 8);
    }

    function isClosing(Cold cold) internal pure returns (bool) {
        return Cold.unwrap(cold) & CLOSING != 0;
    }

    function isClosed(Cold cold) internal pure returns (bool) {
        return Cold.unwrap(cold) & CLOSED != 0;
    }

    function isOptimistic(Cold cold) internal pure returns (bool) {
        return Cold.unwrap(cold) & OPTIMISTIC != 0;
    }

    function hasSeparatePayer(Cold cold) internal pure returns (bool) {
        return Cold.unwrap(cold) & SEPARATE_PAYER != 0;
    }

    /// @notice Whether rows pay nothing more. A closed channel has no rest and needs no test.
    function isOver(Cold cold, uint256 time) internal pure returns (bool) {
        return isClosing(cold) && time > uint32(Cold.unwrap(cold) >> 8);
    }

    /// @notice The channel with another sum of deposits.
    function withDeposited(Cold cold, uint256 amount) internal pure returns (Cold) {
        return Cold.wrap((Cold.unwrap(cold) & ~(AMOUNT << DEPOSITED)) | (amount << DEPOSITED));
    }

    /// @notice The channel with a running close; `time` in Unix seconds, before the year 2106.
    function closing(Cold cold, uint256 time) internal pure returns (Cold) {
        return Cold.wrap((Cold.unwrap(cold) & ~TIME_MASK) | (uint256(uint32(time)) << 8) | CLOSING);
    }

    /// @notice The channel with its payments agreed by its payer: no challenge reaches them.
    function agreed(Cold cold) internal pure returns (Cold) {
        return Cold.wrap(Cold.unwrap(cold) & ~OPTIMISTIC);
    }

    /// @notice The channel with its index retired; `paid` units went to the node.
    function closed(Cold cold, uint256 paid) internal pure returns (Cold) {
        return Cold.wrap(Cold.unwrap(withDeposited(cold, paid)) | CLOSED);
    }
}
