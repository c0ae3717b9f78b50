// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title IGroth16Factory
/// @notice Makes a Groth16 verifier of a key, once the key was checked. By anybody: which verifiers count is IProofKeys' business.
interface IGroth16Factory {
    event VerifierDeployed(address indexed verifier, bytes32 indexed keyHash, uint256 publics, bool development);

    /// @notice Thrown when a key's length is not that of a key with 1 to {MAX_PUBLICS} public inputs.
    error Groth16Factory_InvalidLength(uint256 length);
    /// @notice Thrown when a point is at infinity, off its curve or outside of its group; `index` counts the points.
    error Groth16Factory_InvalidPoint(uint256 index);
    /// @notice Thrown when delta is gamma or the generator: phase 2 of the set-up was skipped, and anybody can prove anything.
    error Groth16Factory_NoPhase2();
    /// @notice Thrown when a key of the development set-up comes to a chain that is not a local one.
    error Groth16Factory_DevelopmentKey(uint256 chainId);
    /// @notice Thrown when the key has its verifier already.
    error Groth16Factory_Exists(address verifier);

    /// @notice Checks a key and deploys its verifier; see IGroth16Verifier for the encoding.
    function deploy(bytes calldata key) external returns (address verifier);

    /// @notice Address of a key's verifier, deployed or not.
    function verifierOf(bytes calldata key) external view returns (address);
    /// @notice Whether a contract was made here.
    function isVerifier(address account) external view returns (bool);
    /// @notice Whether a key was made from public randomness, so that anybody can prove anything under it.
    function isDevelopmentKey(bytes calldata key) external view returns (bool);
    function MAX_PUBLICS() external view returns (uint256);
}
