// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Dataset, IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistryCommitDatasetTest is DatasetBase {
    function test_RevertWhen_RootIsZero() external {
        _expectInvalid(0, 1);
    }

    function test_RevertWhen_ThereAreNoRecords() external {
        _expectInvalid(ROOT, 0);
    }

    function testFuzz_RevertWhen_ThereAreTooManyRecords(uint64 records) external {
        _expectInvalid(ROOT, uint64(bound(records, uint256(type(uint56).max) + 1, type(uint64).max)));
    }

    function test_RevertGiven_OwnerCommittedToIt() external {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_AlreadyCommitted.selector, datasetId));
        vm.prank(owner);
        datasets.commitDataset(ROOT, 7);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectAccountLocked();
        vm.prank(owner);
        datasets.commitDataset(keccak256("another"), 7);
    }

    function testFuzz_WhenEverythingIsInOrder(bytes32 root, uint64 records) external {
        vm.assume(root != 0 && root != ROOT);
        records = uint64(bound(records, 1, type(uint56).max));
        bytes32 id = datasets.datasetIdOf(owner, root);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.DatasetCommitted(id, owner, root, records);
        vm.prank(owner);
        assertEq(datasets.commitDataset(root, records), id, "id");
        Dataset memory expected = Dataset({
            owner: owner,
            root: root,
            records: records,
            committedAt: uint40(START),
            isPublic: false
        });
        assertEq(keccak256(abi.encode(datasets.datasetOf(id))), keccak256(abi.encode(expected)), "dataset");
    }

    function test_GivenAnotherAccountCommittedToTheRoot() external {
        bytes32 copy = commitAs(stranger, ROOT);
        assertTrue(copy != datasetId, "ids bind the owner");
        assertEq(datasets.datasetOf(copy).owner, stranger, "the copy is the copier's");
        assertEq(datasets.datasetOf(datasetId).owner, owner, "the original is its owner's");
        assertFalse(mayCite(LINE, stranger), "a copy gives no right to the original");
    }

    function _expectInvalid(bytes32 root, uint64 records) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_InvalidDataset.selector, root, records)
        );
        vm.prank(stranger);
        datasets.commitDataset(root, records);
    }
}
