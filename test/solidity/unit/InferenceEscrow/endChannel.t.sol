// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {CustodyBase} from "./CustodyBase.sol";

contract InferenceEscrowEndChannelTest is CustodyBase {
    function test_RevertWhen_CallerIsNoSlasher() external {
        vm.expectRevert(_notSlasher(PAYER));
        vm.prank(PAYER);
        escrow.endChannel(NODE, lineId, optimistic, 0);
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [optimistic + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) {
            vm.expectRevert(_unknown(indices[i]));
            vm.prank(slasher);
            escrow.endChannel(NODE, lineId, indices[i], 0);
        }
    }

    function test_GivenChannelIsOpen() external {
        _settleVoucher(PAYER_KEY, channel, 7);
        _settleAmount(optimistic, 4_000);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelClosed(NODE, lineId, optimistic, PAYER, 6_000);
        _expectEnded(optimistic, 1_500, 6_000);
        assertEq(escrow.owed(PAYER), 6_000, "owed");
        assertEq(_settleAmount(optimistic, 1), 0, "lane O is out");
        assertEq(_settleVoucher(PAYER_KEY, optimistic, 9_000), 0, "so are vouchers");
        assertEq(_channel(channel).paid, 7, "its neighbour in the slot");
    }

    function test_GivenChannelCloses() external {
        _settleAmount(optimistic, 4_000);
        uint40 closeAt = _close(optimistic);
        _expectEnded(optimistic, 1_500, 6_000);
        assertEq(escrow.owed(PAYER), 6_000, "owed");
        vm.expectRevert(_closing(optimistic, closeAt));
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, optimistic, PAYER);
    }

    function test_GivenChannelIsClosed() external {
        _settleAmount(optimistic, 4_000);
        _close(optimistic);
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, optimistic, PAYER);
        _expectEnded(optimistic, 1_500, 0);
        assertEq(escrow.owed(PAYER), 0, "owed");
        _expectEnded(optimistic, 0, 0);
    }

    function test_GivenPayerIsNotTheSigner() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.signer = STRANGER;
        _expectEnded(_openAs(PAYER, opening), 0, DEPOSIT);
        assertEq(escrow.owed(PAYER), DEPOSIT, "owed to the payer");
    }

    function _expectEnded(uint256 index, uint64 paid, uint64 rest) private {
        vm.prank(slasher);
        assertEq(escrow.endChannel(NODE, lineId, index, paid), rest, "rest");
        Channel memory ended = _channel(index);
        assertTrue(ended.closed, "closed");
        assertEq(ended.deposited, paid, "deposited");
        assertEq(ended.paid, paid, "paid");
    }
}
