// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Circuit} from "./IProofKeys.sol";

/// @notice What a line asks of the nodes that serve it.
/// @param circuitId the inference circuit of the model's shape, see IProofKeys
/// @param auditShare receipts of each batch that are drawn and must be proven, of {IVersionProofs.WHOLE}: 0 for none, all of it for all
/// @param since Unix seconds: work before it is judged by the policy before
struct ProofPolicy {
    bytes32 circuitId;
    uint32 auditShare;
    uint40 since;
}

/// @title IVersionProofs
/// @notice What is proven of versions, and which proofs their lines ask for.
/// @dev Statements speak of the Poseidon root that the ledger holds for a version, never of one from calldata. Anybody may bring a proof:
/// it shows what it shows. There is no administrator.
/// @custom:security-contact see SECURITY.md
interface IVersionProofs {
    /// @notice Emitted when every weight of a version was proven to be in its range.
    event RegistrationProven(bytes32 indexed lineId, uint32 indexed version, bytes32 versionHash, bytes32 circuitId);
    /// @notice Emitted when a version was proven to be its parent plus the delta of a commitment.
    event DeltaProven(
        bytes32 indexed lineId,
        uint32 indexed version,
        bytes32 versionHash,
        bytes32 circuitId,
        bytes32 deltaRoot
    );
    event ProofPolicySet(bytes32 indexed lineId, bytes32 circuitId, uint32 auditShare, uint40 since);

    /// @notice Thrown when the version has no commitment: no circuit expresses its model.
    error VersionProofs_NotCommitted(bytes32 lineId, uint32 version);
    /// @notice Thrown when the circuit states something else than what is to be proven, or is of a tier that is not enabled.
    error VersionProofs_WrongCircuit(bytes32 circuitId);
    error VersionProofs_AlreadyProven(bytes32 versionHash);
    /// @notice Thrown when the proof does not show the statement.
    error VersionProofs_InvalidProof(bytes32 circuitId);
    /// @notice Thrown when the share is over {WHOLE}.
    error VersionProofs_InvalidShare(uint32 auditShare);
    /// @notice Thrown by the constructor for a notice of zero.
    error VersionProofs_InvalidNotice(uint32 notice);

    /// @notice Proves that every parameter of a version is in its range. Publics: root, {registrationContext}. In tier 2 also that both
    /// digests of the version mean the same weights, which counts once more; see ICommittedVersions.
    /// @param circuit of kind Register
    /// @param proof in tier 2 with its sum and link, see ICommitGroth16Verifier.verifyLinked
    function proveRegistration(bytes32 lineId, uint32 version, Circuit calldata circuit, bytes calldata proof) external;
    /// @notice Proves that a version is its parent plus a delta, weight by weight. Publics: the parent's root, `deltaRoot`, the version's
    /// root, {deltaContext}.
    /// @param circuit of kind Delta and tier 1; for tier 2 see ICommittedVersions.showDelta
    /// @param deltaRoot salted Poseidon root of the difference
    function proveDelta(
        bytes32 lineId,
        uint32 version,
        Circuit calldata circuit,
        bytes32 deltaRoot,
        bytes calldata proof
    ) external;

    /// @notice Sets what a line asks for from {NOTICE} on; one that is not in force yet is replaced. Owner of the line only, line and
    /// account unlocked.
    /// @param circuit of kind Inference, whose key is pinned. In tier 2 a node proves against a sum that is linked, see ICommittedVersions.link
    function setProofPolicy(bytes32 lineId, Circuit calldata circuit, uint32 auditShare) external;

    /// @notice What the line asks of work at `time`, Unix seconds; all zero when it asks for nothing.
    function policyAt(bytes32 lineId, uint256 time) external view returns (ProofPolicy memory);
    /// @notice The first circuit by which a version was proven to be in range; zero when it was not.
    function registrationOf(bytes32 versionHash) external view returns (bytes32 circuitId);
    /// @notice The delta by which a version was proven to come from its parent; zero when it was not.
    function deltaOf(bytes32 versionHash) external view returns (bytes32 deltaRoot);

    /// @notice Public input that binds a registration proof: keccak256 over type, chain, this contract, model, line, version hash, modulo
    /// the order of BN254's scalar field.
    function registrationContext(bytes32 lineId, bytes32 versionHash) external view returns (uint256);
    /// @notice The same for the proof of a delta.
    function deltaContext(bytes32 lineId, bytes32 versionHash) external view returns (uint256);

    /// @notice Which verifier speaks for which circuit.
    function KEYS() external view returns (address);
    /// @notice Seconds between a policy and its beginning.
    function NOTICE() external view returns (uint32);
    /// @notice An audit share that stands for all receipts.
    function WHOLE() external view returns (uint32);
}
