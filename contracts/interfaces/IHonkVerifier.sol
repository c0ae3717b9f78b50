// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title IHonkVerifier
/// @notice Verifies UltraHonk proofs of one circuit: what `bb write_solidity_verifier` generates (Aztec, barretenberg.aztec.network).
interface IHonkVerifier {
    /// @notice True when `proof` shows the statement. Reverts with an error of its own, or answers false, when it does not.
    /// @param proof what `bb prove --verifier_target evm` writes: the proof without its public inputs
    /// @param publicInputs in the order of the circuit's `pub` parameters
    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool);
}
