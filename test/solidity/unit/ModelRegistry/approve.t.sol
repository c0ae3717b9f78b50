// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryApproveTest is ModelBase {
    function test_RevertGiven_ModelDoesNotExist() external {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721NonexistentToken.selector, UNKNOWN));
        models.approve(stranger, UNKNOWN);
    }

    function test_RevertWhen_CallerIsAStranger() external {
        vm.expectRevert(abi.encodeWithSelector(IERC721Errors.ERC721InvalidApprover.selector, stranger));
        vm.prank(stranger);
        models.approve(stranger, modelId);
    }

    function test_RevertGiven_ModelIsLocked() external {
        lockModel(modelId, owner);
        expectLocked(bytes32(modelId));
        models.approve(stranger, modelId);
    }

    function test_RevertGiven_OwnersAccountIsLocked() external {
        vm.prank(owner);
        models.setApprovalForAll(relayer, true);
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.approve(stranger, modelId);
        vm.expectRevert(lockedError(keyOf(owner)));
        vm.prank(relayer);
        models.approve(stranger, modelId);
    }

    function test_WhenEverythingIsInOrder() external {
        _approve(stranger);
        assertEq(models.getApproved(modelId), stranger, "approved");
        vm.prank(stranger);
        models.transferFrom(owner, stranger, modelId);
    }

    function test_GivenModelIsLocked_TakenBack() external {
        _approve(stranger);
        lockModel(modelId, owner);
        _approve(address(0));
        assertEq(models.getApproved(modelId), address(0), "approved");
    }

    function test_GivenAccountIsLocked_TakenBack() external {
        _approve(stranger);
        lockAccount(owner);
        _approve(address(0));
        assertEq(models.getApproved(modelId), address(0), "approved");
    }

    function _approve(address account) private {
        vm.prank(owner);
        models.approve(account, modelId);
    }
}
