// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ICommitGroth16Factory
/// @notice What IGroth16Factory does, for keys of tier 2 (experimental until an outside review): a Groth16 key, then the points k0 and k1 of
/// its link. See ICommitGroth16Verifier for the encoding.
interface ICommitGroth16Factory {
    /// @notice Thrown when a point of the link's key is at infinity, off its curve or outside of its group; `index` is that of k.
    error CommitGroth16Factory_InvalidLinkPoint(uint256 index);
    /// @notice Thrown when k0 = k1 or one of them is the generator: nobody with a secret made the link's key.
    error CommitGroth16Factory_NoLinkSetup();

    /// @notice The VersionProofs whose links the verifiers accept.
    function VERSIONS() external view returns (address);
}
