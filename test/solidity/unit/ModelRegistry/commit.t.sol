// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IModelRegistry, ModelAnchor, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

contract ModelRegistryCommitTest is OwnershipBase {
    bytes32 private _commitment;

    function setUp() public override {
        super.setUp();
        _commitment = models.commitmentOf(owner, anchorNamed("model"), SALT);
    }

    function test_RevertGiven_CommitmentExists() external {
        models.commit(_commitment);
        vm.warp(START + MAX_AGE);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentExists.selector, _commitment));
        models.commit(_commitment);
    }

    function test_GivenCommitmentExpired() external {
        models.commit(_commitment);
        vm.warp(START + MAX_AGE + 1);
        models.commit(_commitment);
        vm.warp(START + MAX_AGE + 1 + MIN_AGE);
        vm.prank(owner);
        models.deploy(anchorNamed("model"), termsOf(Visibility.Public), "", SALT);
    }

    function test_GivenCommitmentIsNew() external {
        vm.expectEmit(address(models));
        emit IModelRegistry.DeployCommitted(owner, _commitment);
        vm.prank(owner);
        models.commit(_commitment);
        vm.warp(START + MIN_AGE);
        vm.prank(owner);
        uint256 modelId = models.deploy(anchorNamed("model"), termsOf(Visibility.Public), "", SALT);
        assertEq(models.ownerOf(modelId), owner, "owner");
    }

    /// @dev Whoever sends the commitment of another account serves that account only.
    function test_GivenCommitmentIsNew_SentByAnother() external {
        vm.prank(stranger);
        models.commit(_commitment);
        vm.warp(START + MIN_AGE);
        ModelAnchor memory anchor = anchorNamed("model");
        bytes32 own = models.commitmentOf(stranger, anchor, SALT);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentMissing.selector, own));
        vm.prank(stranger);
        models.deploy(anchor, termsOf(Visibility.Public), "", SALT);
        vm.prank(owner);
        models.deploy(anchor, termsOf(Visibility.Public), "", SALT);
    }
}
