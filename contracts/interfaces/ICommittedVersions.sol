// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Commitments} from "../libraries/Hashes.sol";
import {Point} from "./ICommitGroth16Verifier.sol";
import {Circuit} from "./IProofKeys.sol";

/// @title ICommittedVersions
/// @notice Tier 2 of the proofs, **experimental until an outside review**, and only where the deployment enables it ({EXPERIMENTAL}): proofs
/// whose weights are bound by a version's Pedersen anchor in place of its Poseidon root.
/// @dev In this order, each by anybody: a registration by a circuit of tier 2 (IVersionProofs.proveRegistration) proves that both digests of a
/// version mean the same weights; {link} has the verifier of an inference circuit accept a sum of committed wires that opens to the anchor;
/// from then on the verifier takes proofs against that sum. Digests come from the ledger, sums from links, neither from whoever proves.
/// @custom:security-contact see SECURITY.md
interface ICommittedVersions {
    /// @notice Emitted when a circuit's verifier accepts a sum for a version.
    event SumLinked(bytes32 indexed versionHash, bytes32 indexed circuitId, uint256 x, uint256 y);
    /// @notice Emitted when the anchor of one version was shown to be that of another plus `delta`.
    event DeltaShown(bytes32 indexed base, bytes32 indexed next, Point delta);

    /// @notice Thrown when the version has no Pedersen anchor.
    error VersionProofs_NotAnchored(bytes32 versionHash);
    /// @notice Thrown when the digests of the version were not proven equal: register it by a circuit of tier 2 first.
    error VersionProofs_DigestsNotProven(bytes32 versionHash);
    /// @notice Thrown when the link does not show that the sum and the version's anchor open to the same weights.
    error VersionProofs_InvalidLink(bytes32 versionHash, bytes32 circuitId);
    /// @notice Thrown when the anchors differ by another point, or `delta` is none of the curve.
    error VersionProofs_InvalidDelta(bytes32 base, bytes32 next);

    /// @notice Has the circuit's verifier accept a sum for a version, in addition to those that it has. By anybody: what it opens to is proven.
    /// @param circuit of kind Inference and tier 2
    /// @param linked the sum W (64 bytes) and its link (64), see ICommitGroth16Verifier
    function link(bytes32 versionHash, Circuit calldata circuit, bytes calldata linked) external;

    /// @notice Shows that the weights of `next` are those of `base` plus what `delta` commits to, blinders included: anchor + delta = anchor.
    /// @dev Every pair of versions has such a point, and anybody can compute it: it says something about a delta that was committed to
    /// before, or is opened. The versions need not follow each other, nor be of one line; the ledger says whether they do. Nothing is stored.
    function showDelta(bytes32 base, bytes32 next, Point calldata delta) external;

    /// @notice What {showDelta} requires. Reverts when the digests of a version were not proven equal.
    function isDelta(bytes32 base, bytes32 next, Point calldata delta) external view returns (bool);

    /// @notice Whether all proofs show inferences of one version: cheaper than one by one, from the second on.
    /// @param circuit of kind Inference and tier 2
    /// @param x names the sum that they were made with, see {sumOf}
    /// @param publics input, output, result and context of the first proof, then those of the second, and so on
    /// @param proofs 256 bytes each; no proof at all is false
    function verifyInferences(
        bytes32 versionHash,
        Circuit calldata circuit,
        uint256 x,
        uint256[] calldata publics,
        bytes calldata proofs
    ) external view returns (bool);

    /// @notice Both digests of a version, once they are proven equal; all zero before.
    function digestsOf(bytes32 versionHash) external view returns (Commitments memory);
    /// @notice y of a sum of the version that the circuit's verifier accepted, and which its x names; zero when there is none.
    function sumOf(bytes32 versionHash, Circuit calldata circuit, uint256 x) external view returns (uint256 y);

    /// @notice Whether this deployment takes circuits of tier 2. Fixed when it was deployed.
    function EXPERIMENTAL() external view returns (bool);
}
