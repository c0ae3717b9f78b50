// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Create2} from "@openzeppelin/contracts/utils/Create2.sol";

import {IGroth16Factory} from "../interfaces/IGroth16Factory.sol";
import {Bn254} from "./Bn254.sol";
import {Groth16Verifier} from "./Groth16Verifier.sol";

/// @title Groth16Factory
/// @notice See {IGroth16Factory}.
/// @custom:security-contact see SECURITY.md
contract Groth16Factory is IGroth16Factory {
    /// @inheritdoc IGroth16Factory
    uint256 public constant MAX_PUBLICS = 64;

    /// @dev Returns what follows these ten bytes as the code: PUSH2 length, DUP1, PUSH1 10, RETURNDATASIZE (0), CODECOPY,
    /// RETURNDATASIZE, RETURN.
    bytes10 private constant CREATION = hex"61000080600a3d393df3";

    /// @dev keccak256 of alpha of the development set-up: the same for every circuit, so that no flag is trusted.
    bytes32 private immutable DEVELOPMENT_ALPHA;

    mapping(address verifier => bool) private _made;

    /// @param developmentAlpha keccak256 of alpha of the development set-up (circuits/src/groth16)
    constructor(bytes32 developmentAlpha) {
        DEVELOPMENT_ALPHA = developmentAlpha;
    }

    /// @inheritdoc IGroth16Factory
    function deploy(bytes calldata key) external returns (address verifier) {
        _requireSound(key);
        bool development = isDevelopmentKey(key);
        if (development && block.chainid != 31337 && block.chainid != 1337) {
            revert Groth16Factory_DevelopmentKey(block.chainid);
        }
        bytes memory creation = _creationCode(key);
        verifier = Create2.computeAddress(0, keccak256(creation));
        if (_made[verifier]) revert Groth16Factory_Exists(verifier);
        _made[verifier] = true;
        Create2.deploy(0, 0, creation);
        emit VerifierDeployed(verifier, keccak256(key), _publicCount(key), development);
    }

    /// @inheritdoc IGroth16Factory
    function verifierOf(bytes calldata key) external view returns (address) {
        return Create2.computeAddress(0, keccak256(_creationCode(key)));
    }

    /// @inheritdoc IGroth16Factory
    function isVerifier(address account) external view returns (bool) {
        return _made[account];
    }

    /// @inheritdoc IGroth16Factory
    function isDevelopmentKey(bytes calldata key) public view virtual returns (bool) {
        return key.length >= 64 && keccak256(key[0:64]) == DEVELOPMENT_ALPHA;
    }

    /// @dev Every point in its group and none at infinity; phase 2 done.
    function _requireSound(bytes calldata key) internal view virtual {
        uint256 head = Bn254.KEY_HEAD;
        if (key.length < head + 128 || key.length > head + 64 * (MAX_PUBLICS + 1) || key.length % 64 != 0) {
            revert Groth16Factory_InvalidLength(key.length);
        }
        if (!Bn254.isG1(key[0:64])) revert Groth16Factory_InvalidPoint(0);
        for (uint256 i = 0; i < 3; ++i) {
            if (!Bn254.isG2(key[64 + 128 * i:192 + 128 * i])) revert Groth16Factory_InvalidPoint(1 + i);
        }
        for (uint256 start = head; start < key.length; start += 64) {
            if (!Bn254.isG1(key[start:start + 64])) revert Groth16Factory_InvalidPoint(4 + (start - head) / 64);
        }
        bytes32 delta = keccak256(key[320:448]);
        if (delta == keccak256(key[192:320]) || delta == Bn254.G2_HASH) revert Groth16Factory_NoPhase2();
    }

    /// @dev Of a sound key.
    function _publicCount(bytes calldata key) internal pure virtual returns (uint256) {
        return (key.length - Bn254.KEY_HEAD) / 64 - 1;
    }

    /// @dev Code of a key's verifier.
    function _runtimeCode(bytes calldata key) internal view virtual returns (bytes memory) {
        return abi.encodePacked(type(Groth16Verifier).runtimeCode, key, uint16(key.length));
    }

    function _creationCode(bytes calldata key) private view returns (bytes memory) {
        bytes memory code = _runtimeCode(key);
        return abi.encodePacked(CREATION | (bytes10(uint80(code.length)) << 56), code);
    }
}
