// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistryRevokeConsentTest is DatasetBase {
    function test_RevertGiven_DatasetIsUnknown() external {
        expectUnknown();
        datasets.revokeConsent(UNKNOWN, LINE);
    }

    function test_RevertWhen_CallerIsNotTheOwner() external {
        consent(UNTIL);
        expectNotOwner();
        datasets.revokeConsent(datasetId, LINE);
    }

    function test_GivenThereIsAConsent() external {
        consent(UNTIL);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.ConsentRevoked(datasetId, LINE);
        _revoke();
        assertEq(datasets.consentUntil(datasetId, LINE), 0, "until");
        assertEq(datasets.nonces(owner), 1, "nonce");
        assertFalse(mayCite(LINE, stranger), "ended");
    }

    function test_GivenAccountIsLocked() external {
        consent(UNTIL);
        lockAccount(owner);
        _revoke();
        assertFalse(mayCite(LINE, stranger), "ended");
    }

    function _revoke() private {
        vm.prank(owner);
        datasets.revokeConsent(datasetId, LINE);
    }
}
