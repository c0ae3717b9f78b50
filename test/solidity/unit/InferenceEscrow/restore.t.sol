// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {CustodyBase} from "./CustodyBase.sol";

contract InferenceEscrowRestoreTest is CustodyBase {
    function test_RevertGiven_LessIsOwedToTheCaller() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.expectRevert(_nothingOwed(slasher));
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 21);
        vm.expectRevert(_nothingOwed(STRANGER));
        vm.prank(STRANGER);
        escrow.restore(NODE, lineId, 1);
    }

    function test_WhenEnoughIsOwed() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsRestored(NODE, lineId, slasher, 15);
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 15);
        assertEq(escrow.owed(slasher), 5, "owed");
        assertEq(_earnings().vesting, 15, "vesting anew");
        assertEq(_earnings().earned, 0, "not earned");
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 15, "collected");
    }

    function test_WhenPayerGivesWhatHeIsOwed() external {
        _release(channel);
        vm.prank(PAYER);
        escrow.restore(NODE, lineId, DEPOSIT);
        assertEq(_earnings().vesting, DEPOSIT, "vesting");
        assertEq(escrow.owed(PAYER), 0, "owed");
    }
}
