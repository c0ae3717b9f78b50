// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICommitGroth16Factory} from "../interfaces/ICommitGroth16Factory.sol";
import {Bn254} from "./Bn254.sol";
import {CommitGroth16Verifier} from "./CommitGroth16Verifier.sol";
import {Groth16Factory} from "./Groth16Factory.sol";

/// @title CommitGroth16Factory
/// @notice See {ICommitGroth16Factory}. Experimental until an outside review.
/// @custom:security-contact see SECURITY.md
contract CommitGroth16Factory is ICommitGroth16Factory, Groth16Factory {
    /// @dev k0 and k1.
    uint256 private constant LINK_KEY_LENGTH = 256;

    /// @inheritdoc ICommitGroth16Factory
    address public immutable VERSIONS;

    /// @dev keccak256 of k0 and k1 of the development links: the same for every circuit, so that no flag is trusted.
    bytes32 private immutable DEVELOPMENT_K0;
    bytes32 private immutable DEVELOPMENT_K1;

    /// @param developmentAlpha keccak256 of alpha of the development set-up (circuits/src/groth16)
    /// @param developmentLink keccak256 of k0 and of k1 of the development links (circuits/src/commit)
    /// @param versions the VersionProofs whose links count
    constructor(
        bytes32 developmentAlpha,
        bytes32[2] memory developmentLink,
        address versions
    ) Groth16Factory(developmentAlpha) {
        DEVELOPMENT_K0 = developmentLink[0];
        DEVELOPMENT_K1 = developmentLink[1];
        VERSIONS = versions;
    }

    /// @inheritdoc Groth16Factory
    /// @dev One public secret of the link's is enough to link whatever the other one's owner likes.
    function isDevelopmentKey(bytes calldata key) public view override returns (bool) {
        if (super.isDevelopmentKey(key)) return true;
        if (key.length < LINK_KEY_LENGTH) return false;
        (bytes32 k0, bytes32 k1) = _linkHashes(key);
        return k0 == DEVELOPMENT_K0 || k0 == DEVELOPMENT_K1 || k1 == DEVELOPMENT_K0 || k1 == DEVELOPMENT_K1;
    }

    function _requireSound(bytes calldata key) internal view override {
        if (key.length < LINK_KEY_LENGTH) revert Groth16Factory_InvalidLength(key.length);
        uint256 end = key.length - LINK_KEY_LENGTH;
        super._requireSound(key[:end]);
        for (uint256 i = 0; i < 2; ++i) {
            if (!Bn254.isG2(key[end + 128 * i:end + 128 * (i + 1)])) revert CommitGroth16Factory_InvalidLinkPoint(i);
        }
        (bytes32 k0, bytes32 k1) = _linkHashes(key);
        if (k0 == k1 || k0 == Bn254.G2_HASH || k1 == Bn254.G2_HASH) revert CommitGroth16Factory_NoLinkSetup();
    }

    function _publicCount(bytes calldata key) internal pure override returns (uint256) {
        return super._publicCount(key[:key.length - LINK_KEY_LENGTH]);
    }

    function _runtimeCode(bytes calldata key) internal view override returns (bytes memory) {
        uint16 length = uint16(key.length - LINK_KEY_LENGTH);
        return abi.encodePacked(type(CommitGroth16Verifier).runtimeCode, key, VERSIONS, length);
    }

    function _linkHashes(bytes calldata key) private pure returns (bytes32 k0, bytes32 k1) {
        uint256 end = key.length - LINK_KEY_LENGTH;
        (k0, k1) = (keccak256(key[end:end + 128]), keccak256(key[end + 128:]));
    }
}
