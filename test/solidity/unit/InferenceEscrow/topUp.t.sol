// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowTopUpTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
        token.mint(STRANGER, type(uint128).max);
        vm.prank(STRANGER);
        token.approve(address(escrow), type(uint256).max);
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownChannel.selector, NODE, channel + 1)
        );
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel + 1, 1);
    }

    function test_RevertGiven_ChannelCloses() external {
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        _expectClosing(_now() + CLOSE_DELAY);
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 1);
    }

    function test_RevertGiven_ChannelIsClosed() external {
        vm.prank(NODE);
        escrow.release(channel);
        _expectClosing(0);
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 1);
    }

    function test_RevertGiven_DepositsArePaused() external {
        escrow.setDepositsPaused(true);
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_DepositsPaused.selector);
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 1);
    }

    function test_RevertWhen_AmountIsZero() external {
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_ZeroAmount.selector);
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 0);
    }

    function test_RevertWhen_DepositsOfTheChannelWouldPass64Bits() external {
        // Paid and collected, so that the sum of all liabilities is not what stops it.
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, type(uint64).max - 200);
        uint64 deposited = type(uint64).max - 100;
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, deposited, deposited)));
        escrow.collect(NODE);
        assertEq(escrow.liabilities(), 0, "liabilities");

        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_AmountTooLarge.selector, deposited, uint64(101))
        );
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 101);
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 100);
    }

    function test_WhenAnybodyPays() external {
        uint256 before = token.balanceOf(STRANGER);
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.ChannelToppedUp(NODE, channel, 7, 107);
        vm.prank(STRANGER);
        escrow.topUp(NODE, channel, 7);

        assertEq(escrow.channelOf(NODE, channel).deposited, 107, "deposited");
        assertEq(escrow.channelOf(NODE, channel).payer, PAYER, "payer");
        assertEq(escrow.liabilities(), 107, "liabilities");
        assertEq(before - token.balanceOf(STRANGER), 7, "tokens taken");
    }

    function _expectClosing(uint40 closeAt) private {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_ChannelClosing.selector, NODE, channel, closeAt)
        );
    }
}
