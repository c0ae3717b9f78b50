// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {CustodyBase} from "./CustodyBase.sol";

contract InferenceEscrowRestoreTest is CustodyBase {
    function test_RevertGiven_CallerHoldsLess() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.expectRevert(_nothingOwed(slasher));
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 21);
        vm.expectRevert(_nothingOwed(STRANGER));
        vm.prank(STRANGER);
        escrow.restore(NODE, lineId, 1);
    }

    function test_WhenEnoughIsHeld() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsRestored(NODE, lineId, slasher, 15);
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 15);
        assertEq(_earnings().held, 5, "held");
        assertEq(_earnings().vesting, 15, "vesting anew");
        assertEq(_earnings().earned, 0, "not earned");
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 15, "collected");
    }

    function test_WhenNothingIsGiven() external {
        escrow.restore(NODE, lineId, 0);
        assertEq(_earnings().vesting, 0, "vesting");
    }

    /// @dev Whoever could give his own would lower what is held without ending a dispute.
    function test_RevertWhen_CallerGivesWhatHeIsOwed() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        _release(channel);
        vm.expectRevert(_nothingOwed(PAYER));
        vm.prank(PAYER);
        escrow.restore(NODE, lineId, 20);
        assertEq(_earnings().held, 20, "held");
    }

    function test_RevertWhen_BookIsAnother() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.startPrank(slasher);
        vm.expectRevert(_nothingOwed(slasher));
        escrow.restore(OTHER_NODE, lineId, 20);
        vm.expectRevert(_nothingOwed(slasher));
        escrow.restore(NODE, keccak256("another line"), 20);
        vm.stopPrank();
    }
}
