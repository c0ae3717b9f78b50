// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProofVerifier} from "./IProofVerifier.sol";

/// @title IGroth16Verifier
/// @notice Groth16 (Groth 2016, "On the Size of Pairing-based Non-interactive Arguments") over BN254 (EIP-196, EIP-197).
/// @dev A key is `alpha (64) || beta (128) || gamma (128) || delta (128) || IC_0 .. IC_n (64 each)` and a proof `A (64) || B (128) || C (64)`:
/// 32-byte big-endian coordinates, those of G2 with the imaginary part first, as EIP-197 has them.
interface IGroth16Verifier is IProofVerifier {
    /// @notice Whether all proofs show their statements: one random combination in place of one check each.
    /// @param publics those of the first proof, then those of the second, and so on
    /// @param proofs 256 bytes each; no proof at all is false
    function verifyBatch(uint256[] calldata publics, bytes calldata proofs) external view returns (bool);

    /// @notice The key: 448 bytes, and 64 for one point more than a statement has public inputs.
    function key() external view returns (bytes memory);
}
