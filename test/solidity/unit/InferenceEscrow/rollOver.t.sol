// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {DueCases} from "./DueCases.sol";

contract InferenceEscrowRollOverTest is DueCases {
    function _do(address caller, uint256 index) internal override {
        vm.prank(caller);
        escrow.rollOver(NODE, lineId, index, 1, STRANGER, PAYER, CLOSE_DELAY, false);
    }

    function _doTo(address to) internal override {
        vm.prank(PAYER);
        escrow.rollOver(NODE, lineId, channel, 1, to, PAYER, CLOSE_DELAY, false);
    }

    function test_RevertWhen_SignerIsZero() external {
        _close(channel);
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        vm.prank(PAYER);
        escrow.rollOver(NODE, lineId, channel, 1, STRANGER, address(0), CLOSE_DELAY, false);
    }

    function test_RevertWhen_AmountLeavesNothing() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        _close(channel);
        _expectRefusal(
            70,
            CLOSE_DELAY,
            abi.encodeWithSelector(IChannels.InferenceEscrow_RestExceeded.selector, 70, 70)
        );
        _expectRefusal(
            71,
            CLOSE_DELAY,
            abi.encodeWithSelector(IChannels.InferenceEscrow_RestExceeded.selector, 71, 70)
        );
    }

    function test_RevertGiven_ChannelHasNoRest() external {
        _settleVoucher(PAYER_KEY, channel, DEPOSIT);
        _close(channel);
        _expectRefusal(0, CLOSE_DELAY, abi.encodeWithSelector(IChannels.InferenceEscrow_RestExceeded.selector, 0, 0));
    }

    function test_RevertWhen_CloseDelayIsOutOfRange() external {
        _close(channel);
        uint32 delay = escrow.MAX_CLOSE_DELAY() + 1;
        _expectRefusal(1, delay, abi.encodeWithSelector(IChannels.InferenceEscrow_InvalidCloseDelay.selector, delay));
    }

    function test_RevertWhen_RestIsBelowTheLeastDeposit() external {
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 5);
        _close(channel);
        _expectRefusal(
            69,
            CLOSE_DELAY,
            abi.encodeWithSelector(IChannels.InferenceEscrow_DepositTooSmall.selector, 31, 32)
        );
    }

    function test_WhenEverythingIsInOrder() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        _close(channel);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelClosed(NODE, lineId, channel, PAYER, 70);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelOpened(NODE, lineId, PAYER, channel + 1, OTHER_PAYER, 45, 2 days, true);
        vm.prank(PAYER);
        uint256 next = escrow.rollOver(NODE, lineId, channel, 25, STRANGER, OTHER_PAYER, 2 days, true);

        assertEq(next, channel + 1, "index");
        assertEq(token.balanceOf(STRANGER), 25, "tokens sent");
        assertEq(token.balanceOf(address(escrow)), 75, "tokens held");
        assertTrue(_channel(channel).closed, "old one closed");
        assertEq(_channel(channel).paid, 30, "paid of the old one");
        Channel memory opened = _channel(next);
        assertEq(opened.payer, PAYER, "payer");
        assertEq(opened.signer, OTHER_PAYER, "signer");
        assertEq(opened.deposited, 45, "deposited");
        assertEq(opened.paid, 0, "paid");
        assertEq(opened.closeAt, 0, "closeAt");
        assertEq(opened.closeDelay, 2 days, "closeDelay");
        assertEq(_settleAmount(next, 5), 5, "lane O");
        assertEq(_settleVoucher(PAYER_KEY, channel, DEPOSIT), 0, "the old one's vouchers");
    }

    function test_WhenAmountIsZero() external {
        _close(channel);
        vm.prank(PAYER);
        uint256 next = escrow.rollOver(NODE, lineId, channel, 0, STRANGER, PAYER, CLOSE_DELAY, false);
        assertEq(_channel(next).deposited, DEPOSIT, "deposited");
        assertEq(token.balanceOf(STRANGER), 0, "tokens sent");
    }

    function test_GivenDepositsArePaused() external {
        _close(channel);
        escrow.setDepositsPaused(true);
        _doTo(STRANGER);
        assertEq(_channel(channel + 1).deposited, DEPOSIT - 1, "no new money comes in");
    }

    function _expectRefusal(uint64 amount, uint32 closeDelay, bytes memory refusal) private {
        vm.expectRevert(refusal);
        vm.prank(PAYER);
        escrow.rollOver(NODE, lineId, channel, amount, STRANGER, PAYER, closeDelay, false);
    }
}
