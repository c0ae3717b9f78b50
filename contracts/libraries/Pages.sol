// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Pages
/// @notice Reads long lists in parts.
library Pages {
    /// @notice At most `count` items from `start`; fewer, or none, where the list ends.
    function slice(
        bytes32[] storage list,
        uint256 start,
        uint256 count
    ) internal view returns (bytes32[] memory items) {
        uint256 length = list.length;
        if (start >= length) return items;
        uint256 available = length - start;
        if (count > available) count = available;
        items = new bytes32[](count);
        for (uint256 i; i < count; ++i) items[i] = list[start + i];
    }
}
