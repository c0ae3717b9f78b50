// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICommitGroth16Verifier, Point} from "../interfaces/ICommitGroth16Verifier.sol";
import {ICommittedVersions} from "../interfaces/ICommittedVersions.sol";
import {Circuit} from "../interfaces/IProofKeys.sol";
import {IVersionProofs} from "../interfaces/IVersionProofs.sol";
import {Commitments} from "../libraries/Hashes.sol";
import {Bn254} from "../proofs/Bn254.sol";

/// @title CommittedVersions
/// @notice The part of VersionProofs that knows tier 2. Experimental until an outside review; see {ICommittedVersions}.
/// @dev A version hash commits to both digests of its version, so what is kept by it is that version's whichever line it is in.
abstract contract CommittedVersions is ICommittedVersions {
    /// @inheritdoc ICommittedVersions
    bool public immutable EXPERIMENTAL;

    mapping(bytes32 versionHash => Commitments) private _digests;

    /// @param experimental whether circuits of tier 2 are taken
    constructor(bool experimental) {
        EXPERIMENTAL = experimental;
    }

    /// @inheritdoc ICommittedVersions
    function link(bytes32 versionHash, Circuit calldata circuit, bytes calldata linked) external {
        (bytes32 circuitId, ICommitGroth16Verifier verifier) = _requireCommitted(circuit);
        Commitments memory digests = _requireDigests(versionHash);
        if (!verifier.link(uint256(digests.poseidonRoot), _anchorIn(digests), linked)) {
            revert VersionProofs_InvalidLink(versionHash, circuitId);
        }
        emit SumLinked(versionHash, circuitId, uint256(bytes32(linked[:32])), uint256(bytes32(linked[32:64])));
    }

    /// @inheritdoc ICommittedVersions
    function showDelta(bytes32 base, bytes32 next, Point calldata delta) external {
        if (!isDelta(base, next, delta)) revert VersionProofs_InvalidDelta(base, next);
        emit DeltaShown(base, next, delta);
    }

    /// @inheritdoc ICommittedVersions
    function verifyInferences(
        bytes32 versionHash,
        Circuit calldata circuit,
        uint256 x,
        uint256[] calldata publics,
        bytes calldata proofs
    ) external view returns (bool) {
        (, ICommitGroth16Verifier verifier) = _requireCommitted(circuit);
        uint256 root = uint256(_requireDigests(versionHash).poseidonRoot);
        return verifier.verifyBatch(root, x, publics, proofs);
    }

    /// @inheritdoc ICommittedVersions
    function digestsOf(bytes32 versionHash) external view returns (Commitments memory) {
        return _digests[versionHash];
    }

    /// @inheritdoc ICommittedVersions
    function sumOf(bytes32 versionHash, Circuit calldata circuit, uint256 x) external view returns (uint256) {
        (, ICommitGroth16Verifier verifier) = _requireCommitted(circuit);
        return verifier.sumOf(uint256(_requireDigests(versionHash).poseidonRoot), x);
    }

    /// @inheritdoc ICommittedVersions
    function isDelta(bytes32 base, bytes32 next, Point calldata delta) public view returns (bool) {
        uint256[2] memory sum;
        (sum[0], sum[1]) = _requireAnchor(base);
        (uint256 x, uint256 y) = _requireAnchor(next);
        uint256 place;
        assembly ("memory-safe") {
            place := sum
        }
        return Bn254.addPoint(place, delta.x, delta.y) && sum[0] == x && sum[1] == y;
    }

    /// @dev Keeps both digests of a version once a proof of tier 2 shows that they mean the same weights.
    /// @param publics root and context
    function _proveDigests(
        bytes32 versionHash,
        Commitments memory digests,
        bytes32 circuitId,
        address verifier,
        uint256[] memory publics,
        bytes calldata proof
    ) internal {
        if (_digests[versionHash].poseidonRoot != 0) revert IVersionProofs.VersionProofs_AlreadyProven(versionHash);
        if (digests.pedersenY == 0) revert VersionProofs_NotAnchored(versionHash);
        _digests[versionHash] = digests;
        if (!ICommitGroth16Verifier(verifier).verifyLinked(publics, _anchorIn(digests), proof)) {
            revert IVersionProofs.VersionProofs_InvalidProof(circuitId);
        }
    }

    /// @dev Id and verifier of an inference circuit of tier 2, where that is enabled.
    function _requireCommitted(
        Circuit calldata circuit
    ) internal view virtual returns (bytes32 circuitId, ICommitGroth16Verifier verifier);

    function _requireDigests(bytes32 versionHash) private view returns (Commitments memory digests) {
        digests = _digests[versionHash];
        if (digests.poseidonRoot == 0) revert VersionProofs_DigestsNotProven(versionHash);
    }

    /// @dev The anchor alone: two reads in place of three. No point of the curve has y = 0.
    function _requireAnchor(bytes32 versionHash) private view returns (uint256 x, uint256 y) {
        Commitments storage digests = _digests[versionHash];
        (x, y) = (digests.pedersenX, digests.pedersenY);
        if (y == 0) revert VersionProofs_DigestsNotProven(versionHash);
    }

    function _anchorIn(Commitments memory digests) private pure returns (Point memory) {
        return Point({x: digests.pedersenX, y: digests.pedersenY});
    }
}
