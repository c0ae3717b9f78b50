// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowRequestCloseTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownChannel.selector, NODE, 9));
        vm.prank(PAYER);
        escrow.requestClose(NODE, 9);
    }

    function test_RevertWhen_CallerIsNotThePayer() external {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_NotPayer.selector, NODE, channel, NODE)
        );
        vm.prank(NODE);
        escrow.requestClose(NODE, channel);
    }

    function test_RevertGiven_ChannelClosesAlready() external {
        uint40 closeAt = _now() + CLOSE_DELAY;
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        skip(10);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_ChannelClosing.selector, NODE, channel, closeAt)
        );
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        assertEq(escrow.channelOf(NODE, channel).closeAt, closeAt, "closeAt");
    }

    function test_RevertGiven_ChannelIsClosed() external {
        vm.prank(NODE);
        escrow.release(channel);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_ChannelClosing.selector, NODE, channel, 0)
        );
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
    }

    function test_GivenChannelIsOpen() external {
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.CloseRequested(NODE, channel, _now() + CLOSE_DELAY);
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        assertEq(escrow.channelOf(NODE, channel).closeAt, _now() + CLOSE_DELAY, "closeAt");
        assertFalse(escrow.channelOf(NODE, channel).closed, "closed");
    }
}
