// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowReleaseTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
    }

    function test_RevertGiven_CallerHasNoSuchChannel() external {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownChannel.selector, PAYER, channel)
        );
        vm.prank(PAYER);
        escrow.release(channel);
    }

    function test_RevertGiven_ChannelIsClosed() external {
        vm.startPrank(NODE);
        escrow.release(channel);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_ChannelClosing.selector, NODE, channel, 0)
        );
        escrow.release(channel);
        vm.stopPrank();
    }

    function test_GivenChannelIsOpen() external {
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.ChannelClosed(NODE, channel, PAYER, 60);
        vm.prank(NODE);
        assertEq(escrow.release(channel), 60, "refund");

        assertEq(escrow.owed(PAYER), 60, "owed");
        assertEq(escrow.liabilities(), 100, "liabilities");
        assertTrue(escrow.channelOf(NODE, channel).closed, "closed");
    }

    function test_GivenChannelCloses() external {
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.prank(NODE);
        assertEq(escrow.release(channel), 100, "refund");
        assertEq(escrow.owed(PAYER), 100, "owed");
    }
}
