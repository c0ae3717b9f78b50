// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {LocksBase} from "./LocksBase.sol";

contract LocksVetoUnlockTest is LocksBase {
    function test_RevertGiven_ItIsNotLocked() external {
        _expect(ILocks.Locks_NotLocked.selector);
        vm.prank(OWNER);
        locks.vetoUnlock(KEY);
    }

    function test_RevertWhen_CallerIsNeitherOwnerNorGuardian() external {
        _requested();
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotGuardian.selector, KEY, STRANGER));
        vm.prank(STRANGER);
        locks.vetoUnlock(KEY);
    }

    function test_RevertGiven_NoUnlockWasRequested() external {
        _locked();
        _expect(ILocks.Locks_NotRequested.selector);
        vm.prank(GUARDIAN);
        locks.vetoUnlock(KEY);
    }

    function test_RevertGiven_ThereIsNoGuardianAndTheCallerIsAStranger() external {
        locks.lock(KEY, DELAY, address(0));
        locks.requestUnlock(KEY);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotGuardian.selector, KEY, STRANGER));
        vm.prank(STRANGER);
        locks.vetoUnlock(KEY);
    }

    function test_WhenCallerIsTheGuardian() external {
        _requested();
        vm.expectEmit(address(locks));
        emit ILocks.UnlockVetoed(KEY, GUARDIAN);
        vm.prank(GUARDIAN);
        locks.vetoUnlock(KEY);
        _assertLock(locks.lockOf(KEY), GUARDIAN, DELAY, 0, true);
    }

    function test_WhenCallerIsTheOwner() external {
        _requested();
        vm.prank(OWNER);
        locks.vetoUnlock(KEY);
        _assertLock(locks.lockOf(KEY), GUARDIAN, DELAY, 0, true);
        locks.requestUnlock(KEY);
        assertEq(locks.lockOf(KEY).unlockAt, START + DELAY, "a new request starts the delay again");
    }

    function test_GivenDelayIsOver() external {
        _requested();
        vm.warp(START + DELAY + 30 days);
        vm.prank(GUARDIAN);
        locks.vetoUnlock(KEY);
        _assertLock(locks.lockOf(KEY), GUARDIAN, DELAY, 0, true);
    }
}
