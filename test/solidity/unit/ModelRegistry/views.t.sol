// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModelRegistry} from "../../../../contracts/ModelRegistry.sol";
import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {IModelRegistry, ModelAnchor, ModelTerms, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryViewsTest is ModelBase {
    function test_RevertGiven_ModelIsUnknown_Anchor() external {
        expectUnknown();
        models.anchorOf(UNKNOWN);
    }

    function test_GivenModelExists_Anchor() external view {
        assertEq(
            keccak256(abi.encode(models.anchorOf(modelId))),
            keccak256(abi.encode(anchorNamed("model"))),
            "anchor"
        );
    }

    function test_RevertGiven_ModelIsUnknown_Terms() external {
        expectUnknown();
        models.termsOf(UNKNOWN);
    }

    function test_GivenModelExists_Terms() external view {
        assertEq(
            keccak256(abi.encode(models.termsOf(modelId))),
            keccak256(abi.encode(termsOf(Visibility.Public))),
            "terms"
        );
    }

    function test_RevertGiven_ModelIsUnknown_Hash() external {
        expectUnknown();
        models.baseVersionHash(UNKNOWN);
    }

    function test_GivenModelExists_Hash() external view {
        assertEq(models.baseVersionHash(modelId), modelStruct(anchorNamed("model")), "h0");
    }

    function test_RevertGiven_ModelIsUnknown_Licence() external {
        expectUnknown();
        models.licenceExpiry(UNKNOWN, owner);
    }

    function test_GivenOwnerChanged() external {
        grant(stranger, 7);
        assertEq(models.licenceExpiry(modelId, stranger), 7, "granted");
        vm.prank(owner);
        models.transferFrom(owner, relayer, modelId);
        assertEq(models.licenceExpiry(modelId, stranger), 0, "another owner");
    }

    function testFuzz_ForAnyAccountAnchorAndSalt(address account, bytes32 root, bytes32 salt) external {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.weightsRoot = root;
        bytes32 commitment = models.commitmentOf(account, anchor, salt);
        bytes32 expected = keccak256(abi.encode(block.chainid, models, account, modelStruct(anchor), salt));
        assertEq(commitment, expected, "commitment");
        assertTrue(commitment != new ModelRegistry(1, 2).commitmentOf(account, anchor, salt), "contract");
        vm.chainId(1);
        assertTrue(commitment != models.commitmentOf(account, anchor, salt), "chain");
    }

    function test_RevertGiven_ModelIsUnknown_Locked() external {
        expectUnknown();
        models.locked(UNKNOWN);
    }

    function test_GivenModelExists_Locked() external {
        assertFalse(models.locked(modelId), "open");
        lockModel(modelId, owner);
        assertTrue(models.locked(modelId), "model");
        uint256 other = deployModel(owner, "other", Visibility.Public);
        assertFalse(models.locked(other), "other model");
        lockAccount(owner);
        assertTrue(models.locked(other), "account");
    }

    function test_GivenModelIsUnknown_Royalty() external view {
        (address receiver, uint256 amount) = models.royaltyInfo(UNKNOWN, 1 ether);
        assertEq(receiver, address(0), "receiver");
        assertEq(amount, 0, "amount");
    }

    function testFuzz_ForAnyPrice(uint128 price, uint16 bps) external {
        bps = uint16(bound(bps, 0, 10_000));
        vm.prank(owner);
        models.setTerms(modelId, ModelTerms(Visibility.Public, relayer, bps));
        (address receiver, uint256 amount) = models.royaltyInfo(modelId, price);
        assertEq(receiver, relayer, "receiver");
        assertEq(amount, (uint256(price) * bps) / 10_000, "amount");
        (, amount) = models.royaltyInfo(modelId, type(uint256).max);
        assertLe(amount, type(uint256).max, "no overflow at any price");
    }

    function test_ForEachId() external view {
        bytes4[6] memory standards = [bytes4(0x01ffc9a7), 0x80ac58cd, 0x5b5e139f, 0x2a55205a, 0x49064906, 0xb45a3c0e];
        for (uint256 i; i < standards.length; ++i) {
            assertTrue(models.supportsInterface(standards[i]), "standard");
        }
        assertTrue(models.supportsInterface(type(IModelRegistry).interfaceId), "IModelRegistry");
        assertTrue(models.supportsInterface(type(ILocks).interfaceId), "ILocks");
        assertFalse(models.supportsInterface(0xffffffff), "invalid id");
        assertFalse(models.supportsInterface(0x780e9d63), "ERC-721 enumerable");
    }
}
