// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CommittedVersions} from "./abstract/CommittedVersions.sol";
import {ICommitGroth16Verifier} from "./interfaces/ICommitGroth16Verifier.sol";
import {IDeltaLedger, Version} from "./interfaces/IDeltaLedger.sol";
import {Circuit, CircuitKind, IProofKeys} from "./interfaces/IProofKeys.sol";
import {IProofVerifier} from "./interfaces/IProofVerifier.sol";
import {IVersionProofs, ProofPolicy} from "./interfaces/IVersionProofs.sol";
import {Commitments} from "./libraries/Hashes.sol";
import {ProofContexts} from "./libraries/ProofContexts.sol";

/// @title VersionProofs
/// @notice See {IVersionProofs}.
/// @custom:security-contact see SECURITY.md
contract VersionProofs is IVersionProofs, CommittedVersions {
    /// @inheritdoc IVersionProofs
    uint32 public constant WHOLE = 1 << 16;
    /// @dev Weights by their Poseidon root.
    uint8 private constant ROOTED = 1;
    /// @dev Weights by their Pedersen anchor: experimental, see {ICommittedVersions}.
    uint8 private constant COMMITTED = 2;

    /// @inheritdoc IVersionProofs
    address public immutable KEYS;
    /// @inheritdoc IVersionProofs
    uint32 public immutable NOTICE;
    /// @notice Has the commitments.
    IDeltaLedger public immutable LEDGER;

    mapping(bytes32 versionHash => bytes32 circuitId) private _registrations;
    mapping(bytes32 versionHash => bytes32 deltaRoot) private _deltas;
    mapping(bytes32 lineId => ProofPolicy[]) private _policies;

    /// @param ledger has the commitments
    /// @param keys say which verifier speaks for which circuit
    /// @param notice seconds between a policy and its beginning
    /// @param experimental whether circuits of tier 2, which nobody outside has reviewed, are taken
    constructor(
        IDeltaLedger ledger,
        IProofKeys keys,
        uint32 notice,
        bool experimental
    ) CommittedVersions(experimental) {
        if (notice == 0) revert VersionProofs_InvalidNotice(notice);
        LEDGER = ledger;
        KEYS = address(keys);
        NOTICE = notice;
    }

    /// @inheritdoc IVersionProofs
    function proveRegistration(
        bytes32 lineId,
        uint32 version,
        Circuit calldata circuit,
        bytes calldata proof
    ) external {
        bytes32 circuitId = _requireKind(circuit, CircuitKind.Register);
        (bytes32 versionHash, Commitments memory digests) = _committed(lineId, version);
        uint256[] memory publics = new uint256[](2);
        publics[0] = uint256(digests.poseidonRoot);
        publics[1] = registrationContext(lineId, versionHash);

        bool isFirst = _registrations[versionHash] == 0;
        if (isFirst) _registrations[versionHash] = circuitId;
        if (circuit.tier == COMMITTED) {
            _proveDigests(versionHash, digests, circuitId, address(_verifierOf(circuitId)), publics, proof);
        } else if (isFirst) {
            _requireProof(circuitId, publics, proof);
        } else {
            revert VersionProofs_AlreadyProven(versionHash);
        }
        emit RegistrationProven(lineId, version, versionHash, circuitId);
    }

    /// @inheritdoc IVersionProofs
    function proveDelta(
        bytes32 lineId,
        uint32 version,
        Circuit calldata circuit,
        bytes32 deltaRoot,
        bytes calldata proof
    ) external {
        bytes32 circuitId = _requireKind(circuit, CircuitKind.Delta);
        (bytes32 versionHash, Commitments memory digests) = _committed(lineId, version);
        // Version 0 is the base, which nobody's delta made.
        if (version == 0) revert VersionProofs_NotCommitted(lineId, version);
        (, Commitments memory parent) = _committed(lineId, version - 1);
        if (_deltas[versionHash] != 0) revert VersionProofs_AlreadyProven(versionHash);
        _deltas[versionHash] = deltaRoot;

        uint256[] memory publics = new uint256[](4);
        publics[0] = uint256(parent.poseidonRoot);
        publics[1] = uint256(deltaRoot);
        publics[2] = uint256(digests.poseidonRoot);
        publics[3] = deltaContext(lineId, versionHash);
        _requireProof(circuitId, publics, proof);
        emit DeltaProven(lineId, version, versionHash, circuitId, deltaRoot);
    }

    /// @inheritdoc IVersionProofs
    function setProofPolicy(bytes32 lineId, Circuit calldata circuit, uint32 auditShare) external {
        LEDGER.requireControl(lineId, msg.sender);
        if (auditShare > WHOLE) revert VersionProofs_InvalidShare(auditShare);
        bytes32 circuitId = _requireKind(circuit, CircuitKind.Inference);
        // Reverts when no key is pinned: a demand that nobody could meet.
        _verifierOf(circuitId);

        ProofPolicy[] storage policies = _policies[lineId];
        uint256 count = policies.length;
        uint40 since = uint40(block.timestamp) + NOTICE;
        // So no two begin within one notice of another, and {policyAt} has few steps to go.
        if (count != 0 && policies[count - 1].since > block.timestamp) policies.pop();
        policies.push(ProofPolicy({circuitId: circuitId, auditShare: auditShare, since: since}));
        emit ProofPolicySet(lineId, circuitId, auditShare, since);
    }

    /// @inheritdoc IVersionProofs
    function policyAt(bytes32 lineId, uint256 time) external view returns (ProofPolicy memory policy) {
        ProofPolicy[] storage policies = _policies[lineId];
        for (uint256 i = policies.length; i != 0; --i) {
            if (policies[i - 1].since <= time) return policies[i - 1];
        }
    }

    /// @inheritdoc IVersionProofs
    function registrationOf(bytes32 versionHash) external view returns (bytes32) {
        return _registrations[versionHash];
    }

    /// @inheritdoc IVersionProofs
    function deltaOf(bytes32 versionHash) external view returns (bytes32) {
        return _deltas[versionHash];
    }

    /// @inheritdoc IVersionProofs
    function registrationContext(bytes32 lineId, bytes32 versionHash) public view returns (uint256) {
        return ProofContexts.registration(LEDGER.lineOf(lineId).modelId, lineId, versionHash);
    }

    /// @inheritdoc IVersionProofs
    function deltaContext(bytes32 lineId, bytes32 versionHash) public view returns (uint256) {
        return ProofContexts.delta(LEDGER.lineOf(lineId).modelId, lineId, versionHash);
    }

    function _committed(
        bytes32 lineId,
        uint32 version
    ) private view returns (bytes32 versionHash, Commitments memory digests) {
        Version memory committed = LEDGER.versionOf(lineId, version);
        (versionHash, digests) = (committed.hash, committed.commitments);
        if (digests.poseidonRoot == 0) revert VersionProofs_NotCommitted(lineId, version);
    }

    function _requireKind(Circuit calldata circuit, CircuitKind kind) private view returns (bytes32 circuitId) {
        circuitId = IProofKeys(KEYS).circuitIdOf(circuit);
        bool isEnabled = circuit.tier == ROOTED || (circuit.tier == COMMITTED && EXPERIMENTAL);
        // In tier 2 a delta is a sum of anchors and takes no circuit: see {showDelta}.
        if (kind == CircuitKind.Delta && circuit.tier != ROOTED) isEnabled = false;
        if (circuit.kind != kind || !isEnabled) revert VersionProofs_WrongCircuit(circuitId);
    }

    function _requireCommitted(
        Circuit calldata circuit
    ) internal view override returns (bytes32 circuitId, ICommitGroth16Verifier verifier) {
        circuitId = _requireKind(circuit, CircuitKind.Inference);
        if (circuit.tier != COMMITTED) revert VersionProofs_WrongCircuit(circuitId);
        verifier = ICommitGroth16Verifier(address(_verifierOf(circuitId)));
    }

    function _requireProof(bytes32 circuitId, uint256[] memory publics, bytes calldata proof) private view {
        if (!_verifierOf(circuitId).verify(publics, proof)) revert VersionProofs_InvalidProof(circuitId);
    }

    function _verifierOf(bytes32 circuitId) private view returns (IProofVerifier) {
        return IProofKeys(KEYS).verifierOf(circuitId);
    }
}
