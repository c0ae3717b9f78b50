// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IGroth16Verifier} from "../interfaces/IGroth16Verifier.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";
import {Bn254} from "./Bn254.sol";

/// @title Groth16Verifier
/// @notice See {IGroth16Verifier}. The key is the end of this contract's own code, which Groth16Factory put there: reading it costs no
/// access to storage or to another account.
/// @dev A proof (A, B, C) of publics x is valid when e(-A, B) e(alpha, beta) e(IC_0 + sum x_i IC_i, gamma) e(C, delta) = 1. The code ends
/// with the key and, in two bytes, its length.
/// @custom:security-contact see SECURITY.md
contract Groth16Verifier is IGroth16Verifier {
    uint256 private constant PROOF_LENGTH = 256;

    /// @inheritdoc IProofVerifier
    function verify(uint256[] calldata publics, bytes calldata proof) external view returns (bool) {
        (uint256 offset, uint256 length) = _findKey();
        unchecked {
            // In one comparison: a key has a point more than there are publics.
            uint256 wanted = Bn254.KEY_HEAD + 64 * (publics.length + 1);
            if ((proof.length ^ PROOF_LENGTH) | (length ^ wanted) != 0) return false;
        }
        assembly ("memory-safe") {
            // IC_0, where the sum begins.
            codecopy(0, add(offset, 448), 64)
        }
        // Nothing was allocated: the free memory begins at 0x80.
        bool isValid = Bn254.checkOne(0x80, offset, 0, publics, proof);
        assembly ("memory-safe") {
            // What the compiler would do with more copies.
            mstore(0, isValid)
            return(0, 0x20)
        }
    }

    /// @inheritdoc IGroth16Verifier
    function verifyBatch(uint256[] calldata publics, bytes calldata proofs) external view returns (bool) {
        (uint256 place, uint256 length) = _loadKey();
        uint256 width = _publicCount(length);
        uint256 count = proofs.length / PROOF_LENGTH;
        if (count == 0 || proofs.length % PROOF_LENGTH != 0 || publics.length != count * width) return false;
        return Bn254.checkMany(place, width, publics, proofs, _seed(publics, proofs));
    }

    /// @inheritdoc IProofVerifier
    function keyHash() external pure returns (bytes32 hash) {
        (uint256 place, uint256 length) = _loadKey();
        assembly ("memory-safe") {
            hash := keccak256(place, length)
        }
    }

    /// @inheritdoc IGroth16Verifier
    function key() external pure returns (bytes memory copy) {
        (uint256 place, uint256 length) = _loadKey();
        copy = new bytes(length);
        assembly ("memory-safe") {
            mcopy(add(copy, 0x20), place, length)
        }
    }

    /// @dev What the factors of a batch are drawn from: everything that the batch says, and the key, whose verifier this is.
    function _seed(uint256[] calldata publics, bytes calldata proofs) private view returns (bytes32) {
        return keccak256(abi.encodePacked(address(this), keccak256(abi.encodePacked(publics)), keccak256(proofs)));
    }

    /// @dev Place of the key in memory, and its length in bytes.
    function _loadKey() private pure returns (uint256 place, uint256 length) {
        uint256 offset;
        (offset, length) = _findKey();
        assembly ("memory-safe") {
            place := mload(0x40)
            codecopy(place, offset, length)
            // Lengths of keys are multiples of 64.
            mstore(0x40, add(place, length))
        }
    }

    /// @dev Offset of the key in this contract's code, and its length in bytes.
    function _findKey() private pure returns (uint256 offset, uint256 length) {
        assembly ("memory-safe") {
            let end := sub(codesize(), 2)
            codecopy(0, end, 2)
            length := shr(240, mload(0))
            offset := sub(end, length)
        }
    }

    function _publicCount(uint256 length) private pure returns (uint256) {
        unchecked {
            return (length - Bn254.KEY_HEAD) / 64 - 1;
        }
    }
}
