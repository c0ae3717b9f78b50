// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistrySetPublicTest is DatasetBase {
    function test_RevertGiven_DatasetIsUnknown() external {
        expectUnknown();
        datasets.setPublic(UNKNOWN, true);
    }

    function test_RevertWhen_CallerIsNotTheOwner() external {
        expectNotOwner();
        datasets.setPublic(datasetId, true);
    }

    function test_RevertGiven_AccountIsLocked() external {
        setPublic(true);
        lockAccount(owner);
        expectAccountLocked();
        setPublic(false);
    }

    function test_RevertGiven_NothingWouldChange() external {
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_PoolUnchanged.selector, datasetId, false)
        );
        setPublic(false);
        setPublic(true);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_PoolUnchanged.selector, datasetId, true)
        );
        setPublic(true);
    }

    function test_WhenItEntersThePool() external {
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.PoolChanged(datasetId, true);
        setPublic(true);
        assertTrue(datasets.datasetOf(datasetId).isPublic, "public");
        assertTrue(mayCite(LINE, stranger), "citable");
        assertEq(datasets.poolSize(), 1, "size");
        assertEq(datasets.pool(0, 1)[0], datasetId, "listed");
    }

    function test_WhenItLeavesThePool() external {
        setPublic(true);
        bytes32[] memory others = new bytes32[](2);
        for (uint256 i; i < others.length; ++i) {
            others[i] = commitAs(stranger, keccak256(abi.encode(i)));
            vm.prank(stranger);
            datasets.setPublic(others[i], true);
        }
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.PoolChanged(datasetId, false);
        setPublic(false);
        assertFalse(datasets.datasetOf(datasetId).isPublic, "private");
        assertFalse(mayCite(LINE, stranger), "no longer citable");
        assertEq(datasets.poolSize(), 2, "size");
        for (uint256 i; i < others.length; ++i) {
            assertTrue(datasets.datasetOf(others[i]).isPublic, "the others stay");
            assertTrue(datasets.mayCite(others[i], LINE, owner), "the others stay citable");
        }
        setPublic(true);
        assertEq(datasets.poolSize(), 3, "back again");
    }
}
