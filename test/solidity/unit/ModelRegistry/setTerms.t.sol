// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IModelRegistry, ModelTerms, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistrySetTermsTest is ModelBase {
    ModelTerms private _terms = ModelTerms(Visibility.Private, address(0xfee), 1);

    function test_RevertGiven_ModelIsUnknown() external {
        expectUnknown();
        models.setTerms(UNKNOWN, _terms);
    }

    function test_RevertWhen_CallerIsNotTheOwner() external {
        vm.prank(owner);
        models.setApprovalForAll(stranger, true);
        expectNotOwner();
        models.setTerms(modelId, _terms);
    }

    function test_RevertGiven_ModelIsLocked() external {
        lockModel(modelId, owner);
        expectLocked(bytes32(modelId));
        models.setTerms(modelId, _terms);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.setTerms(modelId, _terms);
    }

    function test_RevertWhen_RoyaltyIsInvalid() external {
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistry_InvalidRoyalty.selector, owner, uint16(10_001))
        );
        vm.prank(owner);
        models.setTerms(modelId, ModelTerms(Visibility.Public, owner, 10_001));
    }

    function testFuzz_WhenEverythingIsInOrder(uint8 visibility, address receiver, uint16 bps) external {
        vm.assume(receiver != address(0));
        ModelTerms memory terms = ModelTerms(Visibility(visibility % 3), receiver, uint16(bound(bps, 0, 10_000)));
        vm.expectEmit(address(models));
        emit IModelRegistry.TermsUpdated(modelId, terms);
        vm.prank(owner);
        models.setTerms(modelId, terms);
        assertEq(keccak256(abi.encode(models.termsOf(modelId))), keccak256(abi.encode(terms)), "terms");
        assertEq(
            keccak256(abi.encode(models.anchorOf(modelId))),
            keccak256(abi.encode(anchorNamed("model"))),
            "anchor"
        );
    }
}
