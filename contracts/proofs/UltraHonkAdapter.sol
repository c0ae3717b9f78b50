// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IHonkVerifier} from "../interfaces/IHonkVerifier.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";
import {IUltraHonkAdapter} from "../interfaces/IUltraHonkAdapter.sol";
import {PushedConstants} from "../libraries/PushedConstants.sol";
import {Bn254} from "./Bn254.sol";

/// @title UltraHonkAdapter
/// @notice See {IUltraHonkAdapter}.
/// @custom:security-contact see SECURITY.md
contract UltraHonkAdapter is IUltraHonkAdapter {
    bytes32 private constant KEY_DOMAIN = keccak256("Freehold UltraHonk key v1");
    /// @dev [tau] in G2 of Aztec's ceremony ("Ignition", 2019), imaginary parts first, as every generated verifier has it.
    uint256 private constant TAU_X1 = 0x260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1;
    uint256 private constant TAU_X0 = 0x0118c4d5b837bcc2bc89b5b398b5974e9f5944073b32078b7e231fec938883b0;
    uint256 private constant TAU_Y1 = 0x04fc6369f7110fe3d25156c1bb9a72859cf2a04641f99ba4ee413c80da6a5fe4;
    uint256 private constant TAU_Y0 = 0x22febda3c0c0632a56475b4214e5615e11e6dd3f96e6cea2854a87d4dacc5e55;
    /// @dev What {verify} itself uses around the call.
    uint256 private constant RESERVE = 2_000;

    /// @inheritdoc IUltraHonkAdapter
    IHonkVerifier public immutable VERIFIER;
    /// @inheritdoc IUltraHonkAdapter
    bytes32 public immutable VERIFIER_CODE_HASH;
    /// @inheritdoc IUltraHonkAdapter
    bytes32 public immutable VK_HASH;
    /// @inheritdoc IUltraHonkAdapter
    uint256 public immutable PUBLIC_COUNT;
    /// @inheritdoc IUltraHonkAdapter
    uint256 public immutable GAS_LIMIT;
    bool private immutable DEVELOPMENT;

    /// @param verifier as `bb write_solidity_verifier` generated it: one contract that has all of the key in its code (`--optimized`)
    /// @param vkHash hash of its key
    /// @param publicCount public inputs of a statement
    /// @param gasLimit gas that the verifier may use, generously
    constructor(IHonkVerifier verifier, bytes32 vkHash, uint256 publicCount, uint256 gasLimit) {
        if (address(verifier).code.length == 0) revert UltraHonkAdapter_NoVerifier(address(verifier));
        (VERIFIER, VERIFIER_CODE_HASH) = (verifier, address(verifier).codehash);
        (VK_HASH, PUBLIC_COUNT, GAS_LIMIT) = (vkHash, publicCount, gasLimit);

        uint256[] memory constants = new uint256[](5);
        (constants[0], constants[1], constants[2]) = (TAU_X1, TAU_X0, TAU_Y1);
        (constants[3], constants[4]) = (TAU_Y0, uint256(vkHash));
        uint256 found = PushedConstants.find(address(verifier).code, constants);
        if (found >> 4 == 0) revert UltraHonkAdapter_ForeignKey(vkHash);
        // Whoever knows tau forges, and of any other string than Aztec's somebody may.
        DEVELOPMENT = found & 15 != 15;
        if (DEVELOPMENT && block.chainid != 31337 && block.chainid != 1337) {
            revert UltraHonkAdapter_DevelopmentString(block.chainid);
        }
        bytes memory nonsense = abi.encodeCall(IHonkVerifier.verify, ("", new bytes32[](publicCount)));
        if (_ask(verifier, gasLimit, nonsense)) revert UltraHonkAdapter_CredulousVerifier(address(verifier));
    }

    /// @inheritdoc IProofVerifier
    function verify(uint256[] calldata publics, bytes calldata proof) external view returns (bool) {
        if (publics.length != PUBLIC_COUNT || address(VERIFIER).codehash != VERIFIER_CODE_HASH) return false;
        // Not left to generated code: x and x + R are one element of the field.
        for (uint256 i = 0; i < publics.length; ++i) {
            if (publics[i] >= Bn254.R) return false;
        }
        bytes32[] calldata words;
        assembly ("memory-safe") {
            words.offset := publics.offset
            words.length := publics.length
        }
        return _ask(VERIFIER, GAS_LIMIT, abi.encodeCall(IHonkVerifier.verify, (proof, words)));
    }

    /// @inheritdoc IProofVerifier
    function keyHash() external view returns (bytes32) {
        return keccak256(abi.encode(KEY_DOMAIN, VERIFIER_CODE_HASH, VK_HASH, PUBLIC_COUNT, GAS_LIMIT));
    }

    /// @inheritdoc IUltraHonkAdapter
    function isDevelopment() external view returns (bool) {
        return DEVELOPMENT;
    }

    /// @dev Whether the verifier answers with one word, 1, and nothing else. Its answer is never copied: it could be of any length.
    function _ask(IHonkVerifier verifier, uint256 gasLimit, bytes memory question) private view returns (bool isValid) {
        // EIP-150 keeps back one part of 64.
        uint256 needed = gasLimit + gasLimit / 63 + RESERVE;
        if (gasleft() < needed) revert UltraHonkAdapter_OutOfGas(gasleft(), needed);
        assembly ("memory-safe") {
            let succeeded := staticcall(gasLimit, verifier, add(question, 0x20), mload(question), 0, 0x20)
            isValid := and(succeeded, eq(returndatasize(), 0x20))
            isValid := and(isValid, eq(mload(0), 1))
        }
    }
}
