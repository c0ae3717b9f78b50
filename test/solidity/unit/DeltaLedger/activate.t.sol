// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerActivateTest is LedgerBase {
    bytes32 private _first;
    bytes32 private _second;

    function setUp() public override {
        super.setUp();
        open();
        _first = append("delta 1");
        _second = append("delta 2");
        vm.warp(START + 1 days);
    }

    function test_RevertGiven_LineIsNotOpen() external {
        expectUnknownLine(ledger.lineIdOf(modelId, stranger));
        vm.prank(stranger);
        ledger.activate(modelId, 1);
    }

    function test_RevertGiven_LineIsLocked() external {
        lockLine(modelId, owner);
        expectLocked(lineId);
        ledger.activate(modelId, 1);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        ledger.activate(modelId, 1);
    }

    function testFuzz_RevertWhen_VersionIsUnknown(uint32 version) external {
        version = uint32(bound(version, 3, type(uint32).max));
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_UnknownVersion.selector, lineId, version));
        activate(version);
    }

    function test_RevertWhen_VersionIsActive() external {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_AlreadyActive.selector, lineId, uint32(0)));
        activate(0);
        activate(2);
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_AlreadyActive.selector, lineId, uint32(2)));
        activate(2);
    }

    function test_WhenVersionIsNewer() external {
        uint40 until = uint40(START + 1 days + GRACE);
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.VersionActivated(lineId, 2, _second, 0, until);
        activate(2);
        assertEq(ledger.lineOf(lineId).active, 2, "active");
        assertEq(ledger.lineOf(lineId).activeHash, _second, "active hash");
        assertEq(ledger.lineOf(lineId).count, 2, "count");
        assertEq(payableUntil(base), until, "base in grace");
        assertEq(payableUntil(_first), 0, "never active");
        assertEq(payableUntil(_second), ACTIVE, "active");
    }

    function test_WhenVersionIsOlder() external {
        activate(2);
        vm.warp(START + 2 days);
        uint40 until = uint40(START + 2 days + GRACE);
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.VersionActivated(lineId, 1, _first, 2, until);
        activate(1);
        assertEq(ledger.lineOf(lineId).active, 1, "active");
        assertEq(payableUntil(_second), until, "rolled back, in grace");
        // The next append goes on from the newest version, not from the active one.
        bytes32 third = append("delta 3");
        assertEq(third, versionStruct(_second, deltaStruct(deltaNamed("delta 3"), none())), "parent");
    }

    function test_WhenVersionWasSupersededBefore() external {
        activate(1);
        vm.warp(START + 30 days);
        activate(0);
        assertEq(payableUntil(base), ACTIVE, "active again");
        assertEq(payableUntil(_first), START + 30 days + GRACE, "superseded");
        vm.warp(START + 40 days);
        activate(2);
        assertEq(payableUntil(base), START + 40 days + GRACE, "its second grace");
        assertEq(payableUntil(_first), START + 30 days + GRACE, "unchanged");
        assertEq(payableUntil(_second), ACTIVE, "active");
    }

    function test_GivenAccountLostItsLicence() external {
        setVisibility(Visibility.Private);
        activate(1);
        assertEq(ledger.lineOf(lineId).active, 1, "active");
    }
}
