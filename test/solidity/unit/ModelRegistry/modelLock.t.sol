// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC5192} from "../../../../contracts/interfaces/IERC5192.sol";
import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryModelLockTest is ModelBase {
    function test_RevertGiven_ModelIsUnknown_Lock() external {
        expectUnknown();
        models.lockModel(UNKNOWN, DELAY, guardian);
    }

    function test_RevertWhen_StrangerLocks() external {
        expectNotOwner();
        models.lockModel(modelId, DELAY, guardian);
    }

    function test_RevertGiven_AccountIsLocked_Lock() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.lockModel(modelId, 0, address(0));
    }

    function test_RevertGiven_ModelIsLocked_Lock() external {
        lockModel(modelId, owner);
        expectLocked(bytes32(modelId));
        models.lockModel(modelId, 0, stranger);
    }

    function test_WhenOwnerLocks() external {
        uint256 other = deployModel(owner, "other", Visibility.Public);
        vm.expectEmit(address(models));
        emit ILocks.LockSet(bytes32(modelId), DELAY, guardian);
        vm.expectEmit(address(models));
        emit IERC5192.Locked(modelId);
        lockModel(modelId, owner);
        assertTrue(models.locked(modelId), "locked");
        assertFalse(models.locked(other), "another model");
        assertFalse(models.isAccountLocked(owner), "account");
    }

    function test_RevertWhen_StrangerRequests() external {
        lockModel(modelId, owner);
        expectNotOwner();
        models.requestUnlockModel(modelId);
    }

    function test_RevertGiven_AccountIsLocked_Request() external {
        lockModel(modelId, owner);
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.requestUnlockModel(modelId);
    }

    function test_WhenOwnerRequests() external {
        lockModel(modelId, owner);
        _request();
        assertEq(models.lockOf(bytes32(modelId)).unlockAt, vm.getBlockTimestamp() + DELAY, "unlockAt");
        assertTrue(models.locked(modelId), "locked");
    }

    function test_RevertGiven_ModelIsUnknown_Veto() external {
        expectUnknown();
        models.vetoUnlockModel(UNKNOWN);
    }

    function test_RevertWhen_StrangerVetoes() external {
        lockModel(modelId, owner);
        _request();
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotGuardian.selector, bytes32(modelId), stranger));
        vm.prank(stranger);
        models.vetoUnlockModel(modelId);
    }

    function test_WhenGuardianVetoes() external {
        lockModel(modelId, owner);
        _request();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.prank(guardian);
        models.vetoUnlockModel(modelId);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotRequested.selector, bytes32(modelId)));
        vm.prank(owner);
        models.unlockModel(modelId);
    }

    function test_GivenAccountIsLocked_OwnerVetoes() external {
        lockModel(modelId, owner);
        _request();
        lockAccount(owner);
        vm.prank(owner);
        models.vetoUnlockModel(modelId);
        assertEq(models.lockOf(bytes32(modelId)).unlockAt, 0, "request ended");
    }

    function test_RevertWhen_StrangerUnlocks() external {
        lockModel(modelId, owner);
        _request();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        expectNotOwner();
        models.unlockModel(modelId);
    }

    function test_RevertGiven_AccountIsLocked_Unlock() external {
        lockModel(modelId, owner);
        _request();
        lockAccount(owner);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        expectLocked(keyOf(owner));
        models.unlockModel(modelId);
    }

    function test_WhenOwnerUnlocksInTime() external {
        lockModel(modelId, owner);
        _request();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.expectEmit(address(models));
        emit ILocks.LockReleased(bytes32(modelId));
        vm.expectEmit(address(models));
        emit IERC5192.Unlocked(modelId);
        vm.prank(owner);
        models.unlockModel(modelId);
        assertFalse(models.locked(modelId), "locked");
    }

    function _request() private {
        vm.prank(owner);
        models.requestUnlockModel(modelId);
    }
}
