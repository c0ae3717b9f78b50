// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IModelRegistry, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryRequireFineTuneTest is ModelBase {
    function test_RevertGiven_ModelIsUnknown() external {
        expectUnknown();
        models.requireFineTune(UNKNOWN, stranger);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(stranger);
        vm.expectRevert(lockedError(keyOf(stranger)));
        models.requireFineTune(modelId, stranger);
    }

    function test_RevertGiven_ModelIsPrivateAndTheAccountIsNotTheOwner() external {
        grant(stranger, type(uint64).max);
        setVisibility(Visibility.Private);
        _expectNotLicensed();
    }

    function test_RevertGiven_ModelIsLicensedAndThereIsNoLicence() external {
        setVisibility(Visibility.Licensed);
        _expectNotLicensed();
    }

    function test_RevertGiven_LicenceExpired() external {
        setVisibility(Visibility.Licensed);
        grant(stranger, uint64(START) + 1 days);
        vm.warp(START + 1 days + 1);
        _expectNotLicensed();
    }

    function test_RevertGiven_LicenceIsOfAnOwnerBefore() external {
        setVisibility(Visibility.Licensed);
        grant(stranger, type(uint64).max);
        vm.prank(owner);
        models.transferFrom(owner, relayer, modelId);
        _expectNotLicensed();
    }

    function test_GivenModelIsPublic() external view {
        models.requireFineTune(modelId, stranger);
        models.requireFineTune(modelId, owner);
    }

    function test_GivenModelIsPrivateAndTheAccountIsTheOwner() external {
        setVisibility(Visibility.Private);
        models.requireFineTune(modelId, owner);
        vm.prank(owner);
        models.transferFrom(owner, stranger, modelId);
        models.requireFineTune(modelId, stranger);
    }

    function test_GivenLicenceRuns() external {
        setVisibility(Visibility.Licensed);
        grant(stranger, uint64(START) + 1 days);
        vm.warp(START + 1 days);
        models.requireFineTune(modelId, stranger);
        models.requireFineTune(modelId, owner);
    }

    /// @dev A model's lock and its owner's never reach another account's line.
    function test_GivenModelIsLocked() external {
        lockModel(modelId, owner);
        models.requireFineTune(modelId, stranger);
        models.requireFineTune(modelId, owner);
        lockAccount(owner);
        models.requireFineTune(modelId, stranger);
    }

    function _expectNotLicensed() private {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_NotLicensed.selector, modelId, stranger));
        models.requireFineTune(modelId, stranger);
    }
}
