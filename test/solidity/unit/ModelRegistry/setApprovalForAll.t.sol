// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModelBase} from "./ModelBase.sol";

contract ModelRegistrySetApprovalForAllTest is ModelBase {
    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.setApprovalForAll(stranger, true);
    }

    function test_GivenAccountIsNotLocked() external {
        _set(true);
        assertTrue(models.isApprovedForAll(owner, stranger), "approved");
    }

    function test_GivenAccountIsLocked_TakenBack() external {
        _set(true);
        lockAccount(owner);
        _set(false);
        assertFalse(models.isApprovedForAll(owner, stranger), "approved");
    }

    function _set(bool approved) private {
        vm.prank(owner);
        models.setApprovalForAll(stranger, approved);
    }
}
