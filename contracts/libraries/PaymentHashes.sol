// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Row} from "../interfaces/IInferenceEscrow.sol";

/// @title PaymentHashes
/// @notice EIP-712 struct hashes of what payers and enclaves sign for InferenceEscrow.
library PaymentHashes {
    bytes32 internal constant VOUCHER_TYPEHASH = keccak256(
        "Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)"
    );
    bytes32 internal constant CLAIM_TYPEHASH = keccak256("Claim(uint256 channel,uint64 metered)");
    bytes32 internal constant BATCH_TYPEHASH = keccak256(
        "Batch(address node,bytes32 lineId,bytes32 versionHash,uint40 lastAt,Claim[] claims)Claim(uint256 channel,uint64 metered)"
    );

    /// @notice Struct hash of a voucher.
    /// @param cumulative units
    function voucher(address node, uint256 channel, bytes32 lineId, uint64 cumulative) internal pure returns (bytes32) {
        return keccak256(abi.encode(VOUCHER_TYPEHASH, node, channel, lineId, cumulative));
    }

    /// @notice Struct hash of a batch; of each row the enclave signs `channel` and `metered`.
    function batch(Batch calldata signed, Row[] calldata rows) internal pure returns (bytes32) {
        bytes32[] memory claims = new bytes32[](rows.length);
        for (uint256 i = 0; i < rows.length; ++i) {
            claims[i] = keccak256(abi.encode(CLAIM_TYPEHASH, rows[i].channel, rows[i].metered));
        }
        return
            keccak256(
                abi.encode(
                    BATCH_TYPEHASH,
                    signed.node,
                    signed.lineId,
                    signed.versionHash,
                    signed.lastAt,
                    keccak256(abi.encodePacked(claims))
                )
            );
    }
}
