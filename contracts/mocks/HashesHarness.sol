// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Opening} from "../interfaces/IChannels.sol";
import {Receipt} from "../interfaces/IInferenceArbiter.sol";
import {ReceiptSet} from "../interfaces/IProofAudits.sol";
import {Batch} from "../interfaces/ISettlements.sol";
import {Commitments, Delta, Hashes} from "../libraries/Hashes.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";

/// @title HashesHarness
/// @notice Shows the struct hashes of {PaymentHashes} and {Hashes} to the golden vectors of EIP-712. Holds no rule of its own.
contract HashesHarness {
    /// @notice See {PaymentHashes.voucher}.
    function voucher(address node, uint256 channel, bytes32 lineId, uint64 cumulative) external pure returns (bytes32) {
        return PaymentHashes.voucher(node, channel, lineId, cumulative);
    }

    /// @notice See {PaymentHashes.receipt}.
    function receipt(Receipt calldata signed) external pure returns (bytes32) {
        return PaymentHashes.receipt(signed);
    }

    /// @notice See {PaymentHashes.batch}.
    function batch(Batch calldata signed, bytes32 rowsHash) external pure returns (bytes32) {
        return PaymentHashes.batch(signed, rowsHash);
    }

    /// @notice See {PaymentHashes.receiptSet}.
    function receiptSet(bytes32 batchHash, ReceiptSet calldata signed) external pure returns (bytes32) {
        return PaymentHashes.receiptSet(batchHash, signed);
    }

    /// @notice See {PaymentHashes.open}.
    function open(Opening calldata opening, uint256 salt, uint256 deadline) external pure returns (bytes32) {
        return PaymentHashes.open(opening, salt, deadline);
    }

    /// @notice See {PaymentHashes.topUp}.
    function topUp(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        uint256 salt
    ) external pure returns (bytes32) {
        return PaymentHashes.topUp(node, lineId, channel, amount, salt);
    }

    /// @notice See {PaymentHashes.closeRequest}.
    function closeRequest(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint256 deadline
    ) external pure returns (bytes32) {
        return PaymentHashes.closeRequest(node, lineId, channel, deadline);
    }

    /// @notice See {PaymentHashes.close}.
    function close(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        uint40 issuedAt
    ) external pure returns (bytes32) {
        return PaymentHashes.close(node, lineId, channel, cumulative, issuedAt);
    }

    /// @notice See {PaymentHashes.challenge}.
    function challenge(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 asserted,
        uint256 deadline
    ) external pure returns (bytes32) {
        return PaymentHashes.challenge(node, lineId, channel, asserted, deadline);
    }

    /// @notice See {Hashes.modelVersion}.
    function modelAnchor(
        bytes32 weightsRoot,
        uint64 byteLength,
        bytes32 architectureHash,
        Commitments calldata commitments
    ) external pure returns (bytes32) {
        return Hashes.modelVersion(weightsRoot, byteLength, architectureHash, commitments);
    }

    /// @notice See {Hashes.deltaAnchor}.
    function deltaAnchor(Delta calldata delta, bytes32 datasetsHash) external pure returns (bytes32) {
        return Hashes.deltaAnchor(delta, datasetsHash);
    }

    /// @notice See {Hashes.datasets}.
    function datasets(bytes32[] calldata ids) external pure returns (bytes32) {
        return Hashes.datasets(ids);
    }

    /// @notice See {Hashes.version}.
    function version(bytes32 parent, bytes32 delta) external pure returns (bytes32) {
        return Hashes.version(parent, delta);
    }
}
