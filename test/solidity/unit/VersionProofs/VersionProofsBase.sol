// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Circuit, CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

/// @notice Two committed versions, one after the other, and what proofs about them state.
abstract contract VersionProofsBase is ProofsBase {
    bytes32 internal constant NEXT_ROOT = bytes32(uint256(0x9008));
    bytes32 internal constant DELTA_ROOT = bytes32(uint256(0xde17a));

    bytes32 internal nextHash;
    uint32 internal next;

    function setUp() public virtual override {
        super.setUp();
        (nextHash, next) = _appendCommitted(OWNER, modelId, "next", NEXT_ROOT);
    }

    /// @dev The contexts written out once more, so that a slip in the contract's shows.
    function _versionContext(string memory kind, bytes32 hash) internal view returns (uint256) {
        bytes32 typeHash = keccak256(
            abi.encodePacked(
                kind,
                "(uint256 chainId,address proofs,uint256 modelId,bytes32 lineId,bytes32 versionHash)"
            )
        );
        return uint256(keccak256(abi.encode(typeHash, block.chainid, proofs, modelId, lineId, hash))) % FIELD;
    }

    function _registration(bytes32 root, uint256 context) internal pure returns (uint256[] memory publics) {
        publics = new uint256[](2);
        (publics[0], publics[1]) = (uint256(root), context);
    }

    function _delta(uint256 context) internal pure returns (uint256[] memory publics) {
        publics = new uint256[](4);
        (publics[0], publics[1]) = (uint256(ROOT), uint256(DELTA_ROOT));
        (publics[2], publics[3]) = (uint256(NEXT_ROOT), context);
    }

    /// @dev Circuits that state something else than `kind`, or are experimental.
    function _wrongCircuits(CircuitKind kind) internal pure returns (Circuit[4] memory wrong) {
        for (uint256 i = 0; i < 3; ++i) {
            wrong[i] = _circuit(CircuitKind((uint256(kind) + 1 + i) % 4));
        }
        wrong[3] = _circuit(kind);
        wrong[3].tier = 2;
    }

    function _idOfCircuit(Circuit memory circuit) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Freehold circuit v1"), circuit));
    }
}
