// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice One slot with all that an append reads and writes of a line: from the top, 192 bits of the newest version
/// hash (zero for a line that is not open), 32 of the number of deltas, 24 of the grace in seconds, 8 of the lock.
/// @dev The cut hash saves a read per append. Another parent that passes for the newest version takes 2^192 hashes, or
/// 2^96 of an owner who wants to break his own chain.
type LineHead is uint256;

using LineHeads for LineHead global;

/// @title LineHeads
/// @notice Reads and changes a {LineHead}.
library LineHeads {
    uint256 private constant LOCKED = 1;
    uint256 private constant GRACE_MASK = 0xffffff00;
    uint256 private constant COUNT_MASK = 0xffffffff00000000;
    uint256 private constant REST_MASK = 0xffffffff;

    /// @notice Head of a new line, with no delta and no grace.
    function open(bytes32 baseHash) internal pure returns (LineHead) {
        return LineHead.wrap(uint256(baseHash) & ~(COUNT_MASK | REST_MASK));
    }

    /// @notice Whether the line is open.
    function isOpen(LineHead head) internal pure returns (bool) {
        return LineHead.unwrap(head) >> 64 != 0;
    }

    /// @notice Whether `versionHash` is the newest version.
    function isAt(LineHead head, bytes32 versionHash) internal pure returns (bool) {
        return (LineHead.unwrap(head) ^ uint256(versionHash)) >> 64 == 0;
    }

    /// @notice Number of deltas.
    function count(LineHead head) internal pure returns (uint32) {
        return uint32(LineHead.unwrap(head) >> 32);
    }

    /// @notice Grace in seconds.
    function grace(LineHead head) internal pure returns (uint24) {
        return uint24(LineHead.unwrap(head) >> 8);
    }

    /// @notice Whether the line is locked.
    function isLocked(LineHead head) internal pure returns (bool) {
        return LineHead.unwrap(head) & LOCKED != 0;
    }

    /// @notice The head after version `version` was appended.
    function moveTo(LineHead head, bytes32 versionHash, uint32 version) internal pure returns (LineHead) {
        uint256 tag = uint256(versionHash) & ~(COUNT_MASK | REST_MASK);
        return LineHead.wrap(tag | (uint256(version) << 32) | (LineHead.unwrap(head) & REST_MASK));
    }

    /// @notice The head with another grace.
    function withGrace(LineHead head, uint24 seconds_) internal pure returns (LineHead) {
        return LineHead.wrap((LineHead.unwrap(head) & ~GRACE_MASK) | (uint256(seconds_) << 8));
    }

    /// @notice The head with the lock set or not.
    function withLock(LineHead head, bool locked) internal pure returns (LineHead) {
        uint256 rest = LineHead.unwrap(head) & ~LOCKED;
        return LineHead.wrap(locked ? rest | LOCKED : rest);
    }
}
