// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowWithdrawTest is PaymentsBase {
    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 2; ++i) {
            uint256 channel = _open(PAYER_KEY, NODE, 50);
            vm.prank(NODE);
            escrow.release(channel);
        }
        _open(OTHER_PAYER_KEY, NODE, 7);
    }

    function test_RevertWhen_ReceiverIsZero() external {
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_ZeroAddress.selector);
        vm.prank(PAYER);
        escrow.withdraw(address(0));
    }

    function test_RevertGiven_NothingIsOwedToTheCaller() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_NothingOwed.selector, OTHER_PAYER));
        vm.prank(OTHER_PAYER);
        escrow.withdraw(OTHER_PAYER);
    }

    function test_GivenChannelsWereReleased() external {
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.Withdrawn(PAYER, STRANGER, 100 * escrow.UNIT());
        vm.prank(PAYER);
        assertEq(escrow.withdraw(STRANGER), 100 * escrow.UNIT(), "amount");

        assertEq(token.balanceOf(STRANGER), 100 * escrow.UNIT(), "tokens sent");
        assertEq(escrow.owed(PAYER), 0, "owed");
        assertEq(escrow.liabilities(), 7, "liabilities");
    }
}
