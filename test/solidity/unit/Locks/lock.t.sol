// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {LocksBase} from "./LocksBase.sol";

contract LocksLockTest is LocksBase {
    function test_RevertGiven_ItIsLocked() external {
        _locked();
        _expect(ILocks.Locks_Locked.selector);
        locks.lock(KEY, DELAY, STRANGER);
        _expect(ILocks.Locks_Locked.selector);
        locks.lock(KEY, 0, address(0));
        _assertLock(locks.lockOf(KEY), GUARDIAN, DELAY, 0, true);
    }

    function testFuzz_RevertWhen_DelayIsBelowTheMinimum(uint32 delay) external {
        delay = uint32(bound(delay, 1, locks.MIN_UNLOCK_DELAY() - 1));
        _expectInvalidDelay(delay);
        locks.lock(KEY, delay, GUARDIAN);
    }

    function testFuzz_RevertWhen_DelayIsAboveTheMaximum(uint32 delay) external {
        delay = uint32(bound(delay, locks.MAX_UNLOCK_DELAY() + 1, type(uint32).max));
        _expectInvalidDelay(delay);
        locks.lock(KEY, delay, GUARDIAN);
    }

    function test_WhenDelayIsZero() external {
        locks.lock(KEY, 0, GUARDIAN);
        _assertLock(locks.lockOf(KEY), GUARDIAN, 0, 0, true);
        _expect(ILocks.Locks_Permanent.selector);
        locks.requestUnlock(KEY);
    }

    function testFuzz_WhenDelayIsWithinItsBounds(uint32 delay, address guardian) external {
        delay = uint32(bound(delay, locks.MIN_UNLOCK_DELAY(), locks.MAX_UNLOCK_DELAY()));
        vm.expectEmit(address(locks));
        emit ILocks.LockSet(KEY, delay, guardian);
        locks.lock(KEY, delay, guardian);
        _assertLock(locks.lockOf(KEY), guardian, delay, 0, true);
        assertTrue(locks.isLocked(KEY), "locked");
        assertFalse(locks.isLocked(OTHER_KEY), "another key");
        locks.requireUnlocked(OTHER_KEY);
        _expect(ILocks.Locks_Locked.selector);
        locks.requireUnlocked(KEY);
    }

    function _expectInvalidDelay(uint32 delay) private {
        (uint32 least, uint32 most) = (1 hours, 3650 days);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_InvalidDelay.selector, delay, least, most));
    }
}
