// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../interfaces/IChannels.sol";
import {Book} from "../libraries/Books.sol";
import {Cold} from "../libraries/Cold.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {Channels} from "./Channels.sol";

/// @title ChannelExits
/// @notice The part of InferenceEscrow by which money leaves channels for their payers.
abstract contract ChannelExits is Channels {
    /// @inheritdoc IChannels
    function requestClose(address node, bytes32 lineId, uint256 channel) external {
        (Book storage book, Cold cold) = _ofPayer(node, lineId, channel);
        _requestClose(book, node, lineId, channel, cold);
    }

    /// @inheritdoc IChannels
    function requestCloseFor(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        _requireInTime(deadline);
        Book storage book = _book(node, lineId);
        address payer = _payerOf(book, channel, _known(book, node, lineId, channel));
        bytes32 digest = _hashTypedDataV4(PaymentHashes.closeRequest(node, lineId, channel, deadline));
        if (!VALIDATOR.isValid(payer, digest, signature)) revert InferenceEscrow_BadSignature(payer);
        // Read after the wallet's code ran.
        _requestClose(book, node, lineId, channel, book.cold[channel]);
    }

    /// @inheritdoc IChannels
    function closeNow(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        uint40 issuedAt,
        bytes calldata enclaveSignature
    ) external returns (uint64 refund) {
        (Book storage book, Cold cold) = _ofPayer(node, lineId, channel);
        _requireNotClosed(cold, node, lineId, channel);
        bytes32 digest = _hashTypedDataV4(PaymentHashes.close(node, lineId, channel, cumulative, issuedAt));
        _requirePayableEnclave(node, lineId, issuedAt, digest, enclaveSignature);

        uint256 owing = cumulative > cold.deposited() ? cold.deposited() : cumulative;
        uint256 paid = _paidOf(book, channel, cold);
        if (owing > paid) {
            _fixPaid(book, channel, owing);
            _earn(book, owing - paid);
        }
        // He says himself that he owes it, voucher or not.
        if (cumulative >= paid) cold = cold.agreed();
        refund = uint64(_retire(book, node, lineId, channel, cold));
        _owe(msg.sender, refund);
    }

    /// @inheritdoc IChannels
    function withdrawChannel(
        address node,
        bytes32 lineId,
        uint256 channel,
        address to
    ) external nonReentrant returns (uint64 refund) {
        _requireAddress(to);
        (Book storage book, Cold cold) = _dueOfPayer(node, lineId, channel);
        refund = uint64(_retire(book, node, lineId, channel, cold));
        _pay(to, refund);
    }

    /// @inheritdoc IChannels
    function rollOver(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        address to,
        address signer,
        uint32 closeDelay,
        bool optimistic
    ) external nonReentrant returns (uint256 next) {
        _requireAddress(to);
        _requireAddress(signer);
        (Book storage book, Cold cold) = _dueOfPayer(node, lineId, channel);
        uint256 rest = _retire(book, node, lineId, channel, cold);
        if (amount >= rest) revert InferenceEscrow_RestExceeded(amount, uint64(rest));
        next = _create(node, lineId, msg.sender, signer, uint64(rest - amount), closeDelay, optimistic);
        _pay(to, amount);
    }

    /// @inheritdoc IChannels
    function release(bytes32 lineId, uint256 channel) external returns (uint64 refund) {
        Book storage book = _book(msg.sender, lineId);
        Cold cold = _known(book, msg.sender, lineId, channel);
        _requireNotClosed(cold, msg.sender, lineId, channel);
        refund = uint64(_retire(book, msg.sender, lineId, channel, cold));
        _owe(_payerOf(book, channel, cold), refund);
    }

    /// @inheritdoc IChannels
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        _requireAddress(to);
        amount = _withdraw(msg.sender, to, _settleDebt(msg.sender));
    }

    /// @inheritdoc IChannels
    function owed(address account) external view returns (uint64) {
        return _owedTo(account);
    }

    function _requestClose(Book storage book, address node, bytes32 lineId, uint256 channel, Cold cold) private {
        _requireOpen(cold, node, lineId, channel);
        uint256 closeAt = block.timestamp + cold.closeDelay();
        book.cold[channel] = cold.closing(closeAt);
        if (cold.isOptimistic()) _fixPaid(book, channel, _paidOf(book, channel, cold));
        emit CloseRequested(node, lineId, channel, uint40(closeAt));
    }

    /// @dev A channel of the caller.
    function _ofPayer(
        address node,
        bytes32 lineId,
        uint256 channel
    ) private view returns (Book storage book, Cold cold) {
        book = _book(node, lineId);
        cold = _known(book, node, lineId, channel);
        if (_payerOf(book, channel, cold) != msg.sender) {
            revert InferenceEscrow_NotPayer(node, lineId, channel, msg.sender);
        }
    }

    /// @dev A channel of the caller whose close is due.
    function _dueOfPayer(
        address node,
        bytes32 lineId,
        uint256 channel
    ) private view returns (Book storage book, Cold cold) {
        (book, cold) = _ofPayer(node, lineId, channel);
        uint40 closeAt = cold.closeAt();
        _requireNotClosed(cold, node, lineId, channel);
        if (closeAt == 0 || block.timestamp < closeAt) {
            revert InferenceEscrow_CloseNotDue(node, lineId, channel, closeAt);
        }
    }
}
