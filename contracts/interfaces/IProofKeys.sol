// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProofVerifier} from "./IProofVerifier.sol";

/// @notice What a circuit states.
/// @custom:value0 Inference an output came from an input and committed weights
/// @custom:value1 Register every committed weight is in range, and both digests name the same weights
/// @custom:value2 Delta new weights are base weights plus a delta
/// @custom:value3 Training new weights are base weights after one training step
enum CircuitKind {
    Inference,
    Register,
    Delta,
    Training
}

/// @notice A circuit: one verifying key serves every model and version of a shape.
/// @param kind what it states
/// @param tier 1: Poseidon commitments; 2: weights in the commitment of the proof (experimental)
/// @param version of the circuit's definition
/// @param features inputs of the model
/// @param hidden neurons of its hidden layer
/// @param classes outputs
struct Circuit {
    CircuitKind kind;
    uint8 tier;
    uint16 version;
    uint32 features;
    uint32 hidden;
    uint32 classes;
}

/// @title IProofKeys
/// @notice Which verifier speaks for which circuit.
/// @dev Governance (AccessManager, with delays) adds; what is pinned can never be replaced or taken away, so that nobody can make
/// a node's honest proof fail or a forged one pass afterwards. A new key is a new version of the circuit, which nobody has to use.
/// @custom:security-contact see SECURITY.md
interface IProofKeys {
    event KeyPinned(bytes32 indexed circuitId, address indexed verifier, bytes32 keyHash, Circuit circuit);

    /// @notice Thrown when the circuit has its key.
    error ProofKeys_Pinned(bytes32 circuitId);
    /// @notice Thrown when the verifier's key is another one than governance decided on.
    error ProofKeys_WrongKey(bytes32 expected, bytes32 actual);
    /// @notice Thrown when no key is pinned.
    error ProofKeys_UnknownCircuit(bytes32 circuitId);
    /// @notice Thrown for a tier that is none, or a dimension of zero.
    error ProofKeys_InvalidCircuit();

    /// @notice Governance: pins the verifier of a circuit, for ever.
    /// @param keyHash of the key that was published with the transcript of its ceremony
    function pin(Circuit calldata circuit, IProofVerifier verifier, bytes32 keyHash) external;

    /// @notice The verifier of a circuit; reverts when there is none.
    function verifierOf(bytes32 circuitId) external view returns (IProofVerifier);
    /// @notice Whether a circuit has a key.
    function isPinned(bytes32 circuitId) external view returns (bool);
    /// @notice keccak256 of the circuit's description.
    function circuitIdOf(Circuit calldata circuit) external pure returns (bytes32);
}
