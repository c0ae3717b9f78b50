// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Locks} from "../../../../contracts/abstract/Locks.sol";

/// @notice One thing that can be locked, and its owner.
contract LocksHarness is Locks {
    address private immutable OWNER;

    constructor(address owner) {
        OWNER = owner;
    }

    function lock(bytes32 key, uint32 delay, address guardian) external {
        _lock(key, delay, guardian);
    }

    function requestUnlock(bytes32 key) external {
        _requestUnlock(key);
    }

    function vetoUnlock(bytes32 key) external {
        _vetoUnlock(key, OWNER);
    }

    function unlock(bytes32 key) external {
        _unlock(key);
    }

    function isLocked(bytes32 key) external view returns (bool) {
        return _isLocked(key);
    }

    function requireUnlocked(bytes32 key) external view {
        _requireUnlocked(key);
    }
}
