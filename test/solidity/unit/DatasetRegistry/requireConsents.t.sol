// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistryRequireConsentsTest is DatasetBase {
    function test_RevertWhen_DatasetIsUnknown() external {
        expectUnknown();
        datasets.requireConsents(only(UNKNOWN), LINE, owner);
        // The zero address owns nothing.
        expectUnknown();
        datasets.requireConsents(only(UNKNOWN), LINE, address(0));
    }

    function test_RevertGiven_ThereIsNoConsent() external {
        _expectRefused(LINE);
    }

    function test_RevertGiven_ConsentIsForAnotherLine() external {
        consent(UNTIL);
        _expectRefused(keccak256("another line"));
    }

    function test_RevertGiven_ConsentExpired() external {
        consent(UNTIL);
        vm.warp(UNTIL + 1);
        _expectRefused(LINE);
    }

    function test_RevertGiven_ConsentWasRevoked() external {
        consent(UNTIL);
        vm.prank(owner);
        datasets.revokeConsent(datasetId, LINE);
        _expectRefused(LINE);
    }

    function test_RevertWhen_OneOfManyHasNoConsent() external {
        bytes32[] memory ids = new bytes32[](3);
        ids[0] = commitAs(stranger, keccak256("own"));
        ids[1] = datasetId;
        ids[2] = commitAs(stranger, keccak256("own too"));
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_NoConsent.selector, datasetId, LINE));
        datasets.requireConsents(ids, LINE, stranger);
    }

    function test_WhenThereAreNoDatasets() external view {
        datasets.requireConsents(none(), LINE, stranger);
    }

    function test_WhenAccountIsTheOwner() external view {
        datasets.requireConsents(only(datasetId), LINE, owner);
    }

    function test_GivenDatasetIsPublic() external {
        setPublic(true);
        datasets.requireConsents(only(datasetId), LINE, stranger);
    }

    function test_GivenConsentRuns() external {
        consent(UNTIL);
        vm.warp(UNTIL);
        datasets.requireConsents(only(datasetId), LINE, stranger);
    }

    function testFuzz_ForEachDataset(bool known, bool own, bool isPublic, uint32 until, uint32 wait) external {
        if (isPublic) setPublic(true);
        if (until != 0) consent(uint40(START) + until);
        vm.warp(START + wait);
        bytes32 id = known ? datasetId : UNKNOWN;
        address account = own ? owner : stranger;
        bool expected = known && (own || isPublic || (until != 0 && until >= wait));
        assertEq(datasets.mayCite(id, LINE, account), expected, "may cite");
        try datasets.requireConsents(only(id), LINE, account) {
            assertTrue(expected, "required");
        } catch {
            assertFalse(expected, "refused");
        }
    }

    function _expectRefused(bytes32 line) private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_NoConsent.selector, datasetId, line));
        datasets.requireConsents(only(datasetId), line, stranger);
    }
}
