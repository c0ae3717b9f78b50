// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProofVerifier} from "./IProofVerifier.sol";

/// @notice A point of BN254's G1, affine; (0, 0) is infinity (EIP-196).
struct Point {
    uint256 x;
    uint256 y;
}

/// @title ICommitGroth16Verifier
/// @notice Tier 2 of the proofs, experimental until an outside review: Groth16 whose weights are committed wires. Their part of the
/// verifier's sum is a blinded point W that is no part of a proof (LegoSNARK's ccGroth16, eprint 2019/142): it is taken from this contract's
/// storage, where only an accepted link to a version's Pedersen anchor writes it.
/// @dev A proof (A, B, C) of publics x is valid when e(-A, B) e(alpha, beta) e(IC_0 + W + sum x_i IC_i, gamma) e(C, delta) = 1; a link pi of W to
/// an anchor P when e(W, k0) e(P, k1) = e(pi, 1) (Kiltz and Wee 2015, eprint 2015/216). A key is IGroth16Verifier's, followed by k0 and k1
/// (128 bytes each); points are encoded as there.
/// @custom:security-contact see SECURITY.md
interface ICommitGroth16Verifier is IProofVerifier {
    /// @notice Thrown when somebody else than {versions} brings a link: it vouches for the root and the anchor.
    error CommitGroth16Verifier_NotVersions(address caller);
    /// @notice Thrown when the sum is linked to the root already.
    error CommitGroth16Verifier_Linked(uint256 root, uint256 x);

    /// @notice Accepts W as the sum of the committed weights that a root names. {versions} only.
    /// @dev There can be any number of sums of one root: each opens to the same weights, with a blinder of its own. Were there one alone, whoever
    /// adds to the blinder of a link that he sees in the mempool, which needs no secret, would keep its author from proving.
    /// @param root Poseidon root, proven to be of the weights that `anchor` commits to
    /// @param anchor Pedersen anchor of the same version
    /// @param linked W (64) and pi (64)
    /// @return whether the link shows that W and the anchor open to one vector; nothing is written otherwise
    function link(uint256 root, Point calldata anchor, bytes calldata linked) external returns (bool);

    /// @notice Whether a proof shows its statement against a W that comes with it, once the link that comes with it, too, is accepted.
    /// @dev For statements that are made once for each version: nothing is stored.
    /// @param publics the circuit's public inputs
    /// @param anchor from the ledger, not infinity
    /// @param proof A (64), B (128), C (64), W (64), pi (64)
    function verifyLinked(
        uint256[] calldata publics,
        Point calldata anchor,
        bytes calldata proof
    ) external view returns (bool);

    /// @notice Whether all proofs show their statements of one root: one random combination in place of one check each.
    /// @param root names the weights
    /// @param x names the sum that all of them were made with, see {sumOf}
    /// @param publics those of the first proof without the root, then those of the second, and so on
    /// @param proofs A, B and C: 256 bytes each; no proof at all is false
    function verifyBatch(
        uint256 root,
        uint256 x,
        uint256[] calldata publics,
        bytes calldata proofs
    ) external view returns (bool);

    /// @notice y of a linked sum, which its root and its x name; zero when there is none.
    function sumOf(uint256 root, uint256 x) external view returns (uint256 y);
    /// @notice The key, which ends with the link's 256 bytes: 448 bytes, and 64 for one point more than the circuit has public inputs of its
    /// own. {verify} takes one more, the root, before them, and proofs of 288 bytes: A, B, C, and x of the sum.
    function key() external view returns (bytes memory);
    /// @notice Who brings links: the deployment's VersionProofs.
    function versions() external view returns (address);
}
