// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Hashes as Pairs} from "@openzeppelin/contracts/utils/cryptography/Hashes.sol";

/// @notice What zero-knowledge proofs speak about. All zero where no circuit expresses the model.
/// @param poseidonRoot Poseidon digest of the packed weights, an element of the BN254 scalar field
/// @param pedersenX x of the Pedersen vector commitment, an element of the BN254 base field
/// @param pedersenY y of the same point
struct Commitments {
    bytes32 poseidonRoot;
    uint256 pedersenX;
    uint256 pedersenY;
}

/// @notice How the file of a delta changes the weights before it.
/// @custom:value0 Dense a difference for every element of the tensors that it names
/// @custom:value1 Sparse positions and differences
/// @custom:value2 Lora low-rank factors A, B and a scale alpha
enum DeltaFormat {
    Dense,
    Sparse,
    Lora
}

/// @notice The result of one fine-tuning session, as it is anchored.
/// @param weightsRoot SHA-256 Merkle root of the delta's file
/// @param byteLength length of that file in bytes, not zero
/// @param format how to apply it
/// @param commitments of the weights after the delta, zero where no circuit expresses the model
struct Delta {
    bytes32 weightsRoot;
    uint64 byteLength;
    DeltaFormat format;
    Commitments commitments;
}

/// @title Hashes
/// @notice Version hashes: h0 = H(model anchor), h(n) = H(h(n-1), delta anchor). They name the effective weights
/// without merging files, and are the same on every chain. Formats are EIP-712 struct hashes.
library Hashes {
    /// @dev Order of the BN254 scalar field (EIP-197).
    uint256 internal constant BN254_R = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    /// @dev Order of the BN254 base field (EIP-196).
    uint256 internal constant BN254_P = 21888242871839275222246405745257275088696311157297823662689037894645226208583;

    bytes32 internal constant MODEL_ANCHOR_TYPEHASH = keccak256(
        "ModelAnchor(bytes32 weightsRoot,uint64 byteLength,bytes32 architectureHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)"
    );
    bytes32 internal constant DELTA_ANCHOR_TYPEHASH = keccak256(
        "DeltaAnchor(bytes32 weightsRoot,uint64 byteLength,uint8 format,bytes32 datasetsHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)"
    );
    bytes32 internal constant VERSION_TYPEHASH = keccak256("Version(bytes32 parent,bytes32 delta)");

    /// @dev keccak256 of nothing: most deltas cite no dataset.
    bytes32 private constant EMPTY = keccak256("");

    /// @notice Version hash of a base: h0.
    function modelVersion(
        bytes32 weightsRoot,
        uint64 byteLength,
        bytes32 architectureHash,
        Commitments memory c
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    MODEL_ANCHOR_TYPEHASH,
                    weightsRoot,
                    byteLength,
                    architectureHash,
                    c.poseidonRoot,
                    c.pedersenX,
                    c.pedersenY
                )
            );
    }

    /// @notice Struct hash of a delta and of the datasets that it cites.
    /// @param datasetsHash {datasets} of the cited ids
    /// @dev keccak256(abi.encode(DELTA_ANCHOR_TYPEHASH, ...)), 400 gas cheaper because unchecked: whoever relies on it
    /// reads `byteLength` and `format` elsewhere, where the compiler checks their range.
    function deltaAnchor(Delta calldata delta, bytes32 datasetsHash) internal pure returns (bytes32 anchor) {
        bytes32 typeHash = DELTA_ANCHOR_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            calldatacopy(add(free, 0x20), delta, 0x60)
            mstore(add(free, 0x80), datasetsHash)
            calldatacopy(add(free, 0xa0), add(delta, 0x60), 0x60)
            anchor := keccak256(free, 0x100)
        }
    }

    /// @notice Version hash of the version that `anchor` (a {deltaAnchor}) makes of `parent`.
    /// @dev keccak256(abi.encode(VERSION_TYPEHASH, parent, anchor)).
    function version(bytes32 parent, bytes32 anchor) internal pure returns (bytes32 versionHash) {
        bytes32 typeHash = VERSION_TYPEHASH;
        assembly ("memory-safe") {
            let free := mload(0x40)
            mstore(free, typeHash)
            mstore(add(free, 0x20), parent)
            mstore(add(free, 0x40), anchor)
            versionHash := keccak256(free, 0x60)
        }
    }

    /// @notice EIP-712 hash of an array of dataset ids.
    function datasets(bytes32[] calldata ids) internal pure returns (bytes32) {
        return ids.length == 0 ? EMPTY : keccak256(abi.encodePacked(ids));
    }

    /// @notice Id of an account's line on a model: keccak256(abi.encode(modelId, account)).
    function lineId(uint256 modelId, address account) internal pure returns (bytes32) {
        return Pairs.efficientKeccak256(bytes32(modelId), bytes32(uint256(uint160(account))));
    }

    /// @notice Whether the digests are absent, or elements of their field and a point of BN254 (y^2 = x^3 + 3).
    function areValid(Commitments calldata c) internal pure returns (bool) {
        if (uint256(c.poseidonRoot) >= BN254_R) return false;
        if (c.pedersenX == 0 && c.pedersenY == 0) return true;
        if (c.pedersenX >= BN254_P || c.pedersenY >= BN254_P) return false;
        uint256 cube = mulmod(mulmod(c.pedersenX, c.pedersenX, BN254_P), c.pedersenX, BN254_P);
        return mulmod(c.pedersenY, c.pedersenY, BN254_P) == addmod(cube, 3, BN254_P);
    }

    /// @notice Whether all three digests are zero.
    function isZero(Commitments calldata c) internal pure returns (bool) {
        return (uint256(c.poseidonRoot) | c.pedersenX | c.pedersenY) == 0;
    }
}
