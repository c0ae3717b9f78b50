// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A lock on a model, a line or an account.
/// @param guardian may veto an unlock request; zero for none
/// @param delay seconds between request and unlock, chosen when locking; 0 with `locked` is a permanent lock
/// @param unlockAt Unix seconds from which the requested unlock may happen, 0 when none is requested
/// @param locked whether the lock holds
struct Lock {
    address guardian;
    uint32 delay;
    uint40 unlockAt;
    bool locked;
}

/// @title ILocks
/// @notice "Once the private key is locked, nobody can touch it": a lock outlasts its owner's key. Unlocking takes a
/// request and the delay that the owner chose, during which a guardian can veto.
/// @dev State machine: open -> locked -> (request) pending -> (delay, unlock) open; pending -> (veto) locked. Nothing
/// about a lock can change while it holds.
interface ILocks {
    /// @notice Emitted when `key` (a model id, a line id or an address as bytes32) is locked.
    event LockSet(bytes32 indexed key, uint32 delay, address indexed guardian);
    /// @notice Emitted when an unlock may happen from `unlockAt` on.
    event UnlockRequested(bytes32 indexed key, uint40 unlockAt);
    /// @notice Emitted when `by` ended an unlock request.
    event UnlockVetoed(bytes32 indexed key, address indexed by);
    /// @notice Emitted when the lock ended.
    event LockReleased(bytes32 indexed key);

    /// @notice Thrown when something is done to a thing that is locked.
    error Locks_Locked(bytes32 key);
    /// @notice Thrown when a thing that is not locked is unlocked.
    error Locks_NotLocked(bytes32 key);
    /// @notice Thrown when a permanent lock is asked to end.
    error Locks_Permanent(bytes32 key);
    /// @notice Thrown when no unlock was requested.
    error Locks_NotRequested(bytes32 key);
    /// @notice Thrown when an unlock was requested already.
    error Locks_AlreadyRequested(bytes32 key, uint40 unlockAt);
    /// @notice Thrown when the delay still runs.
    error Locks_TooEarly(bytes32 key, uint40 unlockAt);
    /// @notice Thrown when the delay is outside of its bounds.
    error Locks_InvalidDelay(uint32 delay, uint32 min, uint32 max);
    /// @notice Thrown when `account` is neither guardian nor owner.
    error Locks_NotGuardian(bytes32 key, address account);

    /// @notice The lock on `key`.
    function lockOf(bytes32 key) external view returns (Lock memory);
    /// @notice Shortest delay, in seconds.
    function MIN_UNLOCK_DELAY() external view returns (uint32);
    /// @notice Longest delay, in seconds.
    function MAX_UNLOCK_DELAY() external view returns (uint32);
}
