// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {CustodyBase} from "./CustodyBase.sol";

contract InferenceEscrowAssignTest is CustodyBase {
    function setUp() public override {
        super.setUp();
        _settleAmount(optimistic, 20);
        _seize(20);
    }

    function test_RevertWhen_AccountIsZero() external {
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        vm.prank(slasher);
        escrow.assign(NODE, lineId, address(0), 1);
    }

    function test_RevertGiven_CallerHoldsLess() external {
        vm.expectRevert(_nothingOwed(slasher));
        vm.prank(slasher);
        escrow.assign(NODE, lineId, PAYER, 21);
        vm.expectRevert(_nothingOwed(STRANGER));
        vm.prank(STRANGER);
        escrow.assign(NODE, lineId, PAYER, 1);
    }

    function test_WhenEnoughIsHeld() external {
        vm.prank(slasher);
        escrow.assign(NODE, lineId, PAYER, 15);
        assertEq(_earnings().held, 5, "held");
        assertEq(escrow.owed(PAYER), 15, "owed to the payer");
        vm.prank(PAYER);
        assertEq(escrow.withdraw(PAYER), 15, "withdrawn");
    }

    function test_WhenAccountIsTheCaller() external {
        vm.prank(slasher);
        escrow.assign(NODE, lineId, slasher, 20);
        assertEq(escrow.owed(slasher), 20, "owed");
        assertEq(_earnings().held, 0, "held");
    }

    function test_RevertWhen_BookIsAnother() external {
        vm.startPrank(slasher);
        vm.expectRevert(_nothingOwed(slasher));
        escrow.assign(OTHER_NODE, lineId, PAYER, 20);
        vm.expectRevert(_nothingOwed(slasher));
        escrow.assign(NODE, keccak256("another line"), PAYER, 20);
        vm.stopPrank();
    }

    function test_WhenNothingIsGiven() external {
        escrow.assign(NODE, lineId, PAYER, 0);
        assertEq(escrow.owed(PAYER), 0, "owed");
        assertEq(_earnings().held, 20, "held");
    }
}
