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
        escrow.assign(address(0), 1);
    }

    function test_RevertGiven_LessIsOwedToTheCaller() external {
        vm.expectRevert(_nothingOwed(slasher));
        vm.prank(slasher);
        escrow.assign(PAYER, 21);
        vm.expectRevert(_nothingOwed(STRANGER));
        vm.prank(STRANGER);
        escrow.assign(PAYER, 1);
    }

    function test_WhenEnoughIsOwed() external {
        vm.prank(slasher);
        escrow.assign(PAYER, 15);
        assertEq(escrow.owed(slasher), 5, "owed to the arbiter");
        assertEq(escrow.owed(PAYER), 15, "owed to the payer");
        vm.prank(PAYER);
        assertEq(escrow.withdraw(PAYER), 15, "withdrawn");
    }

    function test_WhenAccountIsTheCaller() external {
        vm.prank(slasher);
        escrow.assign(slasher, 20);
        assertEq(escrow.owed(slasher), 20, "owed");
    }
}
