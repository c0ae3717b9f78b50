// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ProofContexts
/// @notice What a proof is for, as one public input: keccak256 over a type and the fields that it names, modulo the order of BN254's scalar
/// field. Chain and contract are those of the caller. Circuits bind it, so a proof is good for this one use.
library ProofContexts {
    /// @dev Order of BN254's scalar field.
    uint256 private constant R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;

    bytes32 private constant REGISTRATION_TYPEHASH = keccak256(
        "Registration(uint256 chainId,address proofs,uint256 modelId,bytes32 lineId,bytes32 versionHash)"
    );
    bytes32 private constant DELTA_TYPEHASH = keccak256(
        "Delta(uint256 chainId,address proofs,uint256 modelId,bytes32 lineId,bytes32 versionHash)"
    );
    bytes32 private constant INFERENCE_TYPEHASH = keccak256(
        "Inference(uint256 chainId,address arbiter,uint256 modelId,bytes32 lineId,bytes32 versionHash,address escrow,bytes32 receiptHash,address requester,uint40 deadline)"
    );

    /// @notice Context of a version's registration proof.
    function registration(uint256 modelId, bytes32 lineId, bytes32 versionHash) internal view returns (uint256) {
        return _reduce(abi.encode(REGISTRATION_TYPEHASH, block.chainid, address(this), modelId, lineId, versionHash));
    }

    /// @notice Context of the proof of a delta.
    function delta(uint256 modelId, bytes32 lineId, bytes32 versionHash) internal view returns (uint256) {
        return _reduce(abi.encode(DELTA_TYPEHASH, block.chainid, address(this), modelId, lineId, versionHash));
    }

    /// @notice Context of an inference's proof.
    /// @param escrow for whose domain the receipt was signed
    /// @param receiptHash EIP-712 struct hash of the receipt, which names the request
    /// @param requester who demanded the proof; zero for an audit
    /// @param deadline Unix seconds, the last at which the proof counts
    function inference(
        uint256 modelId,
        bytes32 lineId,
        bytes32 versionHash,
        address escrow,
        bytes32 receiptHash,
        address requester,
        uint40 deadline
    ) internal view returns (uint256) {
        return
            _reduce(
                abi.encode(
                    INFERENCE_TYPEHASH,
                    block.chainid,
                    address(this),
                    modelId,
                    lineId,
                    versionHash,
                    escrow,
                    receiptHash,
                    requester,
                    deadline
                )
            );
    }

    function _reduce(bytes memory fields) private pure returns (uint256) {
        return uint256(keccak256(fields)) % R;
    }
}
