// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IModelRegistry, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

/// @notice One public model of `owner`.
abstract contract ModelBase is OwnershipBase {
    uint256 internal constant UNKNOWN = uint256(keccak256("unknown"));
    uint256 internal modelId;

    function setUp() public virtual override {
        super.setUp();
        modelId = deployModel(owner, "model", Visibility.Public);
    }

    function expectUnknown() internal {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_UnknownModel.selector, UNKNOWN));
    }

    function expectNotOwner() internal {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_NotOwner.selector, modelId, stranger));
        vm.prank(stranger);
    }

    function expectLocked(bytes32 key) internal {
        vm.expectRevert(lockedError(key));
        vm.prank(owner);
    }

    function setVisibility(Visibility visibility) internal {
        vm.prank(owner);
        models.setTerms(modelId, termsOf(visibility));
    }

    function grant(address account, uint64 expiry) internal {
        vm.prank(owner);
        models.grantLicence(modelId, account, expiry);
    }
}
