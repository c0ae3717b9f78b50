// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ReceiptTree
/// @notice keccak256 Merkle tree over the receipts of a batch: leaf keccak256(0x00 ‖ receipt hash), node keccak256(0x01 ‖ left ‖ right), filled up
/// with zero nodes to a power of two. Prefixes keep a node from passing as a leaf (RFC 6962, 2.1).
library ReceiptTree {
    /// @notice Whether the receipt is the one at `index` of the tree.
    /// @param path siblings from the leaf upwards, one a level: a shorter or longer one belongs to another tree
    function isAt(
        bytes32 root,
        uint256 count,
        uint256 index,
        bytes32 receiptHash,
        bytes32[] calldata path
    ) internal pure returns (bool) {
        if (index >= count || path.length != _depthOf(count)) return false;
        bytes32 node = keccak256(abi.encodePacked(bytes1(0x00), receiptHash));
        for (uint256 i = 0; i < path.length; ++i) {
            bool isRight = (index >> i) & 1 == 1;
            node =
                isRight
                    ? keccak256(abi.encodePacked(bytes1(0x01), path[i], node))
                    : keccak256(abi.encodePacked(bytes1(0x01), node, path[i]));
        }
        return node == root;
    }

    function _depthOf(uint256 count) private pure returns (uint256 depth) {
        while ((1 << depth) < count) ++depth;
    }
}
