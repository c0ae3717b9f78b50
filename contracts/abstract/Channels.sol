// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC3009} from "@openzeppelin/contracts/interfaces/draft-IERC3009.sol";

import {Authorization, Channel, IChannels, Opening, Permit} from "../interfaces/IChannels.sol";
import {Book} from "../libraries/Books.sol";
import {BookState, BookStates} from "../libraries/BookState.sol";
import {Cold, Colds} from "../libraries/Cold.sol";
import {Lanes} from "../libraries/Lanes.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title Channels
/// @notice The part of InferenceEscrow that opens and fills channels.
abstract contract Channels is EscrowBase {
    mapping(bytes32 digest => bool) private _usedOpenings;

    /// @inheritdoc IChannels
    function open(Opening calldata opening) external nonReentrant returns (uint256 channel) {
        channel = _open(opening);
        _pull(msg.sender, opening.amount);
    }

    /// @inheritdoc IChannels
    function openWithPermit(
        Opening calldata opening,
        Permit calldata permit
    ) external nonReentrant returns (uint256 channel) {
        channel = _open(opening);
        _permit(opening.amount, permit);
        _pull(msg.sender, opening.amount);
    }

    /// @inheritdoc IChannels
    function openWithAuthorization(
        Opening calldata opening,
        Authorization calldata authorization
    ) external nonReentrant returns (uint256 channel) {
        _requireAddress(opening.payer);
        channel = _open(opening);
        _receive(opening.payer, opening.amount, authorization, openingHash(opening, authorization.salt));
    }

    /// @inheritdoc IChannels
    function openFor(
        Opening calldata opening,
        uint256 salt,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant returns (uint256 channel) {
        _requireInTime(deadline);
        address payer = opening.payer;
        bytes32 digest = _hashTypedDataV4(PaymentHashes.open(opening, salt, deadline));
        if (_usedOpenings[digest]) revert InferenceEscrow_OpeningUsed(digest);
        _usedOpenings[digest] = true;
        if (payer == address(0) || !VALIDATOR.isValid(payer, digest, signature)) {
            revert InferenceEscrow_BadSignature(payer);
        }
        channel = _open(opening);
        _pull(payer, opening.amount);
    }

    /// @inheritdoc IChannels
    function topUp(address node, bytes32 lineId, uint256 channel, uint64 amount) external nonReentrant {
        _topUp(node, lineId, channel, amount);
        _pull(msg.sender, amount);
    }

    /// @inheritdoc IChannels
    function topUpWithPermit(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        Permit calldata permit
    ) external nonReentrant {
        _topUp(node, lineId, channel, amount);
        _permit(amount, permit);
        _pull(msg.sender, amount);
    }

    /// @inheritdoc IChannels
    function topUpWithAuthorization(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        address from,
        Authorization calldata authorization
    ) external nonReentrant {
        _topUp(node, lineId, channel, amount);
        _receive(from, amount, authorization, topUpHash(node, lineId, channel, amount, authorization.salt));
    }

    /// @inheritdoc IChannels
    function channelOf(address node, bytes32 lineId, uint256 channel) external view returns (Channel memory) {
        Book storage book = _book(node, lineId);
        Cold cold = _known(book, node, lineId, channel);
        return
            Channel({
                payer: _payerOf(book, channel, cold),
                signer: cold.signer(),
                deposited: uint64(cold.deposited()),
                paid: uint64(_paidOf(book, channel, cold)),
                closeAt: cold.closeAt(),
                closeDelay: cold.closeDelay(),
                optimistic: cold.isOptimistic(),
                closed: cold.isClosed()
            });
    }

    /// @inheritdoc IChannels
    function channelCount(address node, bytes32 lineId) external view returns (uint256) {
        return _book(node, lineId).state.count();
    }

    /// @inheritdoc IChannels
    function openingHash(Opening calldata opening, uint256 salt) public view returns (bytes32) {
        return _hashTypedDataV4(PaymentHashes.open(opening, salt, type(uint256).max));
    }

    /// @inheritdoc IChannels
    function topUpHash(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        uint256 salt
    ) public view returns (bytes32) {
        return _hashTypedDataV4(PaymentHashes.topUp(node, lineId, channel, amount, salt));
    }

    function _open(Opening calldata opening) private returns (uint256 channel) {
        _requireOpenForDeposits();
        address payer = opening.payer == address(0) ? msg.sender : opening.payer;
        address signer = opening.signer == address(0) ? payer : opening.signer;
        if (opening.amount == 0) revert InferenceEscrow_ZeroAmount();
        channel = _create(
            opening.node,
            opening.lineId,
            payer,
            signer,
            opening.amount,
            opening.closeDelay,
            opening.optimistic
        );
    }

    /// @dev Writes a channel; its money comes from the caller of this.
    function _create(
        address node,
        bytes32 lineId,
        address payer,
        address signer,
        uint64 amount,
        uint32 closeDelay,
        bool optimistic
    ) internal returns (uint256 channel) {
        if (amount > MAX_DEPOSIT) revert InferenceEscrow_AmountTooLarge(0, amount);
        if (closeDelay < MIN_CLOSE_DELAY || closeDelay > MAX_CLOSE_DELAY) {
            revert InferenceEscrow_InvalidCloseDelay(closeDelay);
        }
        if (optimistic && !OPTIMISTIC) revert InferenceEscrow_OptimisticUnavailable();

        Book storage book = _book(node, lineId);
        channel = _nextChannel(book, node, lineId, amount);
        book.cold[channel] = Colds.open(signer, amount, closeDelay, optimistic, payer != signer);
        if (payer != signer) book.payers[channel] = payer;
        if (optimistic) book.hot[channel >> 2] = Lanes.withRest(book.hot[channel >> 2], channel, amount);
        emit ChannelOpened(node, lineId, payer, channel, signer, amount, closeDelay, optimistic);
    }

    /// @dev The first channel of a book checks that node and line exist; neither ever ends.
    function _nextChannel(
        Book storage book,
        address node,
        bytes32 lineId,
        uint64 amount
    ) private returns (uint256 channel) {
        BookState state = book.state;
        channel = state.count();
        if (channel == 0) {
            if (NODES.payoutOf(node) == address(0)) revert InferenceEscrow_UnknownNode(node);
            LEDGER.lineOf(lineId);
        }
        if (channel == BookStates.MAX_CHANNELS) revert InferenceEscrow_BookFull(node, lineId);
        if (amount < state.leastDeposit()) revert InferenceEscrow_DepositTooSmall(amount, state.leastDeposit());
        book.state = state.withNextChannel();
    }

    function _topUp(address node, bytes32 lineId, uint256 channel, uint64 amount) private {
        _requireOpenForDeposits();
        if (amount == 0) revert InferenceEscrow_ZeroAmount();
        Book storage book = _book(node, lineId);
        Cold cold = _known(book, node, lineId, channel);
        _requireOpen(cold, node, lineId, channel);
        uint256 deposited = cold.deposited();
        if (amount > MAX_DEPOSIT - deposited) {
            revert InferenceEscrow_AmountTooLarge(uint64(deposited), amount);
        }
        if (cold.isOptimistic()) {
            uint256 lanes = book.hot[channel >> 2];
            uint256 rest = deposited - Lanes.paid(lanes, channel, deposited);
            book.hot[channel >> 2] = Lanes.withRest(lanes, channel, rest + amount);
        }
        deposited += amount;
        book.cold[channel] = cold.withDeposited(deposited);
        emit ChannelToppedUp(node, lineId, channel, amount, uint64(deposited));
    }

    /// @dev A permit that was used before this transaction has left its allowance: what counts is the pull.
    function _permit(uint64 amount, Permit calldata permit) private {
        // solhint-disable-next-line no-empty-blocks
        try
            IERC20Permit(TOKEN).permit(
                msg.sender,
                address(this),
                amount * UNIT,
                permit.deadline,
                permit.v,
                permit.r,
                permit.s
            )
        {} catch {}
    }

    /// @dev Takes what `from` authorised for this purpose and no other.
    function _receive(address from, uint64 amount, Authorization calldata authorization, bytes32 nonce) private {
        uint256 value = amount * UNIT;
        uint256 before = _balance();
        IERC3009(TOKEN).receiveWithAuthorization(
            from,
            address(this),
            value,
            authorization.validAfter,
            authorization.validBefore,
            nonce,
            authorization.v,
            authorization.r,
            authorization.s
        );
        _requireReceived(before, value);
    }
}
