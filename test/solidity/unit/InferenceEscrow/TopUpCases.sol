// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {FeeToken} from "../../../../contracts/mocks/FeeToken.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice What all ways to fill a channel have in common. The heir says how; the money is STRANGER's.
abstract contract TopUpCases is ChannelBase {
    /// @dev Gives STRANGER the money, and what the top-up needs besides.
    function _prepare(uint256 index, uint64 amount) internal virtual;

    /// @dev One call.
    function _do(uint256 index, uint64 amount) internal virtual;

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [channel + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) _expectRefusal(indices[i], 1, _unknown(indices[i]));
    }

    function test_RevertGiven_ChannelCloses() external {
        uint40 closeAt = _requestClose(PAYER_KEY, channel);
        _expectRefusal(channel, 1, _closing(channel, closeAt));
    }

    function test_RevertGiven_ChannelIsClosed() external {
        _release(channel);
        _expectRefusal(channel, 1, _closing(channel, 0));
    }

    function test_RevertGiven_DepositsArePaused() external {
        escrow.setDepositsPaused(true);
        _expectRefusal(channel, 1, abi.encodeWithSelector(IChannels.InferenceEscrow_DepositsPaused.selector));
    }

    function test_RevertWhen_AmountIsZero() external {
        _expectRefusal(channel, 0, abi.encodeWithSelector(IChannels.InferenceEscrow_ZeroAmount.selector));
    }

    function test_RevertWhen_DepositsOfTheChannelWouldPassTheMost() external {
        // Paid out, which makes no room: what is counted is all that was ever deposited.
        _settleVoucher(PAYER_KEY, channel, DEPOSIT);
        uint64 room = escrow.MAX_DEPOSIT() - DEPOSIT;
        _expectTooLarge(room + 1);
        _expectTooLarge(type(uint64).max);
        _prepare(channel, room);
        _do(channel, room);
        assertEq(_channel(channel).deposited, escrow.MAX_DEPOSIT(), "deposited");
        assertEq(_settleVoucher(PAYER_KEY, channel, type(uint64).max), room, "all of it pays");
    }

    function test_RevertGiven_TokenTakesFee() external {
        token = new FeeToken();
        escrow = _newEscrow(token);
        // Too little for a fee.
        channel = _open(PAYER_KEY, NODE, 99);
        _expectRefusal(
            channel,
            1_000,
            abi.encodeWithSelector(IChannels.InferenceEscrow_InexactTransfer.selector, 1_000, 990)
        );
    }

    function test_WhenAnybodyPays() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        _prepare(channel, 7);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelToppedUp(NODE, lineId, channel, 7, DEPOSIT + 7);
        _do(channel, 7);

        Channel memory filled = _channel(channel);
        assertEq(filled.deposited, DEPOSIT + 7, "deposited");
        assertEq(filled.paid, 30, "paid");
        assertEq(filled.payer, PAYER, "payer");
        assertEq(filled.closeDelay, CLOSE_DELAY, "closeDelay");
        assertEq(token.balanceOf(address(escrow)), DEPOSIT + 7, "tokens held");
        assertEq(token.balanceOf(STRANGER), 0, "tokens left");
        assertEq(_settleVoucher(PAYER_KEY, channel, 200), DEPOSIT + 7 - 30, "all of it pays");
    }

    function test_GivenChannelIsOptimistic() external {
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, 30);
        _prepare(channel, 7);
        _do(channel, 7);
        assertEq(_channel(channel).paid, 30, "paid");
        assertEq(_channel(channel).deposited, DEPOSIT + 7, "deposited");
        assertTrue(_channel(channel).optimistic, "optimistic");
        assertEq(_settleAmount(channel, 200), DEPOSIT + 7 - 30, "lane O takes all of it");
    }

    function _expectTooLarge(uint64 amount) private {
        _expectRefusal(
            channel,
            amount,
            abi.encodeWithSelector(IChannels.InferenceEscrow_AmountTooLarge.selector, DEPOSIT, amount)
        );
    }

    function _expectRefusal(uint256 index, uint64 amount, bytes memory refusal) internal {
        _prepare(index, amount);
        vm.expectRevert(refusal);
        _do(index, amount);
    }
}
