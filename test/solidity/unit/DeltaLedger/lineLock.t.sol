// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerLineLockTest is LedgerBase {
    function setUp() public override {
        super.setUp();
        open();
    }

    function test_RevertGiven_LineIsNotOpen_Lock() external {
        expectUnknownLine(ledger.lineIdOf(modelId, stranger));
        vm.prank(stranger);
        ledger.lockLine(modelId, DELAY, guardian);
    }

    function test_RevertGiven_AccountIsLocked_Lock() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        ledger.lockLine(modelId, 0, stranger);
    }

    function test_RevertGiven_LineIsLocked() external {
        lockLine(modelId, owner);
        expectLocked(lineId);
        ledger.lockLine(modelId, 0, stranger);
    }

    function test_WhenOwnerLocks() external {
        uint256 other = deployModel(author, "other", Visibility.Public);
        appendAs(owner, other, "delta");
        appendAs(stranger, modelId, "delta");
        vm.expectEmit(address(ledger));
        emit ILocks.LockSet(lineId, DELAY, guardian);
        lockLine(modelId, owner);
        assertTrue(ledger.isLocked(lineId), "locked");
        assertFalse(ledger.isLocked(ledger.lineIdOf(other, owner)), "his other line");
        assertFalse(ledger.isLocked(ledger.lineIdOf(modelId, stranger)), "another account's line");
        appendAs(owner, other, "delta 2");
        appendAs(stranger, modelId, "delta 2");
        // What is locked is still read and paid.
        assertEq(payableUntil(base), ACTIVE, "serving goes on");
    }

    function test_RevertGiven_LineIsNotOpen_Request() external {
        expectUnknownLine(ledger.lineIdOf(modelId, stranger));
        vm.prank(stranger);
        ledger.requestUnlockLine(modelId);
    }

    function test_RevertGiven_AccountIsLocked_Request() external {
        lockLine(modelId, owner);
        lockAccount(owner);
        expectLocked(keyOf(owner));
        ledger.requestUnlockLine(modelId);
    }

    function test_WhenOwnerRequests() external {
        _request();
        assertEq(ledger.lockOf(lineId).unlockAt, vm.getBlockTimestamp() + DELAY, "unlockAt");
        assertTrue(ledger.isLocked(lineId), "still locked");
    }

    function test_RevertGiven_LineIsNotOpen_Veto() external {
        bytes32 unknown = keccak256("unknown");
        expectUnknownLine(unknown);
        ledger.vetoUnlockLine(unknown);
    }

    function test_RevertWhen_StrangerVetoes() external {
        _request();
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotGuardian.selector, lineId, stranger));
        vm.prank(stranger);
        ledger.vetoUnlockLine(lineId);
    }

    function test_WhenGuardianVetoes() external {
        _request();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.prank(guardian);
        ledger.vetoUnlockLine(lineId);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_NotRequested.selector, lineId));
        vm.prank(owner);
        ledger.unlockLine(modelId);
        assertTrue(ledger.isLocked(lineId), "locked");
    }

    function test_GivenAccountIsLocked_OwnerVetoes() external {
        _request();
        lockAccount(owner);
        vm.prank(owner);
        ledger.vetoUnlockLine(lineId);
        assertEq(ledger.lockOf(lineId).unlockAt, 0, "request ended");
    }

    function test_RevertGiven_LineIsNotOpen_Unlock() external {
        expectUnknownLine(ledger.lineIdOf(modelId, stranger));
        vm.prank(stranger);
        ledger.unlockLine(modelId);
    }

    function test_RevertGiven_AccountIsLocked_Unlock() external {
        _request();
        lockAccount(owner);
        vm.warp(vm.getBlockTimestamp() + DELAY);
        expectLocked(keyOf(owner));
        ledger.unlockLine(modelId);
    }

    function test_RevertGiven_DelayStillRuns() external {
        _request();
        uint40 unlockAt = ledger.lockOf(lineId).unlockAt;
        vm.warp(unlockAt - 1);
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_TooEarly.selector, lineId, unlockAt));
        vm.prank(owner);
        ledger.unlockLine(modelId);
    }

    function test_GivenDelayIsOver() external {
        _request();
        vm.warp(vm.getBlockTimestamp() + DELAY);
        vm.expectEmit(address(ledger));
        emit ILocks.LockReleased(lineId);
        vm.prank(owner);
        ledger.unlockLine(modelId);
        assertFalse(ledger.isLocked(lineId), "unlocked");
        append("delta 1");
        activate(1);
        assertEq(ledger.lineOf(lineId).grace, GRACE, "the lock left the grace alone");
    }

    function _request() private {
        lockLine(modelId, owner);
        vm.prank(owner);
        ledger.requestUnlockLine(modelId);
    }
}
