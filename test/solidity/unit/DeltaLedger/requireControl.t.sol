// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerRequireControlTest is LedgerBase {
    function test_RevertGiven_LineIsNotOpen() external {
        expectUnknownLine(lineId);
        ledger.requireControl(lineId, owner);
        expectUnknownLine(0);
        ledger.requireControl(0, address(0));
    }

    function test_RevertWhen_AccountIsNotTheOwner() external {
        open();
        _expectNotOwner(stranger);
        _expectNotOwner(author);
        _expectNotOwner(address(0));
    }

    function test_RevertGiven_LineIsLocked() external {
        open();
        lockLine(modelId, owner);
        vm.expectRevert(lockedError(lineId));
        ledger.requireControl(lineId, owner);
    }

    function test_RevertGiven_AccountIsLocked() external {
        open();
        lockAccount(owner);
        vm.expectRevert(lockedError(keyOf(owner)));
        ledger.requireControl(lineId, owner);
    }

    function test_WhenEverythingIsInOrder() external {
        open();
        ledger.requireControl(lineId, owner);
    }

    function _expectNotOwner(address account) private {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, account));
        ledger.requireControl(lineId, account);
    }
}
