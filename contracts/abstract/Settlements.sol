// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Earnings, ISettlements, Lane} from "../interfaces/ISettlements.sol";
import {Book} from "../libraries/Books.sol";
import {BookState} from "../libraries/BookState.sol";
import {PackedRows} from "../libraries/PackedRows.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title Settlements
/// @notice The part of InferenceEscrow that pays batches.
abstract contract Settlements is EscrowBase {
    uint8 private constant MAX_EXPONENT = 55;
    uint8 private constant MAX_SHARE = 15;
    /// @dev A quarter, in 2^-16 of a stake.
    uint256 private constant MAX_PARTS = 2 ** 14;

    /// @dev Sum of the shares of a node's lines, in 2^-16 of its stake.
    mapping(address node => uint256) private _parts;

    /// @inheritdoc ISettlements
    /// @dev Needs no guard: it calls views of our own contracts and moves no token.
    function settle(
        Batch calldata batch,
        bytes calldata rows,
        bytes calldata enclaveSignature
    ) external returns (uint64 total, bytes memory skipped) {
        _checkBatch(batch, rows, enclaveSignature);
        (total, skipped, ) = _settle(batch, rows, false);
    }

    /// @inheritdoc ISettlements
    function settleAndCollect(
        Batch calldata batch,
        bytes calldata rows,
        bytes calldata enclaveSignature
    ) external nonReentrant returns (uint64 total, bytes memory skipped) {
        _checkBatch(batch, rows, enclaveSignature);
        uint256 units;
        (total, skipped, units) = _settle(batch, rows, true);
        if (units != 0) _payOut(batch.node, units);
    }

    /// @inheritdoc ISettlements
    function collect(address node, bytes32 lineId) external nonReentrant returns (uint256 amount) {
        Book storage book = _book(node, lineId);
        BookState state = _stateOf(book);
        if (state.earned() == 0) revert InferenceEscrow_NothingOwed(node);
        book.state = state.withoutEarned();
        amount = _payOut(node, state.earned());
    }

    /// @inheritdoc ISettlements
    function setLeastDeposit(bytes32 lineId, uint8 exponent) external {
        if (exponent > MAX_EXPONENT) revert InferenceEscrow_InvalidExponent(exponent);
        Book storage book = _book(msg.sender, lineId);
        book.state = book.state.withLeastDeposit(exponent);
        emit LeastDepositSet(msg.sender, lineId, uint64(1) << exponent);
    }

    /// @inheritdoc ISettlements
    function setStakeShare(bytes32 lineId, uint8 share) external {
        if (share > MAX_SHARE) revert InferenceEscrow_InvalidShare(share);
        Book storage book = _book(msg.sender, lineId);
        BookState state = _stateOf(book);
        (uint256 before, uint256 next) = (_partOf(state.share()), _partOf(share));
        uint256 sum = _parts[msg.sender] - before + next;
        if (sum > MAX_PARTS) revert InferenceEscrow_SharesExceeded(sum, MAX_PARTS);
        _parts[msg.sender] = sum;
        state = state.withShare(share);
        if (next < before) _requireBacked(msg.sender, book, state);
        book.state = state;
        emit StakeShareSet(msg.sender, lineId, share);
    }

    /// @inheritdoc ISettlements
    function skipBatch(bytes32 lineId, uint32 nonce) external {
        Book storage book = _book(msg.sender, lineId);
        _requireNonce(book.state, nonce);
        book.state = book.state.withNextNonce();
        book.skipped[nonce] = true;
        emit BatchSkipped(msg.sender, lineId, nonce);
    }

    /// @inheritdoc ISettlements
    function isSkipped(address node, bytes32 lineId, uint32 nonce) external view returns (bool) {
        return _book(node, lineId).skipped[nonce];
    }

    /// @inheritdoc ISettlements
    function earningsOf(address node, bytes32 lineId) external view returns (Earnings memory) {
        Book storage book = _book(node, lineId);
        BookState state = _stateOf(book);
        return
            Earnings({
                earned: uint64(state.earned()),
                vesting: uint64(state.unvested()),
                held: uint64(book.holding >> 160),
                limit: _limitOf(node, state),
                share: uint8(state.share()),
                nextNonce: state.nonce(),
                leastDeposit: uint64(state.leastDeposit())
            });
    }

    /// @inheritdoc ISettlements
    function voucherDigest(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative
    ) external view returns (bytes32) {
        return _hashTypedDataV4(PaymentHashes.voucher(node, channel, lineId, cumulative));
    }

    /// @inheritdoc ISettlements
    function batchDigest(Batch calldata batch, bytes32 rowsHash) public view returns (bytes32) {
        return _hashTypedDataV4(PaymentHashes.batch(batch, rowsHash));
    }

    /// @return total units paid
    /// @return skipped rows that paid nothing
    /// @return collected units that the caller has to pay out, if `collecting`
    function _settle(
        Batch calldata batch,
        bytes calldata rows,
        bool collecting
    ) private returns (uint64 total, bytes memory skipped, uint256 collected) {
        Book storage book = _book(batch.node, batch.lineId);
        uint256 sum;
        BookState state = _stateOf(book);
        _requireNonce(state, batch.nonce);
        if (batch.lane == Lane.Voucher) {
            (sum, skipped) = PackedRows.takeVouchers(book, _domainSeparatorV4(), batch.node, batch.lineId, rows);
            state = state.earn(sum);
        } else {
            (sum, skipped) = PackedRows.takeAmounts(book, rows);
            state = state.vest(sum);
            _requireBacked(batch.node, book, state);
        }
        if (collecting) {
            collected = state.earned();
            state = state.withoutEarned();
        }
        book.state = state.withNextNonce();
        total = uint64(sum);
        emit BatchSettled(batch.node, batch.lineId, batch.versionHash, batch.lane, batch.nonce, total);
        if (skipped.length != 0) emit RowsSkipped(batch.node, batch.lineId, batch.nonce, skipped);
    }

    function _payOut(address node, uint256 units) private returns (uint256) {
        return _withdraw(node, NODES.payoutOf(node), units);
    }

    /// @dev Checks all of a batch but its nonce and rows.
    function _checkBatch(Batch calldata batch, bytes calldata rows, bytes calldata enclaveSignature) private view {
        uint40 lastAt = batch.lastAt;
        bytes32 digest = batchDigest(batch, keccak256(rows));
        _requirePayableEnclave(batch.node, batch.lineId, lastAt, digest, enclaveSignature);
        uint40 payableUntil = LEDGER.payableUntil(batch.lineId, batch.versionHash);
        if (payableUntil == 0 || payableUntil < lastAt) {
            revert InferenceEscrow_VersionNotPayable(batch.lineId, batch.versionHash, lastAt, payableUntil);
        }
    }

    /// @dev Reverts unless a node's stake stands behind what of its pay may still be disputed, or is.
    function _requireBacked(address node, Book storage book, BookState state) private view {
        uint256 unvested = state.unvested() + (book.holding >> 160);
        uint256 limit = _limitOf(node, state);
        if (unvested > limit) revert InferenceEscrow_StakeTooLow(unvested, limit);
    }

    /// @dev Units of a book that may be unvested.
    function _limitOf(address node, BookState state) private view returns (uint256) {
        uint256 share = state.share();
        return share == 0 ? 0 : (NODES.freeStakeOf(node) / UNIT) >> (share + 1);
    }

    /// @dev A share in 2^-16 of a stake.
    function _partOf(uint256 share) private pure returns (uint256) {
        return share == 0 ? 0 : 1 << (MAX_SHARE - share);
    }

    function _requireNonce(BookState state, uint32 nonce) private pure {
        if (nonce != state.nonce()) revert InferenceEscrow_WrongNonce(nonce, state.nonce());
    }
}
