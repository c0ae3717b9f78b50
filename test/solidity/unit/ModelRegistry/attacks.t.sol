// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IModelRegistry, ModelAnchor, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

/// @notice Attacks by name. There is none by an administrator: the contract has no owner, no role, no proxy, and no
/// function that names an account other than the caller's as the one who acts.
contract ModelRegistryAttacksTest is ModelBase {
    /// @dev The copier sees the anchor and the salt in the author's pending transaction.
    function test_RevertWhen_AnchorIsCopiedFromTheMempool() external {
        ModelAnchor memory anchor = anchorNamed("secret");
        ripeCommitment(owner, anchor);

        bytes32 copy = models.commitmentOf(stranger, anchor, SALT);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentMissing.selector, copy));
        vm.prank(stranger);
        models.deploy(anchor, termsOf(Visibility.Public), "", SALT);

        vm.prank(stranger);
        models.commit(copy);
        uint256 readyAt = vm.getBlockTimestamp() + MIN_AGE;
        vm.warp(readyAt - 1);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentTooNew.selector, copy, readyAt));
        vm.prank(stranger);
        models.deploy(anchor, termsOf(Visibility.Public), "", SALT);

        vm.prank(owner);
        uint256 secret = models.deploy(anchor, termsOf(Visibility.Public), "", SALT);
        assertEq(models.ownerOf(secret), owner, "the author's");
    }

    /// @dev Copying the commitment itself first neither takes the model nor stops its author.
    function test_WhenCommitmentIsCopiedFromTheMempool() external {
        ModelAnchor memory anchor = anchorNamed("secret");
        bytes32 commitment = models.commitmentOf(owner, anchor, SALT);
        vm.prank(stranger);
        models.commit(commitment);
        vm.warp(vm.getBlockTimestamp() + MIN_AGE);
        vm.prank(owner);
        uint256 secret = models.deploy(anchor, termsOf(Visibility.Public), "", SALT);
        assertEq(models.ownerOf(secret), owner, "the author's");
    }

    /// @dev Were any root allowed, its owner could lock the account whose address it spells, for ever.
    function test_RevertWhen_RootSpellsAnAddress() external {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.weightsRoot = keyOf(owner);
        ripeCommitment(stranger, anchor);
        vm.expectRevert(
            abi.encodeWithSelector(
                IModelRegistry.ModelRegistry_InvalidAnchor.selector,
                anchor.weightsRoot,
                anchor.byteLength
            )
        );
        vm.prank(stranger);
        models.deploy(anchor, termsOf(Visibility.Public), "", SALT);
    }

    /// @dev Everything that a thief with the owner's key can try on a locked model.
    function test_RevertWhen_ThiefHasTheKeyOfALockedModel() external {
        lockModel(modelId, owner);
        bytes32 key = bytes32(modelId);
        expectLocked(key);
        models.transferFrom(owner, stranger, modelId);
        expectLocked(key);
        models.approve(stranger, modelId);
        expectLocked(key);
        models.setTerms(modelId, termsOf(Visibility.Private));
        expectLocked(key);
        models.setTokenURI(modelId, "");
        expectLocked(key);
        models.grantLicence(modelId, stranger, type(uint64).max);
        expectLocked(key);
        models.lockModel(modelId, 1 hours, stranger);

        // He can ask for the unlock, and the guardian can say no for as long as he asks.
        for (uint256 i; i < 3; ++i) {
            vm.prank(owner);
            models.requestUnlockModel(modelId);
            vm.warp(vm.getBlockTimestamp() + DELAY - 1);
            vm.prank(guardian);
            models.vetoUnlockModel(modelId);
        }
        assertTrue(models.locked(modelId), "locked");
        assertEq(models.ownerOf(modelId), owner, "owner");
    }

    /// @dev Everything that a thief with the key of a locked account can try here.
    function test_RevertWhen_ThiefHasTheKeyOfALockedAccount() external {
        ModelAnchor memory anchor = anchorNamed("another");
        ripeCommitment(owner, anchor);
        lockAccount(owner);
        bytes32 key = keyOf(owner);
        expectLocked(key);
        models.transferFrom(owner, stranger, modelId);
        expectLocked(key);
        models.approve(stranger, modelId);
        expectLocked(key);
        models.setApprovalForAll(stranger, true);
        expectLocked(key);
        models.setTerms(modelId, termsOf(Visibility.Private));
        expectLocked(key);
        models.setTokenURI(modelId, "");
        expectLocked(key);
        models.grantLicence(modelId, stranger, type(uint64).max);
        expectLocked(key);
        models.lockModel(modelId, 0, stranger);
        expectLocked(key);
        models.lockAccount(1 hours, stranger);
        expectLocked(key);
        models.deploy(anchor, termsOf(Visibility.Public), "", SALT);
    }

    /// @dev A thief approves himself, the owner locks, and the lock ends one day: the owner took the approval back.
    function test_RevertWhen_ThiefApprovedHimselfBeforeTheLock() external {
        vm.startPrank(owner);
        models.approve(stranger, modelId);
        models.setApprovalForAll(stranger, true);
        models.lockModel(modelId, DELAY, guardian);
        vm.stopPrank();
        vm.expectRevert(lockedError(bytes32(modelId)));
        vm.prank(stranger);
        models.transferFrom(owner, stranger, modelId);

        vm.startPrank(owner);
        models.approve(address(0), modelId);
        models.setApprovalForAll(stranger, false);
        models.requestUnlockModel(modelId);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        models.unlockModel(modelId);
        vm.stopPrank();
        vm.expectRevert();
        vm.prank(stranger);
        models.transferFrom(owner, stranger, modelId);
        assertEq(models.ownerOf(modelId), owner, "owner");
    }

    /// @dev A permanent lock stays, whoever asks and whenever.
    function test_RevertWhen_PermanentLockIsAskedToEnd() external {
        vm.prank(owner);
        models.lockModel(modelId, 0, guardian);
        vm.warp(START + 20_000 days);
        vm.expectRevert();
        vm.prank(owner);
        models.requestUnlockModel(modelId);
        vm.expectRevert();
        vm.prank(owner);
        models.unlockModel(modelId);
        assertTrue(models.locked(modelId), "locked");
    }
}
