// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IHonkVerifier} from "./IHonkVerifier.sol";
import {IProofVerifier} from "./IProofVerifier.sol";

/// @title IUltraHonkAdapter
/// @notice UltraHonk (Noir, Barretenberg) as a proof system: one verifier that `bb` generated, behind {IProofVerifier}. Public inputs keep
/// their order; a proof is the verifier's own, 32 bytes a word.
/// @dev `keyHash` is keccak256 of abi.encode(keccak256("Freehold UltraHonk key v1"), {VERIFIER_CODE_HASH}, {VK_HASH}, {PUBLIC_COUNT},
/// {GAS_LIMIT}): it names the very code that judges. Whoever is to pin it generates and compiles the verifier again and compares.
/// What the verifier is asked depends on statement and proof alone, never on the gas at hand: with less than it may use, {verify} reverts.
interface IUltraHonkAdapter is IProofVerifier {
    /// @notice Thrown at construction when the verifier has no code.
    error UltraHonkAdapter_NoVerifier(address verifier);
    /// @notice Thrown at construction when the verifier's code does not push this hash: it has another key.
    error UltraHonkAdapter_ForeignKey(bytes32 vkHash);
    /// @notice Thrown at construction when the verifier's reference string is not Aztec's, on a public chain.
    error UltraHonkAdapter_DevelopmentString(uint256 chainId);
    /// @notice Thrown at construction when the verifier takes an empty proof of zeros.
    error UltraHonkAdapter_CredulousVerifier(address verifier);
    /// @notice Thrown when less gas is left than the verifier may use: that says nothing about the proof.
    error UltraHonkAdapter_OutOfGas(uint256 left, uint256 needed);

    /// @notice The generated verifier.
    function VERIFIER() external view returns (IHonkVerifier);

    /// @notice EXTCODEHASH of {VERIFIER} at construction: with any other code, no proof is valid.
    function VERIFIER_CODE_HASH() external view returns (bytes32);

    /// @notice Hash of the verifying key, as `bb write_vk` writes it to `vk_hash`; a constant in the verifier's code.
    function VK_HASH() external view returns (bytes32);

    /// @notice Number of public inputs of a statement.
    function PUBLIC_COUNT() external view returns (uint256);

    /// @notice Gas that the verifier is given: enough for every honest proof, since whatever needs more is false.
    function GAS_LIMIT() external view returns (uint256);

    /// @notice Whether the verifier's reference string is another one than Aztec's. On a public chain there is no such adapter.
    function isDevelopment() external view returns (bool);
}
