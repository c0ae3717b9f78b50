// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {LocksBase} from "./LocksBase.sol";

contract LocksRequestUnlockTest is LocksBase {
    function test_RevertGiven_ItIsNotLocked() external {
        _expect(ILocks.Locks_NotLocked.selector);
        locks.requestUnlock(KEY);
    }

    function test_RevertGiven_LockIsPermanent() external {
        locks.lock(KEY, 0, GUARDIAN);
        vm.warp(START + 4000 days);
        _expect(ILocks.Locks_Permanent.selector);
        locks.requestUnlock(KEY);
    }

    function test_RevertGiven_UnlockWasRequested() external {
        _requested();
        vm.warp(START + 1 days);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_AlreadyRequested.selector, KEY, uint40(START + DELAY)));
        locks.requestUnlock(KEY);
    }

    function test_GivenLockHolds() external {
        _locked();
        vm.warp(START + 5);
        vm.expectEmit(address(locks));
        emit ILocks.UnlockRequested(KEY, uint40(START + 5 + DELAY));
        locks.requestUnlock(KEY);
        _assertLock(locks.lockOf(KEY), GUARDIAN, DELAY, uint40(START + 5 + DELAY), true);
    }
}
