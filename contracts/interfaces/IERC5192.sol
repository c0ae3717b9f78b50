// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title IERC5192
/// @notice Minimal soulbound tokens (ERC-5192): says which tokens cannot be transferred now.
interface IERC5192 {
    /// @notice Emitted when the token is locked.
    event Locked(uint256 tokenId);
    /// @notice Emitted when the token is unlocked, and when it is minted unlocked.
    event Unlocked(uint256 tokenId);

    /// @notice Whether the token cannot be transferred now. Reverts for a token that does not exist.
    function locked(uint256 tokenId) external view returns (bool);
}
