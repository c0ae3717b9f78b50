// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger, Line} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerSetGraceTest is LedgerBase {
    function setUp() public override {
        super.setUp();
        open();
        append("delta 1");
        append("delta 2");
    }

    function test_RevertGiven_LineIsNotOpen() external {
        expectUnknownLine(ledger.lineIdOf(modelId, stranger));
        vm.prank(stranger);
        ledger.setGrace(modelId, 1);
    }

    function test_RevertGiven_LineIsLocked() external {
        lockLine(modelId, owner);
        expectLocked(lineId);
        ledger.setGrace(modelId, 1);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        ledger.setGrace(modelId, 1);
    }

    function testFuzz_RevertWhen_GraceIsTooLong(uint32 grace) external {
        uint32 most = ledger.MAX_GRACE();
        grace = uint32(bound(grace, most + 1, type(uint32).max));
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_GraceTooLong.selector, grace, most));
        vm.prank(owner);
        ledger.setGrace(modelId, grace);
    }

    function testFuzz_WhenEverythingIsInOrder(uint32 grace) external {
        grace = uint32(bound(grace, 0, ledger.MAX_GRACE()));
        activate(1);
        uint256 baseUntil = payableUntil(base);
        Line memory before = ledger.lineOf(lineId);

        vm.expectEmit(address(ledger));
        emit IDeltaLedger.GraceSet(lineId, grace);
        vm.prank(owner);
        ledger.setGrace(modelId, grace);
        before.grace = grace;
        assertSameLine(ledger.lineOf(lineId), before);
        assertEq(payableUntil(base), baseUntil, "fixed when superseded");

        bytes32 first = ledger.versionOf(lineId, 1).hash;
        activate(2);
        assertEq(payableUntil(first), vm.getBlockTimestamp() + grace, "the new grace");
    }
}
