// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Offence, Receipt} from "../interfaces/IInferenceArbiter.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {Batch} from "../interfaces/ISettlements.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {ArbiterBase} from "./ArbiterBase.sol";

/// @title FraudProofs
/// @notice The part of InferenceArbiter that convicts on signatures.
abstract contract FraudProofs is ArbiterBase {
    mapping(bytes32 offenceId => bool) private _convicted;

    /// @inheritdoc IInferenceArbiter
    function proveDoubleReceipt(
        address escrow,
        Receipt calldata first,
        bytes calldata firstSignature,
        Receipt calldata second,
        bytes calldata secondSignature
    ) external {
        bytes32 firstHash = _requireReceipt(escrow, first, firstSignature);
        bytes32 secondHash = _requireReceipt(escrow, second, secondSignature);
        bool isDouble = _isSameChannel(first, second) && first.seq == second.seq && firstHash != secondHash;
        if (!isDouble) revert InferenceArbiter_NoOffence(Offence.DoubleReceipt);
        _convict(escrow, Offence.DoubleReceipt, first, first.seq);
    }

    /// @inheritdoc IInferenceArbiter
    function proveDoubleBatch(
        address escrow,
        Batch calldata first,
        bytes32 firstRowsHash,
        bytes calldata firstSignature,
        Batch calldata second,
        bytes32 secondRowsHash,
        bytes calldata secondSignature
    ) external {
        bytes32 firstHash = PaymentHashes.batch(first, firstRowsHash);
        bytes32 secondHash = PaymentHashes.batch(second, secondRowsHash);
        _requireEnclave(escrow, first.node, firstHash, firstSignature);
        _requireEnclave(escrow, second.node, secondHash, secondSignature);
        bool isSameBook = first.node == second.node && first.lineId == second.lineId;
        if (!isSameBook || first.nonce != second.nonce || firstHash == secondHash) {
            revert InferenceArbiter_NoOffence(Offence.DoubleBatch);
        }
        bytes32 offenceId = keccak256(abi.encode(Offence.DoubleBatch, escrow, first.node, first.lineId, first.nonce));
        _slash(first.node, Offence.DoubleBatch, offenceId, msg.sender);
    }

    /// @inheritdoc IInferenceArbiter
    function proveLateReceipt(address escrow, Receipt calldata receipt, bytes calldata signature) external {
        bytes32 structHash = PaymentHashes.receipt(receipt);
        address enclave = _requireEnclave(escrow, receipt.node, structHash, signature);
        // Not `validUntil`: whoever has an enclave rechecked could ask for a last answer and convict an honest node with it.
        if (receipt.workedAt <= INodeRegistry(NODES).enclaveOf(enclave).promisedUntil) {
            revert InferenceArbiter_NoOffence(Offence.LateReceipt);
        }
        _convict(escrow, Offence.LateReceipt, receipt, receipt.seq);
    }

    /// @inheritdoc IInferenceArbiter
    /// @dev An honest enclave's receipt never becomes one: whenever a version is superseded, its `payableUntil` is set to that time or later.
    function proveStaleReceipt(address escrow, Receipt calldata receipt, bytes calldata signature) external {
        _requireReceipt(escrow, receipt, signature);
        if (LEDGER.payableUntil(receipt.lineId, receipt.versionHash) >= receipt.workedAt) {
            revert InferenceArbiter_NoOffence(Offence.StaleReceipt);
        }
        _convict(escrow, Offence.StaleReceipt, receipt, receipt.seq);
    }

    /// @inheritdoc IInferenceArbiter
    function proveBackwardMeter(
        address escrow,
        Receipt calldata earlier,
        bytes calldata earlierSignature,
        Receipt calldata later,
        bytes calldata laterSignature
    ) external {
        _requireReceipt(escrow, earlier, earlierSignature);
        _requireReceipt(escrow, later, laterSignature);
        bool isLater = _isSameChannel(earlier, later) && later.seq > earlier.seq;
        if (!isLater || later.cumulative >= uint256(earlier.cumulative) + later.price) {
            revert InferenceArbiter_NoOffence(Offence.BackwardMeter);
        }
        _convict(escrow, Offence.BackwardMeter, later, later.seq);
    }

    /// @inheritdoc IInferenceArbiter
    function isConvicted(bytes32 offenceId) external view returns (bool) {
        return _convicted[offenceId];
    }

    /// @dev Convicts for a receipt; the channel's payer is the victim, or whoever shows it when there is no such channel.
    function _convict(address escrow, Offence offence, Receipt calldata receipt, uint64 seq) private {
        bytes32 offenceId = keccak256(abi.encode(offence, escrow, receipt.node, receipt.lineId, receipt.channel, seq));
        _slash(receipt.node, offence, offenceId, _payerOf(escrow, receipt, msg.sender));
    }

    function _slash(address node, Offence offence, bytes32 offenceId, address victim) private {
        if (_convicted[offenceId]) revert InferenceArbiter_AlreadyConvicted(offenceId);
        _convicted[offenceId] = true;
        (uint256 paid, uint256 burned) = _takePenalty(node, victim, 0);
        emit Convicted(node, offence, offenceId, victim, paid, burned);
    }

    function _isSameChannel(Receipt calldata first, Receipt calldata second) private pure returns (bool) {
        return first.node == second.node && first.lineId == second.lineId && first.channel == second.channel;
    }
}
