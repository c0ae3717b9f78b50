// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowWithdrawChannelTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownChannel.selector, NODE, 9));
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, 9, PAYER);
    }

    function test_RevertWhen_CallerIsNotThePayer() external {
        _close();
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_NotPayer.selector, NODE, channel, STRANGER)
        );
        vm.prank(STRANGER);
        escrow.withdrawChannel(NODE, channel, STRANGER);
    }

    function test_RevertWhen_ReceiverIsZero() external {
        _close();
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_ZeroAddress.selector);
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, channel, address(0));
    }

    function test_RevertGiven_CloseWasNotRequested() external {
        _expectNotDue(0);
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, channel, PAYER);
    }

    function test_RevertGiven_DelayRuns() external {
        uint40 closeAt = _now() + CLOSE_DELAY;
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(closeAt - 1);
        _expectNotDue(closeAt);
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, channel, PAYER);
    }

    function test_RevertGiven_ChannelIsClosed() external {
        _close();
        vm.startPrank(PAYER);
        escrow.withdrawChannel(NODE, channel, PAYER);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_ChannelClosing.selector, NODE, channel, _now())
        );
        escrow.withdrawChannel(NODE, channel, PAYER);
        vm.stopPrank();
    }

    function test_GivenDelayHasPassed_GivenRest() external {
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 30, 30)));
        _close();
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.ChannelClosed(NODE, channel, PAYER, 70);
        vm.prank(PAYER);
        assertEq(escrow.withdrawChannel(NODE, channel, STRANGER), 70, "refund");

        assertEq(token.balanceOf(STRANGER), 70 * escrow.UNIT(), "tokens sent");
        assertEq(escrow.liabilities(), 30, "liabilities");
        assertTrue(escrow.channelOf(NODE, channel).closed, "closed");
        assertEq(_open(PAYER_KEY, NODE, 1), channel + 1, "next index");
    }

    function test_GivenDelayHasPassed_GivenNoRest() external {
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 100, 100)));
        _close();
        vm.prank(PAYER);
        assertEq(escrow.withdrawChannel(NODE, channel, PAYER), 0, "refund");
        assertTrue(escrow.channelOf(NODE, channel).closed, "closed");
        assertEq(escrow.liabilities(), 100, "liabilities");
    }

    function _close() private {
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
    }

    function _expectNotDue(uint40 closeAt) private {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_CloseNotDue.selector, NODE, channel, closeAt)
        );
    }
}
