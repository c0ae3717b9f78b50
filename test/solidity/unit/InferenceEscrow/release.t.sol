// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {ChannelBase} from "./ChannelBase.sol";

contract InferenceEscrowReleaseTest is ChannelBase {
    function test_RevertGiven_CallerHasNoSuchChannel() external {
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_UnknownChannel.selector, PAYER, lineId, channel)
        );
        vm.prank(PAYER);
        escrow.release(lineId, channel);
        vm.expectRevert(_unknown(2 ** 26));
        vm.prank(NODE);
        escrow.release(lineId, 2 ** 26);
    }

    function test_RevertGiven_ChannelIsClosed() external {
        _release(channel);
        vm.expectRevert(_closing(channel, 0));
        vm.prank(NODE);
        escrow.release(lineId, channel);
    }

    function test_GivenChannelIsOpen() external {
        _settleVoucher(PAYER_KEY, channel, 40);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelClosed(NODE, lineId, channel, PAYER, 60);
        vm.prank(NODE);
        assertEq(escrow.release(lineId, channel), 60, "refund");

        assertEq(escrow.owed(PAYER), 60, "owed");
        assertEq(_earnings().earned, 40, "earned");
        assertTrue(_channel(channel).closed, "closed");
        assertEq(_channel(channel).deposited, 40, "deposited");
        assertEq(_channel(channel).paid, 40, "paid");
        assertEq(token.balanceOf(address(escrow)), DEPOSIT, "tokens held");
    }

    function test_GivenChannelCloses() external {
        _requestClose(PAYER_KEY, channel);
        vm.prank(NODE);
        assertEq(escrow.release(lineId, channel), DEPOSIT, "refund");
        assertEq(escrow.owed(PAYER), DEPOSIT, "owed");
    }

    function test_GivenChannelIsOptimistic() external {
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, 40);
        _release(channel);
        assertEq(escrow.owed(PAYER), 60, "owed");
        assertEq(_channel(channel).paid, 40, "paid");
        assertEq(_settleAmount(channel, 1), 0, "lane O is out");
    }

    function test_GivenPayerIsNotTheSigner() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.signer = STRANGER;
        _release(_openAs(PAYER, opening));
        assertEq(escrow.owed(PAYER), DEPOSIT, "owed to the payer");
        assertEq(escrow.owed(STRANGER), 0, "owed to the signer");
    }

    function test_GivenNothingIsLeft() external {
        _settleVoucher(PAYER_KEY, channel, DEPOSIT);
        _release(channel);
        assertEq(escrow.owed(PAYER), 0, "owed");
        assertTrue(_channel(channel).closed, "closed");
    }
}
