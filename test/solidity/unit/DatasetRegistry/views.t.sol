// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Dataset} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistryViewsTest is DatasetBase {
    function test_RevertGiven_DatasetIsUnknown() external {
        expectUnknown();
        datasets.datasetOf(UNKNOWN);
    }

    function test_GivenDatasetExists() external {
        setPublic(true);
        Dataset memory expected = Dataset({
            owner: owner,
            root: ROOT,
            records: 100,
            committedAt: uint40(START),
            isPublic: true
        });
        assertEq(keccak256(abi.encode(datasets.datasetOf(datasetId))), keccak256(abi.encode(expected)), "dataset");
    }

    function testFuzz_ForAnyOwnerAndRoot(address account, bytes32 root) external view {
        assertEq(datasets.datasetIdOf(account, root), keccak256(abi.encode(account, root)), "id");
    }

    function test_GivenThereIsNoConsent() external view {
        assertEq(datasets.consentUntil(datasetId, LINE), 0, "until");
        assertEq(datasets.consentUntil(UNKNOWN, LINE), 0, "unknown");
    }

    function testFuzz_ForAnyPage(uint8 size, uint256 start, uint256 count) external {
        size = size % 6;
        bytes32[] memory ids = new bytes32[](size);
        for (uint256 i; i < size; ++i) {
            ids[i] = commitAs(stranger, keccak256(abi.encode(i)));
            vm.prank(stranger);
            datasets.setPublic(ids[i], true);
        }
        uint256 expected = start >= size ? 0 : size - start;
        if (count < expected) expected = count;
        bytes32[] memory page = datasets.pool(start, count);
        assertEq(datasets.poolSize(), size, "size");
        assertEq(page.length, expected, "page length");
        for (uint256 i; i < page.length; ++i) {
            assertEq(page[i], ids[start + i], "order while none left");
        }
    }
}
