// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IERC5192} from "../../../../contracts/interfaces/IERC5192.sol";
import {IModelRegistry, ModelAnchor, ModelTerms, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

contract ModelRegistryDeployTest is OwnershipBase {
    function testFuzz_RevertWhen_RootIsBelow160Bits(uint160 root) external {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.weightsRoot = bytes32(uint256(root));
        _expectInvalidAnchor(anchor);
    }

    function test_RevertWhen_LengthIsZero() external {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.byteLength = 0;
        _expectInvalidAnchor(anchor);
    }

    function test_RevertWhen_CommitmentsAreInvalid() external {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.commitments = someCommitments();
        anchor.commitments.pedersenY = 3;
        _expectInvalidAnchor(anchor);
        anchor.commitments = someCommitments();
        // The order of the scalar field, one too much.
        anchor.commitments.poseidonRoot = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
        _expectInvalidAnchor(anchor);
        anchor.commitments = someCommitments();
        // The same point with an x that is not reduced.
        anchor.commitments.pedersenX += 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
        _expectInvalidAnchor(anchor);
        anchor.commitments = someCommitments();
        anchor.commitments.pedersenY += 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
        _expectInvalidAnchor(anchor);
    }

    function test_RevertWhen_RoyaltyIsOver100Percent() external {
        _expectInvalidRoyalty(owner, 10_001);
    }

    function test_RevertWhen_RoyaltyHasNoReceiver() external {
        _expectInvalidRoyalty(address(0), 1);
    }

    function test_RevertGiven_AccountIsLocked() external {
        ModelAnchor memory anchor = anchorNamed("model");
        ripeCommitment(owner, anchor);
        lockAccount(owner);
        vm.expectRevert(lockedError(keyOf(owner)));
        _deploy(owner, anchor);
    }

    function test_RevertGiven_RootIsAnchored() external {
        uint256 modelId = deployModel(owner, "model", Visibility.Public);
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.byteLength += 1;
        ripeCommitment(stranger, anchor);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_AlreadyDeployed.selector, modelId, owner));
        _deploy(stranger, anchor);
    }

    function test_RevertGiven_ThereIsNoCommitment() external {
        _expectMissing(owner, anchorNamed("model"));
    }

    function test_RevertGiven_CommitmentIsTooNew() external {
        ModelAnchor memory anchor = anchorNamed("model");
        ripeCommitment(owner, anchor);
        vm.warp(START + MIN_AGE - 1);
        bytes32 commitment = models.commitmentOf(owner, anchor, SALT);
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentTooNew.selector, commitment, START + MIN_AGE)
        );
        _deploy(owner, anchor);
    }

    function test_RevertGiven_CommitmentExpired() external {
        ripeCommitment(owner, anchorNamed("model"));
        vm.warp(START + MAX_AGE + 1);
        _expectMissing(owner, anchorNamed("model"));
    }

    function test_RevertWhen_SaltDiffers() external {
        ModelAnchor memory anchor = anchorNamed("model");
        ripeCommitment(owner, anchor);
        bytes32 salt = keccak256("another salt");
        bytes32 commitment = models.commitmentOf(owner, anchor, salt);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentMissing.selector, commitment));
        vm.prank(owner);
        models.deploy(anchor, termsOf(Visibility.Public), "", salt);
    }

    function test_WhenEverythingIsInOrder() external {
        ModelAnchor memory anchor = anchorNamed("model");
        ModelTerms memory terms = termsOf(Visibility.Licensed);
        ripeCommitment(owner, anchor);
        uint256 modelId = uint256(anchor.weightsRoot);
        vm.expectEmit(address(models));
        emit IERC721.Transfer(address(0), owner, modelId);
        vm.expectEmit(address(models));
        emit IModelRegistry.ModelDeployed(modelId, owner, modelStruct(anchor), anchor, terms);
        vm.expectEmit(address(models));
        emit IERC5192.Unlocked(modelId);
        vm.prank(owner);
        assertEq(models.deploy(anchor, terms, "", SALT), modelId, "id");

        assertEq(models.ownerOf(modelId), owner, "owner");
        assertEq(models.balanceOf(owner), 1, "balance");
        assertEq(bytes(models.tokenURI(modelId)).length, 0, "URI");
        assertEq(keccak256(abi.encode(models.anchorOf(modelId))), keccak256(abi.encode(anchor)), "anchor");
        assertEq(keccak256(abi.encode(models.termsOf(modelId))), keccak256(abi.encode(terms)), "terms");
        assertFalse(models.locked(modelId), "locked");
        // It reverts for a commitment that was not consumed.
        models.commit(models.commitmentOf(owner, anchor, SALT));
    }

    function testFuzz_WhenEverythingIsInOrder(bytes32 root, uint64 length, bytes32 architecture, uint16 bps) external {
        ModelAnchor memory anchor;
        anchor.weightsRoot = bytes32(bound(uint256(root), uint256(type(uint160).max) + 1, type(uint256).max - 1));
        anchor.byteLength = uint64(bound(length, 1, type(uint64).max));
        anchor.architectureHash = architecture;
        ModelTerms memory terms = termsOf(Visibility.Private);
        terms.royaltyBps = uint16(bound(bps, 0, 10_000));
        ripeCommitment(owner, anchor);
        vm.prank(owner);
        uint256 modelId = models.deploy(anchor, terms, "", SALT);
        assertEq(keccak256(abi.encode(models.anchorOf(modelId))), keccak256(abi.encode(anchor)), "anchor");
        assertEq(keccak256(abi.encode(models.termsOf(modelId))), keccak256(abi.encode(terms)), "terms");
        assertEq(models.baseVersionHash(modelId), modelStruct(anchor), "base hash");
    }

    function test_WhenThereAreCommitments() external {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.commitments = someCommitments();
        uint256 modelId = deployAnchor(owner, anchor, Visibility.Public);
        assertEq(keccak256(abi.encode(models.anchorOf(modelId))), keccak256(abi.encode(anchor)), "anchor");
        assertEq(models.baseVersionHash(modelId), modelStruct(anchor), "base hash");
    }

    function test_WhenThereIsAURI() external {
        ModelAnchor memory anchor = anchorNamed("model");
        ripeCommitment(owner, anchor);
        vm.prank(owner);
        uint256 modelId = models.deploy(anchor, termsOf(Visibility.Public), "ipfs://model", SALT);
        assertEq(keccak256(bytes(models.tokenURI(modelId))), keccak256("ipfs://model"), "URI");
    }

    function _deploy(address account, ModelAnchor memory anchor) private {
        ModelTerms memory terms = termsOf(Visibility.Public);
        vm.prank(account);
        models.deploy(anchor, terms, "", SALT);
    }

    function _expectInvalidAnchor(ModelAnchor memory anchor) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IModelRegistry.ModelRegistry_InvalidAnchor.selector,
                anchor.weightsRoot,
                anchor.byteLength
            )
        );
        _deploy(owner, anchor);
    }

    function _expectInvalidRoyalty(address receiver, uint16 bps) private {
        ModelAnchor memory anchor = anchorNamed("model");
        ripeCommitment(owner, anchor);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_InvalidRoyalty.selector, receiver, bps));
        vm.prank(owner);
        models.deploy(anchor, ModelTerms(Visibility.Public, receiver, bps), "", SALT);
    }

    function _expectMissing(address account, ModelAnchor memory anchor) private {
        bytes32 commitment = models.commitmentOf(account, anchor, SALT);
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_CommitmentMissing.selector, commitment));
        _deploy(account, anchor);
    }
}
