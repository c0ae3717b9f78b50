// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowWithdrawTest is PaymentsBase {
    function setUp() public override {
        super.setUp();
        token = new TestToken(18);
        escrow = _newEscrow(token);
        for (uint256 i = 0; i < 2; ++i) _release(_open(PAYER_KEY, NODE, 50));
        _open(OTHER_PAYER_KEY, NODE, 7);
    }

    function test_RevertWhen_ReceiverIsZero() external {
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        vm.prank(PAYER);
        escrow.withdraw(address(0));
    }

    function test_RevertGiven_NothingIsOwedToTheCaller() external {
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_NothingOwed.selector, OTHER_PAYER));
        vm.prank(OTHER_PAYER);
        escrow.withdraw(OTHER_PAYER);
    }

    function test_GivenChannelsWereReleased() external {
        vm.expectEmit(address(escrow));
        emit IChannels.Withdrawn(PAYER, STRANGER, 100e12);
        vm.prank(PAYER);
        assertEq(escrow.withdraw(STRANGER), 100e12, "amount");

        assertEq(token.balanceOf(STRANGER), 100e12, "tokens sent");
        assertEq(escrow.owed(PAYER), 0, "owed");
        assertEq(token.balanceOf(address(escrow)), 7e12, "tokens held");

        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_NothingOwed.selector, PAYER));
        vm.prank(PAYER);
        escrow.withdraw(STRANGER);
    }
}
