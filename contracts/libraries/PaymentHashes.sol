// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Opening} from "../interfaces/IChannels.sol";
import {Receipt} from "../interfaces/IInferenceArbiter.sol";
import {ReceiptSet} from "../interfaces/IProofAudits.sol";
import {Batch} from "../interfaces/ISettlements.sol";

/// @title PaymentHashes
/// @notice EIP-712 struct hashes of what payers and enclaves sign for InferenceEscrow.
library PaymentHashes {
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)"
    );
    bytes32 internal constant RECEIPT_TYPEHASH = keccak256(
        "Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,bytes32 inputCommitment,bytes32 outputCommitment,uint40 workedAt)"
    );
    bytes32 internal constant BATCH_TYPEHASH = keccak256(
        "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)"
    );
    bytes32 internal constant RECEIPT_SET_TYPEHASH = keccak256(
        "ReceiptSet(bytes32 batchHash,bytes32 root,uint32 count,uint64 total)"
    );
    bytes32 internal constant OPEN_TYPEHASH = keccak256(
        "Open(address node,bytes32 lineId,address payer,address signer,uint64 amount,uint32 closeDelay,bool optimistic,uint256 salt,uint256 deadline)"
    );
    bytes32 internal constant TOP_UP_TYPEHASH = keccak256(
        "TopUp(address node,bytes32 lineId,uint256 channel,uint64 amount,uint256 salt)"
    );
    bytes32 internal constant CLOSE_REQUEST_TYPEHASH = keccak256(
        "CloseRequest(address node,bytes32 lineId,uint256 channel,uint256 deadline)"
    );
    bytes32 internal constant CLOSE_TYPEHASH = keccak256(
        "Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)"
    );
    bytes32 internal constant CHALLENGE_TYPEHASH = keccak256(
        "Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)"
    );

    /// @notice Struct hash of a payer's promise; `cumulative` in units.
    function voucher(address node, uint256 channel, bytes32 lineId, uint64 cumulative) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOUCHER_TYPEHASH, node, channel, lineId, cumulative));
    }

    /// @notice Struct hash of an enclave's word for one inference.
    function receipt(Receipt calldata signed) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_TYPEHASH, signed));
    }

    /// @notice Struct hash of a settlement.
    /// @param rowsHash keccak256 of the packed rows
    /// @dev The calldata as it is, which the compiler would check and copy word by word: whoever acts on a field reads it, and is refused
    /// what does not fit its type.
    function batch(Batch calldata signed, bytes32 rowsHash) internal pure returns (bytes32 structHash) {
        bytes32 typeHash = BATCH_TYPEHASH;
        assembly ("memory-safe") {
            let place := mload(0x40)
            mstore(place, typeHash)
            calldatacopy(add(place, 0x20), signed, 0xc0)
            mstore(add(place, 0xe0), rowsHash)
            structHash := keccak256(place, 0x100)
        }
    }

    /// @notice Struct hash of the receipts behind a batch.
    /// @param batchHash struct hash of the batch
    function receiptSet(bytes32 batchHash, ReceiptSet calldata signed) internal pure returns (bytes32) {
        return keccak256(abi.encode(RECEIPT_SET_TYPEHASH, batchHash, signed));
    }

    /// @notice Struct hash of a payer's instruction to open a channel with his money.
    function open(Opening calldata opening, uint256 salt, uint256 deadline) internal pure returns (bytes32) {
        return keccak256(abi.encode(OPEN_TYPEHASH, opening, salt, deadline));
    }

    /// @notice Struct hash whose digest is the nonce of an authorised top-up.
    function topUp(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        uint256 salt
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(TOP_UP_TYPEHASH, node, lineId, channel, amount, salt));
    }

    /// @notice Struct hash of a payer's instruction to start a close.
    function closeRequest(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_REQUEST_TYPEHASH, node, lineId, channel, deadline));
    }

    /// @notice Struct hash of an enclave's last word on a channel.
    function close(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        uint40 issuedAt
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(CLOSE_TYPEHASH, node, lineId, channel, cumulative, issuedAt));
    }

    /// @notice Struct hash of a signer's word that he signed no more than `asserted` units.
    function challenge(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 asserted,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return keccak256(abi.encode(CHALLENGE_TYPEHASH, node, lineId, channel, asserted, deadline));
    }
}
