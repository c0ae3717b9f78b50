// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryTransferFromTest is ModelBase {
    function test_RevertGiven_ModelIsLocked() external {
        lockModel(modelId, owner);
        expectLocked(bytes32(modelId));
        models.transferFrom(owner, stranger, modelId);
        expectLocked(bytes32(modelId));
        models.safeTransferFrom(owner, stranger, modelId);
        expectLocked(bytes32(modelId));
        models.safeTransferFrom(owner, stranger, modelId, "data");
    }

    function test_RevertGiven_OwnersAccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.transferFrom(owner, stranger, modelId);
    }

    function test_RevertGiven_ModelIsLocked_CallerWasApprovedBefore() external {
        _approveBoth();
        lockModel(modelId, owner);
        _expectRefused(stranger, bytes32(modelId));
        _expectRefused(relayer, bytes32(modelId));
    }

    function test_RevertGiven_AccountIsLocked_CallerWasApprovedBefore() external {
        _approveBoth();
        lockAccount(owner);
        _expectRefused(stranger, keyOf(owner));
        _expectRefused(relayer, keyOf(owner));
    }

    function test_GivenNothingIsLocked() external {
        _approveBoth();
        _transfer();
        assertEq(models.ownerOf(modelId), stranger, "owner");
        assertEq(models.getApproved(modelId), address(0), "approval");
        assertEq(models.balanceOf(owner), 0, "balance before");
        assertEq(models.balanceOf(stranger), 1, "balance after");
    }

    function test_GivenReceiversAccountIsLocked() external {
        lockAccount(stranger);
        _transfer();
        assertEq(models.ownerOf(modelId), stranger, "owner");
        assertTrue(models.locked(modelId), "locked with its new owner's account");
    }

    function test_GivenLockWasReleased() external {
        lockModel(modelId, owner);
        vm.startPrank(owner);
        models.requestUnlockModel(modelId);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        models.unlockModel(modelId);
        vm.stopPrank();
        _transfer();
        assertEq(models.ownerOf(modelId), stranger, "owner");
    }

    function _approveBoth() private {
        vm.startPrank(owner);
        models.approve(stranger, modelId);
        models.setApprovalForAll(relayer, true);
        vm.stopPrank();
    }

    function _expectRefused(address caller, bytes32 key) private {
        vm.expectRevert(lockedError(key));
        vm.prank(caller);
        models.transferFrom(owner, stranger, modelId);
    }

    function _transfer() private {
        vm.prank(owner);
        models.transferFrom(owner, stranger, modelId);
    }
}
