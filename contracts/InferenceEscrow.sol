// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IDeltaLedger} from "./interfaces/IDeltaLedger.sol";
import {Batch, Channel, IInferenceEscrow, Row} from "./interfaces/IInferenceEscrow.sol";
import {INodeRegistry} from "./interfaces/INodeRegistry.sol";
import {PaymentHashes} from "./libraries/PaymentHashes.sol";

/// @title InferenceEscrow
/// @notice Prepaid channels of payers towards nodes.
/// @dev Safety assumption about the token: `transfer` moves exactly what it is asked to. Deposits check it.
/// @custom:security-contact see SECURITY.md
contract InferenceEscrow is IInferenceEscrow, AccessManaged, EIP712, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    uint256 private constant MAX_ROWS = 256;

    /// @inheritdoc IInferenceEscrow
    address public immutable TOKEN;
    /// @inheritdoc IInferenceEscrow
    uint256 public immutable UNIT;
    /// @inheritdoc IInferenceEscrow
    uint32 public immutable CLOSE_DELAY;
    /// @inheritdoc IInferenceEscrow
    uint32 public immutable MAX_BATCH_AGE;
    /// @notice Says until when a version is payable.
    IDeltaLedger public immutable LEDGER;
    /// @notice Knows nodes and their enclaves.
    INodeRegistry public immutable NODES;

    mapping(address node => mapping(uint256 channel => Channel)) private _channels;
    mapping(address node => uint256 count) private _channelCount;
    // No sum of amounts overflows 64 bits: each is a part of `_liabilities`.
    mapping(address node => uint64 units) private _earned;
    mapping(address payer => uint64 units) private _owed;
    uint64 private _liabilities;
    bool private _depositsPaused;

    /// @param authority AccessManager of the deposit pause
    /// @param token what is paid with
    /// @param ledger says until when a version is payable
    /// @param nodes knows nodes and their enclaves
    /// @param closeDelay seconds from {requestClose} to {withdrawChannel}
    /// @param maxBatchAge seconds after which a batch is too old to be settled
    constructor(
        address authority,
        IERC20Metadata token,
        IDeltaLedger ledger,
        INodeRegistry nodes,
        uint32 closeDelay,
        uint32 maxBatchAge
    ) AccessManaged(authority) EIP712("Freehold InferenceEscrow", "1") {
        if (address(ledger) == address(0)) revert InferenceEscrow_ZeroAddress();
        uint256 needed = uint256(nodes.MAX_ENCLAVE_TTL()) + maxBatchAge;
        if (nodes.THAW_PERIOD() < needed) revert InferenceEscrow_ThawTooShort(nodes.THAW_PERIOD(), needed);

        uint8 decimals = token.decimals();
        TOKEN = address(token);
        UNIT = decimals > 6 ? 10 ** (decimals - 6) : 1;
        LEDGER = ledger;
        NODES = nodes;
        CLOSE_DELAY = closeDelay;
        MAX_BATCH_AGE = maxBatchAge;
    }

    /// @inheritdoc IInferenceEscrow
    function open(address node, address signer, uint64 amount) external nonReentrant returns (uint256 channel) {
        if (signer == address(0)) revert InferenceEscrow_ZeroAddress();
        if (NODES.payoutOf(node) == address(0)) revert InferenceEscrow_UnknownNode(node);

        channel = _channelCount[node]++;
        Channel storage opened = _channels[node][channel];
        opened.payer = msg.sender;
        opened.signer = signer;
        opened.deposited = amount;
        emit ChannelOpened(node, channel, msg.sender, signer, amount);

        _deposit(amount);
    }

    /// @inheritdoc IInferenceEscrow
    function topUp(address node, uint256 channel, uint64 amount) external nonReentrant {
        Channel storage topped = _known(node, channel);
        _requireOpen(topped, node, channel);
        uint64 deposited = topped.deposited;
        if (amount > type(uint64).max - deposited) revert InferenceEscrow_AmountTooLarge(deposited, amount);

        topped.deposited = deposited + amount;
        emit ChannelToppedUp(node, channel, amount, deposited + amount);

        _deposit(amount);
    }

    /// @inheritdoc IInferenceEscrow
    function requestClose(address node, uint256 channel) external {
        Channel storage closing = _known(node, channel);
        if (closing.payer != msg.sender) revert InferenceEscrow_NotPayer(node, channel, msg.sender);
        _requireOpen(closing, node, channel);

        uint40 closeAt = uint40(block.timestamp) + CLOSE_DELAY;
        closing.closeAt = closeAt;
        emit CloseRequested(node, channel, closeAt);
    }

    /// @inheritdoc IInferenceEscrow
    function withdrawChannel(address node, uint256 channel, address to) external nonReentrant returns (uint64 refund) {
        Channel storage closing = _known(node, channel);
        if (closing.payer != msg.sender) revert InferenceEscrow_NotPayer(node, channel, msg.sender);
        if (to == address(0)) revert InferenceEscrow_ZeroAddress();
        uint40 closeAt = closing.closeAt;
        if (closing.closed) revert InferenceEscrow_ChannelClosing(node, channel, closeAt);
        if (closeAt == 0 || block.timestamp < closeAt) revert InferenceEscrow_CloseNotDue(node, channel, closeAt);

        refund = _close(closing, node, channel);
        _pay(to, refund);
    }

    /// @inheritdoc IInferenceEscrow
    function release(uint256 channel) external returns (uint64 refund) {
        Channel storage released = _known(msg.sender, channel);
        if (released.closed) revert InferenceEscrow_ChannelClosing(msg.sender, channel, released.closeAt);

        refund = _close(released, msg.sender, channel);
        _owed[released.payer] += refund;
    }

    /// @inheritdoc IInferenceEscrow
    function settle(
        Batch calldata batch,
        Row[] calldata rows,
        bytes calldata enclaveSignature
    ) external returns (uint64 total, uint256 skipped) {
        address enclave = _checkBatch(batch, rows, enclaveSignature);

        bytes32 domain = _domainSeparatorV4();
        for (uint256 i = 0; i < rows.length; ++i) {
            uint64 pay = _payRow(batch, rows[i], domain);
            if (pay == 0) skipped |= 1 << i;
            total += pay;
        }
        _earned[batch.node] += total;
        emit BatchSettled(batch.node, batch.lineId, batch.versionHash, enclave, total, skipped);
    }

    /// @inheritdoc IInferenceEscrow
    function collect(address node) external nonReentrant returns (uint256 amount) {
        uint64 units = _earned[node];
        if (units == 0) revert InferenceEscrow_NothingOwed(node);

        _earned[node] = 0;
        amount = _withdraw(node, NODES.payoutOf(node), units);
    }

    /// @inheritdoc IInferenceEscrow
    function withdraw(address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0)) revert InferenceEscrow_ZeroAddress();
        uint64 units = _owed[msg.sender];
        if (units == 0) revert InferenceEscrow_NothingOwed(msg.sender);

        _owed[msg.sender] = 0;
        amount = _withdraw(msg.sender, to, units);
    }

    /// @inheritdoc IInferenceEscrow
    function setDepositsPaused(bool paused) external restricted {
        _depositsPaused = paused;
        emit DepositsPaused(paused);
    }

    /// @inheritdoc IInferenceEscrow
    function channelOf(address node, uint256 channel) external view returns (Channel memory) {
        return _known(node, channel);
    }

    /// @inheritdoc IInferenceEscrow
    function channelCount(address node) external view returns (uint256) {
        return _channelCount[node];
    }

    /// @inheritdoc IInferenceEscrow
    function earned(address node) external view returns (uint64) {
        return _earned[node];
    }

    /// @inheritdoc IInferenceEscrow
    function owed(address payer) external view returns (uint64) {
        return _owed[payer];
    }

    /// @inheritdoc IInferenceEscrow
    function voucherDigest(
        address node,
        uint256 channel,
        bytes32 lineId,
        uint64 cumulative
    ) external view returns (bytes32) {
        return _hashTypedDataV4(PaymentHashes.voucher(node, channel, lineId, cumulative));
    }

    /// @inheritdoc IInferenceEscrow
    function batchDigest(Batch calldata batch, Row[] calldata rows) external view returns (bytes32) {
        return _hashTypedDataV4(PaymentHashes.batch(batch, rows));
    }

    /// @inheritdoc IInferenceEscrow
    function liabilities() external view returns (uint256) {
        return _liabilities;
    }

    /// @inheritdoc IInferenceEscrow
    function depositsPaused() external view returns (bool) {
        return _depositsPaused;
    }

    /// @dev Takes `amount` units from the caller. The last step of a deposit.
    function _deposit(uint64 amount) private {
        if (_depositsPaused) revert InferenceEscrow_DepositsPaused();
        if (amount == 0) revert InferenceEscrow_ZeroAmount();
        uint64 held = _liabilities;
        if (amount > type(uint64).max - held) revert InferenceEscrow_AmountTooLarge(held, amount);
        _liabilities = held + amount;

        uint256 value = amount * UNIT;
        uint256 before = IERC20(TOKEN).balanceOf(address(this));
        IERC20(TOKEN).safeTransferFrom(msg.sender, address(this), value);
        uint256 received = IERC20(TOKEN).balanceOf(address(this)) - before;
        if (received != value) revert InferenceEscrow_InexactTransfer(value, received);
    }

    /// @dev Checks all of a batch but its rows, and says who signed it.
    function _checkBatch(
        Batch calldata batch,
        Row[] calldata rows,
        bytes calldata enclaveSignature
    ) private view returns (address enclave) {
        if (rows.length == 0 || rows.length > MAX_ROWS) revert InferenceEscrow_InvalidRowCount(rows.length);
        if (batch.lastAt > block.timestamp || block.timestamp - batch.lastAt > MAX_BATCH_AGE) {
            revert InferenceEscrow_BatchTimeInvalid(batch.lastAt, block.timestamp);
        }

        ECDSA.RecoverError failure;
        bytes32 digest = _hashTypedDataV4(PaymentHashes.batch(batch, rows));
        (enclave, failure, ) = ECDSA.tryRecoverCalldata(digest, enclaveSignature);
        if (failure != ECDSA.RecoverError.NoError) revert InferenceEscrow_BadBatchSignature();
        NODES.requirePayable(batch.node, enclave, batch.lineId, batch.lastAt);

        uint40 payableUntil = LEDGER.payableUntil(batch.lineId, batch.versionHash);
        if (payableUntil == 0 || payableUntil < batch.lastAt) {
            revert InferenceEscrow_VersionNotPayable(batch.lineId, batch.versionHash, batch.lastAt, payableUntil);
        }
    }

    /// @dev Pays one row and makes no external call but ecrecover's; 0 when it is skipped.
    function _payRow(Batch calldata batch, Row calldata row, bytes32 domain) private returns (uint64 pay) {
        Channel storage channel = _channels[batch.node][row.channel];
        uint40 closeAt = channel.closeAt;
        if (channel.closed || (closeAt != 0 && block.timestamp > closeAt)) return 0;

        uint64 paid = channel.paid;
        uint64 cumulative = uint64(Math.min(Math.min(row.metered, row.signed), channel.deposited));
        if (cumulative <= paid) return 0;

        bytes32 voucher = PaymentHashes.voucher(batch.node, row.channel, batch.lineId, row.signed);
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, voucher);
        // An error leaves `signer` zero, which is no channel's signer: an unknown channel has nothing deposited.
        (address signer, , ) = ECDSA.tryRecover(digest, row.r, row.vs);
        if (signer != channel.signer) return 0;

        channel.paid = cumulative;
        return cumulative - paid;
    }

    /// @dev Retires a channel; the caller accounts for its rest.
    function _close(Channel storage channel, address node, uint256 index) private returns (uint64 refund) {
        refund = channel.deposited - channel.paid;
        channel.closed = true;
        emit ChannelClosed(node, index, channel.payer, refund);
    }

    function _withdraw(address account, address to, uint64 units) private returns (uint256 amount) {
        amount = units * UNIT;
        emit Withdrawn(account, to, amount);
        _pay(to, units);
    }

    function _pay(address to, uint64 units) private {
        _liabilities -= units;
        if (units != 0) IERC20(TOKEN).safeTransfer(to, units * UNIT);
    }

    function _known(address node, uint256 channel) private view returns (Channel storage known) {
        known = _channels[node][channel];
        if (known.payer == address(0)) revert InferenceEscrow_UnknownChannel(node, channel);
    }

    function _requireOpen(Channel storage channel, address node, uint256 index) private view {
        if (channel.closed || channel.closeAt != 0) {
            revert InferenceEscrow_ChannelClosing(node, index, channel.closeAt);
        }
    }
}
