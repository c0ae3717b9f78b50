// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {FeeToken} from "../../../../contracts/mocks/FeeToken.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {BookStorage} from "../../utils/BookStorage.sol";

/// @notice What all ways to open a channel have in common. The heir says how; the payer is PAYER.
abstract contract OpenCases is BookStorage {
    /// @dev Gives PAYER the money, and what the opening needs besides.
    function _prepare(Opening memory opening) internal virtual;

    /// @dev One call.
    function _do(Opening memory opening) internal virtual returns (uint256 channel);

    function test_RevertGiven_DepositsArePaused() external {
        Opening memory opening = _ofPayer(10);
        escrow.setDepositsPaused(true);
        _expectRefusal(opening, abi.encodeWithSelector(IChannels.InferenceEscrow_DepositsPaused.selector));
    }

    function test_RevertWhen_AmountIsZero() external {
        _expectRefusal(_ofPayer(0), abi.encodeWithSelector(IChannels.InferenceEscrow_ZeroAmount.selector));
    }

    function test_RevertWhen_AmountIsOverTheMost() external {
        uint64 most = escrow.MAX_DEPOSIT();
        _expectRefusal(
            _ofPayer(most + 1),
            abi.encodeWithSelector(IChannels.InferenceEscrow_AmountTooLarge.selector, 0, most + 1)
        );
        Opening memory opening = _ofPayer(most);
        _prepare(opening);
        assertEq(_channel(_do(opening)).deposited, most, "deposited");
    }

    function test_RevertWhen_CloseDelayIsOutOfRange() external {
        uint32 shortest = escrow.MIN_CLOSE_DELAY();
        uint32 longest = escrow.MAX_CLOSE_DELAY();
        _expectDelayRefusal(shortest - 1);
        _expectDelayRefusal(longest + 1);
        assertEq(_withDelay(shortest), shortest, "shortest");
        assertEq(_withDelay(longest), longest, "longest");
    }

    function test_RevertGiven_StakeIsInAnotherToken_WhenOptimistic() external {
        token = new TestToken(6);
        escrow = _newEscrow(token);
        Opening memory opening = _ofPayer(10);
        opening.optimistic = true;
        _expectRefusal(opening, abi.encodeWithSelector(IChannels.InferenceEscrow_OptimisticUnavailable.selector));
    }

    function test_RevertGiven_NodeIsNotRegistered() external {
        Opening memory opening = _ofPayer(10);
        opening.node = STRANGER;
        _expectRefusal(opening, abi.encodeWithSelector(IChannels.InferenceEscrow_UnknownNode.selector, STRANGER));
    }

    function test_RevertGiven_LineWasNeverOpened() external {
        Opening memory opening = _ofPayer(10);
        opening.lineId = keccak256("no line");
        _expectRefusal(opening, abi.encodeWithSelector(IDeltaLedger.DeltaLedger_UnknownLine.selector, opening.lineId));
    }

    function test_RevertWhen_AmountIsBelowTheLeastDeposit() external {
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 5);
        _expectRefusal(
            _ofPayer(31),
            abi.encodeWithSelector(IChannels.InferenceEscrow_DepositTooSmall.selector, 31, 32)
        );
        Opening memory opening = _ofPayer(32);
        _prepare(opening);
        assertEq(_do(opening), 0, "channel");
    }

    function test_RevertGiven_BookIsFull() external {
        uint256 most = 2 ** 26 - 1;
        _storeCount(most - 1);
        Opening memory opening = _ofPayer(10);
        opening.optimistic = true;
        _prepare(opening);
        assertEq(_do(opening), most - 1, "last channel");
        assertEq(_settleAmount(most - 1, 4), 4, "a row reaches it");
        _expectRefusal(_ofPayer(11), abi.encodeWithSelector(IChannels.InferenceEscrow_BookFull.selector, NODE, lineId));
    }

    function test_RevertGiven_TokenTakesFee() external {
        token = new FeeToken();
        escrow = _newEscrow(token);
        _expectRefusal(
            _ofPayer(1_000),
            abi.encodeWithSelector(IChannels.InferenceEscrow_InexactTransfer.selector, 1_000, 990)
        );
    }

    function test_WhenEverythingIsInOrder() external {
        token = new TestToken(18);
        escrow = _newEscrow(token);
        _open(OTHER_PAYER_KEY, NODE, 10);
        Opening memory opening = _ofPayer(20);
        _prepare(opening);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelOpened(NODE, lineId, PAYER, 1, PAYER, 20, CLOSE_DELAY, false);
        assertEq(_do(opening), 1, "second index");

        assertEq(escrow.channelCount(NODE, lineId), 2, "channels of the node");
        assertEq(escrow.channelCount(OTHER_NODE, lineId), 0, "channels of another node");
        _expectChannel(1, PAYER, 20, false);
        assertEq(token.balanceOf(address(escrow)), 30e12, "tokens held");
        assertEq(token.balanceOf(PAYER), 0, "tokens left");
        assertEq(_settleVoucher(PAYER_KEY, 1, 5), 5, "its vouchers pay");
        assertEq(_settleAmount(1, 5), 0, "lane O cannot reach it");
    }

    function test_WhenSignerIsNamed() external {
        Opening memory opening = _ofPayer(20);
        opening.signer = STRANGER;
        _prepare(opening);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelOpened(NODE, lineId, PAYER, 0, STRANGER, 20, CLOSE_DELAY, false);
        _do(opening);
        _expectChannel(0, STRANGER, 20, false);
        assertEq(_settleVoucher(PAYER_KEY, 0, 5), 0, "the payer's vouchers");
        assertEq(_settleVoucher(STRANGER_KEY, 0, 5), 5, "the signer's vouchers");
    }

    function test_WhenOptimistic() external {
        Opening memory opening = _ofPayer(20);
        opening.optimistic = true;
        _prepare(opening);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelOpened(NODE, lineId, PAYER, 0, PAYER, 20, CLOSE_DELAY, true);
        _do(opening);
        _expectChannel(0, PAYER, 20, true);
        assertEq(_settleAmount(0, 5), 5, "lane O debits it");
        assertEq(_settleVoucher(PAYER_KEY, 0, 7), 2, "so do vouchers");
    }

    function _ofPayer(uint64 amount) internal view returns (Opening memory opening) {
        opening = _opening(NODE, amount);
        opening.payer = PAYER;
    }

    function _expectRefusal(Opening memory opening, bytes memory refusal) internal {
        _prepare(opening);
        vm.expectRevert(refusal);
        _do(opening);
    }

    function _expectDelayRefusal(uint32 closeDelay) private {
        Opening memory opening = _ofPayer(10);
        opening.closeDelay = closeDelay;
        _expectRefusal(
            opening,
            abi.encodeWithSelector(IChannels.InferenceEscrow_InvalidCloseDelay.selector, closeDelay)
        );
    }

    function _withDelay(uint32 closeDelay) private returns (uint32) {
        Opening memory opening = _ofPayer(10);
        opening.closeDelay = closeDelay;
        _prepare(opening);
        return _channel(_do(opening)).closeDelay;
    }

    function _expectChannel(uint256 index, address signer, uint64 deposited, bool optimistic) internal view {
        Channel memory channel = _channel(index);
        assertEq(channel.payer, PAYER, "payer");
        assertEq(channel.signer, signer, "signer");
        assertEq(channel.deposited, deposited, "deposited");
        assertEq(channel.paid, 0, "paid");
        assertEq(channel.closeAt, 0, "closeAt");
        assertEq(channel.closeDelay, CLOSE_DELAY, "closeDelay");
        assertEq(channel.optimistic, optimistic, "optimistic");
        assertFalse(channel.closed, "closed");
    }
}
