// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IDeltaLedger} from "../interfaces/IDeltaLedger.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {ISignatureValidator} from "../interfaces/ISignatureValidator.sol";
import {Book} from "../libraries/Books.sol";
import {BookState} from "../libraries/BookState.sol";
import {Cold} from "../libraries/Cold.sol";
import {Lanes} from "../libraries/Lanes.sol";

/// @notice What an escrow is deployed with.
/// @param authority AccessManager of the deposit pause
/// @param token what is paid with
/// @param ledger says until when a version is payable
/// @param nodes knows nodes and their enclaves
/// @param validator checks signatures of accounts that are contracts, or will be
/// @param maxBatchAge seconds after which a batch is too old to be settled
/// @param vestPeriod seconds for which pay of lane O stays here at least
struct EscrowSettings {
    address authority;
    IERC20Metadata token;
    IDeltaLedger ledger;
    INodeRegistry nodes;
    ISignatureValidator validator;
    uint32 maxBatchAge;
    uint32 vestPeriod;
}

/// @title EscrowBase
/// @notice What all parts of InferenceEscrow stand on: settings, books, and the token on its way in and out.
/// @dev Safety assumption about the token: `transfer` moves exactly what it is asked to. Deposits check it.
abstract contract EscrowBase is IInferenceEscrow, AccessManaged, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc IInferenceEscrow
    uint64 public constant MAX_DEPOSIT = 2 ** 56 - 1;
    /// @inheritdoc IInferenceEscrow
    uint32 public constant MIN_CLOSE_DELAY = 6 hours;
    /// @inheritdoc IInferenceEscrow
    uint32 public constant MAX_CLOSE_DELAY = 30 days;
    /// @dev Time for a last challenge to be answered (at most two days, see InferenceArbiter) and for its end to reach the chain.
    uint256 private constant DISPUTE_MARGIN = 4 days;
    /// @dev The epochs of {BookState} count in 24 bits.
    uint32 private constant MIN_VEST_PERIOD = 1 hours;

    /// @inheritdoc IInferenceEscrow
    address public immutable TOKEN;
    /// @inheritdoc IInferenceEscrow
    uint256 public immutable UNIT;
    /// @inheritdoc IInferenceEscrow
    uint32 public immutable MAX_BATCH_AGE;
    /// @inheritdoc IInferenceEscrow
    uint32 public immutable VEST_PERIOD;
    /// @inheritdoc IInferenceEscrow
    bool public immutable OPTIMISTIC;
    /// @notice Says until when a version is payable.
    IDeltaLedger public immutable LEDGER;
    /// @notice Knows nodes and their enclaves.
    INodeRegistry public immutable NODES;
    /// @notice Checks signatures of accounts that are contracts, or will be.
    ISignatureValidator public immutable VALIDATOR;

    mapping(address node => mapping(bytes32 lineId => Book)) private _books;
    mapping(address account => uint64 units) private _owed;
    bool private _depositsPaused;

    constructor(
        EscrowSettings memory settings
    ) AccessManaged(settings.authority) EIP712("Freehold InferenceEscrow", "1") {
        INodeRegistry nodes = settings.nodes;
        _requireAddress(address(settings.ledger));
        _requireAddress(address(settings.validator));
        if (settings.vestPeriod < MIN_VEST_PERIOD) revert InferenceEscrow_InvalidPeriod(settings.vestPeriod);
        uint256 dispute = 2 * uint256(settings.vestPeriod) + DISPUTE_MARGIN;
        uint256 needed = uint256(nodes.MAX_ENCLAVE_TTL()) + settings.maxBatchAge + dispute;
        if (nodes.THAW_PERIOD() < needed) revert InferenceEscrow_ThawTooShort(nodes.THAW_PERIOD(), needed);

        uint8 decimals = settings.token.decimals();
        TOKEN = address(settings.token);
        UNIT = decimals > 6 ? 10 ** (decimals - 6) : 1;
        LEDGER = settings.ledger;
        NODES = nodes;
        VALIDATOR = settings.validator;
        MAX_BATCH_AGE = settings.maxBatchAge;
        VEST_PERIOD = settings.vestPeriod;
        // A refund from stake must be in the money that was lost.
        OPTIMISTIC = nodes.STAKE_TOKEN() == address(settings.token);
    }

    /// @inheritdoc IInferenceEscrow
    function setDepositsPaused(bool paused) external restricted {
        _depositsPaused = paused;
        emit DepositsPaused(paused);
    }

    /// @inheritdoc IInferenceEscrow
    function depositsPaused() external view returns (bool) {
        return _depositsPaused;
    }

    /// @dev Where node and line keep their books.
    function _book(address node, bytes32 lineId) internal view returns (Book storage) {
        return _books[node][lineId];
    }

    /// @dev State of a book, moved to now.
    function _stateOf(Book storage book) internal view returns (BookState) {
        return book.state.movedTo(block.timestamp / VEST_PERIOD);
    }

    /// @dev A channel that was opened once.
    function _known(
        Book storage book,
        address node,
        bytes32 lineId,
        uint256 channel
    ) internal view returns (Cold cold) {
        if (channel < book.cold.length) cold = book.cold[channel];
        if (!cold.exists()) revert InferenceEscrow_UnknownChannel(node, lineId, channel);
    }

    /// @dev Refuses what needs an open channel.
    function _requireOpen(Cold cold, address node, bytes32 lineId, uint256 channel) internal pure {
        if (cold.isClosing() || cold.isClosed()) _revertClosing(cold, node, lineId, channel);
    }

    function _requireNotClosed(Cold cold, address node, bytes32 lineId, uint256 channel) internal pure {
        if (cold.isClosed()) _revertClosing(cold, node, lineId, channel);
    }

    function _revertClosing(Cold cold, address node, bytes32 lineId, uint256 channel) private pure {
        revert InferenceEscrow_ChannelClosing(node, lineId, channel, cold.closeAt());
    }

    function _requireInTime(uint256 deadline) internal view {
        if (block.timestamp > deadline) revert InferenceEscrow_Expired(deadline, block.timestamp);
    }

    function _requireAddress(address account) internal pure {
        if (account == address(0)) revert InferenceEscrow_ZeroAddress();
    }

    /// @dev Adds to what a node may collect.
    function _earn(Book storage book, uint256 units) internal {
        if (units != 0) book.state = _stateOf(book).earn(units);
    }

    function _payerOf(Book storage book, uint256 channel, Cold cold) internal view returns (address) {
        return cold.hasSeparatePayer() ? book.payers[channel] : cold.signer();
    }

    /// @dev Units taken from a channel so far.
    function _paidOf(Book storage book, uint256 channel, Cold cold) internal view returns (uint256) {
        return Lanes.paid(book.hot[channel >> 2], channel, cold.deposited());
    }

    /// @dev Takes a channel out of lane O's reach, with `paid` units paid; writes only what changes.
    function _fixPaid(Book storage book, uint256 channel, uint256 paid) internal {
        uint256 lanes = book.hot[channel >> 2];
        uint256 fixedLanes = Lanes.withPaid(lanes, channel, paid);
        if (fixedLanes != lanes) book.hot[channel >> 2] = fixedLanes;
    }

    /// @dev Retires a channel that is not closed; the caller accounts for its rest.
    function _retire(
        Book storage book,
        address node,
        bytes32 lineId,
        uint256 channel,
        Cold cold
    ) internal returns (uint256 rest) {
        uint256 paid = _paidOf(book, channel, cold);
        rest = cold.deposited() - paid;
        _fixPaid(book, channel, paid);
        book.cold[channel] = cold.closed(paid);
        emit ChannelClosed(node, lineId, channel, _payerOf(book, channel, cold), uint64(rest));
    }

    /// @dev Reverts unless an enclave of the node signed the digest, and is payable for work on the line until `time`.
    function _requirePayableEnclave(
        address node,
        bytes32 lineId,
        uint40 time,
        bytes32 digest,
        bytes calldata signature
    ) internal view {
        if (time > block.timestamp || block.timestamp - time > MAX_BATCH_AGE) {
            revert InferenceEscrow_BatchTimeInvalid(time, block.timestamp);
        }
        (address enclave, ECDSA.RecoverError failure, ) = ECDSA.tryRecoverCalldata(digest, signature);
        if (failure != ECDSA.RecoverError.NoError) revert InferenceEscrow_BadEnclaveSignature();
        NODES.requirePayable(node, enclave, lineId, time);
    }

    function _requireOpenForDeposits() internal view {
        if (_depositsPaused) revert InferenceEscrow_DepositsPaused();
    }

    function _owe(address account, uint256 units) internal {
        if (units != 0) _owed[account] += uint64(units);
    }

    function _owedTo(address account) internal view returns (uint64) {
        return _owed[account];
    }

    /// @dev Ends a debt; the caller pays it.
    function _settleDebt(address account) internal returns (uint64 units) {
        units = _owed[account];
        if (units == 0) revert InferenceEscrow_NothingOwed(account);
        _owed[account] = 0;
    }

    /// @dev Pays out earned or owed money.
    function _withdraw(address account, address to, uint256 units) internal returns (uint256 amount) {
        amount = units * UNIT;
        emit Withdrawn(account, to, amount);
        _pay(to, units);
    }

    function _pay(address to, uint256 units) internal {
        if (units != 0) IERC20(TOKEN).safeTransfer(to, units * UNIT);
    }

    /// @dev Takes units from the caller's allowance, exactly.
    function _pull(address from, uint256 units) internal {
        uint256 value = units * UNIT;
        uint256 before = _balance();
        IERC20(TOKEN).safeTransferFrom(from, address(this), value);
        _requireReceived(before, value);
    }

    function _requireReceived(uint256 before, uint256 value) internal view {
        uint256 received = _balance() - before;
        if (received != value) revert InferenceEscrow_InexactTransfer(value, received);
    }

    function _balance() internal view returns (uint256) {
        return IERC20(TOKEN).balanceOf(address(this));
    }
}
