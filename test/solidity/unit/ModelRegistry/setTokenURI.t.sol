// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC4906} from "@openzeppelin/contracts/interfaces/IERC4906.sol";

import {ModelBase} from "./ModelBase.sol";

contract ModelRegistrySetTokenURITest is ModelBase {
    function test_RevertGiven_ModelIsUnknown() external {
        expectUnknown();
        models.setTokenURI(UNKNOWN, "ipfs://");
    }

    function test_RevertWhen_CallerIsNotTheOwner() external {
        expectNotOwner();
        models.setTokenURI(modelId, "ipfs://");
    }

    function test_RevertGiven_ModelIsLocked() external {
        lockModel(modelId, owner);
        expectLocked(bytes32(modelId));
        models.setTokenURI(modelId, "ipfs://");
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.setTokenURI(modelId, "ipfs://");
    }

    function testFuzz_WhenEverythingIsInOrder(string calldata uri) external {
        vm.expectEmit(address(models));
        emit IERC4906.MetadataUpdate(modelId);
        vm.prank(owner);
        models.setTokenURI(modelId, uri);
        assertEq(keccak256(bytes(models.tokenURI(modelId))), keccak256(bytes(uri)), "URI");
    }
}
