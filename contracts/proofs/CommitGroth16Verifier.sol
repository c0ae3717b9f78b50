// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICommitGroth16Verifier, Point} from "../interfaces/ICommitGroth16Verifier.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";
import {Bn254} from "./Bn254.sol";

/// @title CommitGroth16Verifier
/// @notice See {ICommitGroth16Verifier}. Experimental until an outside review.
/// @dev W is added to IC_0 once the key is in memory; after that the checks are those of tier 1. The code ends with the key, {versions} in
/// twenty bytes and, in two, the length of the key without its link.
/// @custom:security-contact see SECURITY.md
contract CommitGroth16Verifier is ICommitGroth16Verifier {
    uint256 private constant PROOF_LENGTH = 256;
    /// @dev A proof and x of its sum.
    uint256 private constant SUM_PROOF_LENGTH = 288;
    /// @dev W and pi.
    uint256 private constant LINK_LENGTH = 128;
    /// @dev k0 and k1.
    uint256 private constant LINK_KEY_LENGTH = 256;

    /// @dev No point of the curve has y = 0, so zero is none.
    mapping(uint256 root => mapping(uint256 x => uint256 y)) private _sums;

    /// @inheritdoc ICommitGroth16Verifier
    function link(uint256 root, Point calldata anchor, bytes calldata linked) external returns (bool) {
        (uint256 place, uint256 length) = _loadKey();
        if (msg.sender != versions()) revert CommitGroth16Verifier_NotVersions(msg.sender);
        if (linked.length != LINK_LENGTH || !_isLinked(place + length, anchor, linked)) return false;
        (uint256 x, uint256 y) = _sumIn(linked);
        if (_sums[root][x] != 0) revert CommitGroth16Verifier_Linked(root, x);
        _sums[root][x] = y;
        return true;
    }

    /// @inheritdoc IProofVerifier
    function verify(uint256[] calldata publics, bytes calldata proof) external view returns (bool) {
        (uint256 place, uint256 length) = _loadKey();
        if (proof.length != SUM_PROOF_LENGTH || publics.length != _publicCount(length) + 1) return false;
        if (!_addSum(place, publics[0], uint256(bytes32(proof[PROOF_LENGTH:])))) return false;
        return _checkOne(place, length, publics[1:], proof[:PROOF_LENGTH]);
    }

    /// @inheritdoc ICommitGroth16Verifier
    function verifyLinked(
        uint256[] calldata publics,
        Point calldata anchor,
        bytes calldata proof
    ) external view returns (bool) {
        (uint256 place, uint256 length) = _loadKey();
        if (proof.length != PROOF_LENGTH + LINK_LENGTH || publics.length != _publicCount(length)) return false;
        bytes calldata linked = proof[PROOF_LENGTH:];
        if (!_isLinked(place + length, anchor, linked)) return false;
        (uint256 x, uint256 y) = _sumIn(linked);
        return Bn254.addPoint(place + Bn254.KEY_HEAD, x, y) && _checkOne(place, length, publics, proof[:PROOF_LENGTH]);
    }

    /// @inheritdoc ICommitGroth16Verifier
    function verifyBatch(
        uint256 root,
        uint256 x,
        uint256[] calldata publics,
        bytes calldata proofs
    ) external view returns (bool) {
        (uint256 place, uint256 length) = _loadKey();
        uint256 width = _publicCount(length);
        uint256 count = proofs.length / PROOF_LENGTH;
        if (count == 0 || proofs.length % PROOF_LENGTH != 0 || publics.length != count * width) return false;
        if (!_addSum(place, root, x)) return false;
        // Everything that the batch says, and the key, whose verifier this is.
        bytes32 seed = keccak256(
            abi.encode(address(this), root, x, keccak256(abi.encodePacked(publics)), keccak256(proofs))
        );
        return Bn254.checkMany(place, width, publics, proofs, seed);
    }

    /// @inheritdoc ICommitGroth16Verifier
    function sumOf(uint256 root, uint256 x) external view returns (uint256) {
        return _sums[root][x];
    }

    /// @inheritdoc IProofVerifier
    function keyHash() external pure returns (bytes32 hash) {
        (uint256 place, uint256 length) = _loadKey();
        assembly ("memory-safe") {
            hash := keccak256(place, add(length, LINK_KEY_LENGTH))
        }
    }

    /// @inheritdoc ICommitGroth16Verifier
    function key() external pure returns (bytes memory copy) {
        (uint256 place, uint256 length) = _loadKey();
        copy = new bytes(length + LINK_KEY_LENGTH);
        assembly ("memory-safe") {
            mcopy(add(copy, 0x20), place, mload(copy))
        }
    }

    /// @inheritdoc ICommitGroth16Verifier
    function versions() public pure returns (address account) {
        assembly ("memory-safe") {
            codecopy(0, sub(codesize(), 22), 20)
            account := shr(96, mload(0))
        }
    }

    /// @dev Adds the linked sum of these names to the key's IC_0. False when there is none.
    function _addSum(uint256 place, uint256 root, uint256 x) private view returns (bool) {
        uint256 y = _sums[root][x];
        return y != 0 && Bn254.addPoint(place + Bn254.KEY_HEAD, x, y);
    }

    /// @dev Whether a link with W and an anchor that are not infinity holds under the link's key at `place`.
    function _isLinked(uint256 place, Point calldata anchor, bytes calldata linked) private view returns (bool) {
        (, uint256 y) = _sumIn(linked);
        return y != 0 && anchor.y != 0 && Bn254.checkLink(place, anchor.x, anchor.y, linked);
    }

    function _sumIn(bytes calldata linked) private pure returns (uint256 x, uint256 y) {
        (x, y) = (uint256(bytes32(linked[:32])), uint256(bytes32(linked[32:64])));
    }

    /// @dev Place of the key in memory, and its length in bytes without its link, which follows.
    function _loadKey() private pure returns (uint256 place, uint256 length) {
        assembly ("memory-safe") {
            codecopy(0, sub(codesize(), 2), 2)
            length := shr(240, mload(0))
            place := mload(0x40)
            let whole := add(length, LINK_KEY_LENGTH)
            codecopy(place, sub(sub(codesize(), 22), whole), whole)
            // Lengths of keys are multiples of 64.
            mstore(0x40, add(place, whole))
        }
    }

    /// @dev {Bn254-checkOne} with the IC_0 that the key at `place` has in memory.
    function _checkOne(
        uint256 place,
        uint256 length,
        uint256[] calldata publics,
        bytes calldata proof
    ) private view returns (bool) {
        uint256 whole = length + LINK_KEY_LENGTH;
        uint256 offset;
        assembly ("memory-safe") {
            offset := sub(sub(codesize(), 22), whole)
        }
        return Bn254.checkOne(place + whole, offset, place + Bn254.KEY_HEAD, publics, proof);
    }

    function _publicCount(uint256 length) private pure returns (uint256) {
        unchecked {
            return (length - Bn254.KEY_HEAD) / 64 - 1;
        }
    }
}
