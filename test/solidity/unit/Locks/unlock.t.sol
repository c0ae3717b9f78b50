// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {LocksBase} from "./LocksBase.sol";

contract LocksUnlockTest is LocksBase {
    function test_RevertGiven_ItIsNotLocked() external {
        _expect(ILocks.Locks_NotLocked.selector);
        locks.unlock(KEY);
    }

    function test_RevertGiven_NoUnlockWasRequested() external {
        _locked();
        vm.warp(START + DELAY);
        _expect(ILocks.Locks_NotRequested.selector);
        locks.unlock(KEY);
    }

    function test_RevertGiven_LockIsPermanent() external {
        locks.lock(KEY, 0, GUARDIAN);
        vm.warp(START + 4000 days);
        _expect(ILocks.Locks_NotRequested.selector);
        locks.unlock(KEY);
    }

    function test_RevertGiven_RequestWasVetoed() external {
        _requested();
        vm.prank(GUARDIAN);
        locks.vetoUnlock(KEY);
        vm.warp(START + DELAY);
        _expect(ILocks.Locks_NotRequested.selector);
        locks.unlock(KEY);
    }

    function test_RevertGiven_DelayStillRuns() external {
        _requested();
        vm.warp(START + DELAY - 1);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_TooEarly.selector, KEY, uint40(START + DELAY)));
        locks.unlock(KEY);
    }

    function test_GivenDelayIsOver() external {
        _requested();
        vm.warp(START + DELAY);
        vm.expectEmit(address(locks));
        emit ILocks.LockReleased(KEY);
        locks.unlock(KEY);
        _assertLock(locks.lockOf(KEY), address(0), 0, 0, false);
        locks.lock(KEY, 0, address(0));
        assertTrue(locks.isLocked(KEY), "lockable again");
    }
}
