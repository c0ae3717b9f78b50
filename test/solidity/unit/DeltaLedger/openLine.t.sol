// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger, Line} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {IModelRegistry, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerOpenLineTest is LedgerBase {
    function test_RevertGiven_ModelIsUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_UnknownModel.selector, UNKNOWN));
        ledger.openLine(UNKNOWN, GRACE);
    }

    function test_RevertGiven_AccountIsLocked() external {
        lockAccount(owner);
        expectLocked(keyOf(owner));
        ledger.openLine(modelId, GRACE);
    }

    function test_RevertGiven_AccountMayNotFineTune() external {
        setVisibility(Visibility.Private);
        expectNotLicensed(owner);
        vm.prank(owner);
        ledger.openLine(modelId, GRACE);
    }

    function test_RevertGiven_LineIsOpen() external {
        open();
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_LineExists.selector, lineId));
        vm.prank(owner);
        ledger.openLine(modelId, GRACE);
    }

    function test_RevertWhen_GraceIsTooLong() external {
        uint32 most = ledger.MAX_GRACE();
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_GraceTooLong.selector, most + 1, most));
        vm.prank(owner);
        ledger.openLine(modelId, most + 1);
    }

    function testFuzz_WhenEverythingIsInOrder(uint32 grace) external {
        grace = uint32(bound(grace, 0, ledger.MAX_GRACE()));
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.LineOpened(lineId, modelId, owner, base);
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.GraceSet(lineId, grace);
        vm.prank(owner);
        assertEq(ledger.openLine(modelId, grace), lineId, "line id");

        assertSameLine(
            ledger.lineOf(lineId),
            Line({
                account: owner,
                modelId: modelId,
                count: 0,
                active: 0,
                grace: grace,
                activeHash: base,
                headHash: base
            })
        );
        assertEq(payableUntil(base), ACTIVE, "base is active");
        assertEq(ledger.linesOf(owner, 0, 10)[0], lineId, "by account");
        assertEq(ledger.linesOn(modelId, 0, 10)[0], lineId, "by model");
        assertEq(ledger.lineCountOf(owner), 1, "count by account");
        assertEq(ledger.lineCountOn(modelId), 1, "count by model");
    }
}
