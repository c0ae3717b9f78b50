// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryAccountLockTest is ModelBase {
    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.lockAccount(0, stranger);
    }

    function test_GivenAccountIsNotLocked() external {
        vm.expectEmit(address(models));
        emit ILocks.LockSet(keyOf(owner), DELAY, guardian);
        lockAccount(owner);
        assertTrue(models.isAccountLocked(owner), "account");
        assertFalse(models.isAccountLocked(stranger), "another account");
    }

    function test_RevertGiven_NothingIsLocked() external {
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotLocked.selector, keyOf(owner)));
        vm.prank(owner);
        models.requestUnlockAccount();
    }

    function test_GivenAccountIsLocked_Request() external {
        _request();
        assertEq(models.lockOf(keyOf(owner)).unlockAt, vm.getBlockTimestamp() + DELAY, "unlockAt");
        assertTrue(models.isAccountLocked(owner), "still locked");
    }

    function test_RevertWhen_StrangerVetoes() external {
        _request();
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotGuardian.selector, keyOf(owner), stranger));
        vm.prank(stranger);
        models.vetoUnlockAccount(owner);
    }

    function test_WhenGuardianVetoes() external {
        _request();
        vm.prank(guardian);
        models.vetoUnlockAccount(owner);
        _assertKept();
    }

    function test_WhenAccountVetoes() external {
        _request();
        vm.prank(owner);
        models.vetoUnlockAccount(owner);
        _assertKept();
    }

    function test_RevertGiven_DelayStillRuns() external {
        _request();
        uint40 unlockAt = uint40(vm.getBlockTimestamp()) + DELAY;
        vm.warp(unlockAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_TooEarly.selector, keyOf(owner), unlockAt));
        vm.prank(owner);
        models.unlockAccount();
    }

    function test_GivenDelayIsOver() external {
        _request();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.prank(owner);
        models.unlockAccount();
        assertFalse(models.isAccountLocked(owner), "account");
    }

    function _request() private {
        lockAccount(owner);
        vm.prank(owner);
        models.requestUnlockAccount();
    }

    function _assertKept() private {
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotRequested.selector, keyOf(owner)));
        vm.prank(owner);
        models.unlockAccount();
    }
}
