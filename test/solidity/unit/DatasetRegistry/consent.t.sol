// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistryConsentTest is DatasetBase {
    function test_RevertGiven_DatasetIsUnknown() external {
        expectUnknown();
        datasets.consent(UNKNOWN, LINE, UNTIL);
    }

    function test_RevertWhen_CallerIsNotTheOwner() external {
        expectNotOwner();
        datasets.consent(datasetId, LINE, UNTIL);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectAccountLocked();
        consent(UNTIL);
    }

    function testFuzz_RevertWhen_TimeIsNotInTheFuture(uint40 until) external {
        until = uint40(bound(until, 0, START));
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_InvalidUntil.selector, until));
        consent(until);
    }

    function testFuzz_WhenEverythingIsInOrder(uint40 until) external {
        until = uint40(bound(until, START + 1, type(uint40).max));
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.ConsentGiven(datasetId, LINE, until);
        consent(until);
        assertEq(datasets.consentUntil(datasetId, LINE), until, "until");
        assertTrue(mayCite(LINE, stranger), "that line");
        assertFalse(mayCite(keccak256("another line"), stranger), "no other line");
    }

    function test_GivenThereIsAConsent() external {
        consent(UNTIL);
        consent(UNTIL - 1 days);
        assertEq(datasets.consentUntil(datasetId, LINE), UNTIL - 1 days, "until");
    }
}
