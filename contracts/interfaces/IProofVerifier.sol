// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title IProofVerifier
/// @notice Says whether a proof shows a statement of one circuit, under one verifying key, in one proof system.
/// @dev Knows nothing of models. Which verifier speaks for which circuit is IProofKeys' business.
interface IProofVerifier {
    /// @notice Whether `proof` shows the statement `publics`. False for whatever is malformed, and for numbers that are no field
    /// elements. A proof may be malleable: what must happen once is keyed on the statement.
    /// @param publics public inputs in the circuit's order, each below the order of the scalar field
    /// @param proof in the proof system's own encoding
    function verify(uint256[] calldata publics, bytes calldata proof) external view returns (bool);

    /// @notice keccak256 of the verifying key: what governance pins.
    function keyHash() external view returns (bytes32);
}
