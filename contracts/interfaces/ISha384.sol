// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ISha384
/// @notice SHA-384 (FIPS 180-4) for chains that have no precompile of it.
interface ISha384 {
    /// @notice Digest of `data`: its first 32 bytes, and its last 16.
    function sha384(bytes calldata data) external pure returns (bytes32 high, bytes16 low);
}
