// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

/// @notice One private dataset of `owner`.
abstract contract DatasetBase is OwnershipBase {
    bytes32 internal constant UNKNOWN = keccak256("unknown");
    bytes32 internal constant ROOT = keccak256("root");
    bytes32 internal constant LINE = keccak256("line");
    uint40 internal constant UNTIL = uint40(START) + 30 days;

    bytes32 internal datasetId;

    function setUp() public virtual override {
        super.setUp();
        datasetId = commitAs(owner, ROOT);
    }

    function commitAs(address account, bytes32 root) internal returns (bytes32) {
        vm.prank(account);
        return datasets.commitDataset(root, 100);
    }

    function consent(uint40 until) internal {
        vm.prank(owner);
        datasets.consent(datasetId, LINE, until);
    }

    function setPublic(bool isPublic) internal {
        vm.prank(owner);
        datasets.setPublic(datasetId, isPublic);
    }

    function mayCite(bytes32 line, address account) internal view returns (bool) {
        return datasets.mayCite(datasetId, line, account);
    }

    function expectUnknown() internal {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_UnknownDataset.selector, UNKNOWN));
    }

    function expectNotOwner() internal {
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_NotOwner.selector, datasetId, stranger)
        );
        vm.prank(stranger);
    }

    function expectAccountLocked() internal {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_AccountLocked.selector, owner));
    }
}
