// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks, Lock} from "../interfaces/ILocks.sol";

/// @title Locks
/// @notice Locks by key. Inheritors check who the owner of a key is before they call the functions that say so.
abstract contract Locks is ILocks {
    /// @inheritdoc ILocks
    uint32 public constant MIN_UNLOCK_DELAY = 1 hours;
    /// @inheritdoc ILocks
    uint32 public constant MAX_UNLOCK_DELAY = 3650 days;

    mapping(bytes32 key => Lock) private _locks;

    /// @inheritdoc ILocks
    function lockOf(bytes32 key) external view returns (Lock memory) {
        return _locks[key];
    }

    /// @dev The caller checks that `key` is the sender's.
    function _lock(bytes32 key, uint32 delay, address guardian) internal {
        _requireUnlocked(key);
        if (delay != 0 && (delay < MIN_UNLOCK_DELAY || delay > MAX_UNLOCK_DELAY)) {
            revert Locks_InvalidDelay(delay, MIN_UNLOCK_DELAY, MAX_UNLOCK_DELAY);
        }
        _locks[key] = Lock({guardian: guardian, delay: delay, unlockAt: 0, locked: true});
        emit LockSet(key, delay, guardian);
    }

    /// @dev The caller checks that `key` is the sender's.
    function _requestUnlock(bytes32 key) internal {
        Lock storage lock = _locks[key];
        if (!lock.locked) revert Locks_NotLocked(key);
        if (lock.delay == 0) revert Locks_Permanent(key);
        if (lock.unlockAt != 0) revert Locks_AlreadyRequested(key, lock.unlockAt);
        // Both terms are far below 2^40.
        uint40 unlockAt = uint40(block.timestamp + lock.delay);
        lock.unlockAt = unlockAt;
        emit UnlockRequested(key, unlockAt);
    }

    /// @dev Possible as long as the unlock was not executed, even after its delay.
    /// @param owner whom `key` belongs to
    function _vetoUnlock(bytes32 key, address owner) internal {
        Lock storage lock = _locks[key];
        if (!lock.locked) revert Locks_NotLocked(key);
        if (msg.sender != owner && msg.sender != lock.guardian) revert Locks_NotGuardian(key, msg.sender);
        if (lock.unlockAt == 0) revert Locks_NotRequested(key);
        lock.unlockAt = 0;
        emit UnlockVetoed(key, msg.sender);
    }

    /// @dev The caller checks that `key` is the sender's.
    function _unlock(bytes32 key) internal {
        Lock storage lock = _locks[key];
        if (!lock.locked) revert Locks_NotLocked(key);
        uint40 unlockAt = lock.unlockAt;
        if (unlockAt == 0) revert Locks_NotRequested(key);
        if (block.timestamp < unlockAt) revert Locks_TooEarly(key, unlockAt);
        delete _locks[key];
        emit LockReleased(key);
    }

    function _isLocked(bytes32 key) internal view returns (bool) {
        return _locks[key].locked;
    }

    function _requireUnlocked(bytes32 key) internal view {
        if (_locks[key].locked) revert Locks_Locked(key);
    }

    /// @dev Key of the lock on everything of an account.
    function _accountKey(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
