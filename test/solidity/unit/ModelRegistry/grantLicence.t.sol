// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IModelRegistry, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryGrantLicenceTest is ModelBase {
    uint64 private constant EXPIRY = uint64(START) + 30 days;

    function test_RevertGiven_ModelIsUnknown() external {
        expectUnknown();
        models.grantLicence(UNKNOWN, stranger, EXPIRY);
    }

    function test_RevertWhen_CallerIsNotTheOwner() external {
        expectNotOwner();
        models.grantLicence(modelId, stranger, EXPIRY);
    }

    function test_RevertGiven_ModelIsLocked() external {
        lockModel(modelId, owner);
        expectLocked(bytes32(modelId));
        models.grantLicence(modelId, stranger, EXPIRY);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        models.grantLicence(modelId, stranger, EXPIRY);
    }

    function test_WhenExpiryIsInTheFuture() external {
        setVisibility(Visibility.Licensed);
        vm.expectEmit(address(models));
        emit IModelRegistry.LicenceGranted(modelId, stranger, EXPIRY);
        grant(stranger, EXPIRY);
        assertEq(models.licenceExpiry(modelId, stranger), EXPIRY, "expiry");
        assertTrue(models.mayFineTune(modelId, stranger), "licensed");
        assertFalse(models.mayFineTune(modelId, relayer), "another account");
    }

    function test_WhenExpiryIsInThePast() external {
        setVisibility(Visibility.Licensed);
        grant(stranger, EXPIRY);
        grant(stranger, uint64(vm.getBlockTimestamp()) - 1);
        assertFalse(models.mayFineTune(modelId, stranger), "ended");
    }
}
