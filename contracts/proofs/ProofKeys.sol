// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManaged} from "@openzeppelin/contracts/access/manager/AccessManaged.sol";

import {Circuit, IProofKeys} from "../interfaces/IProofKeys.sol";
import {IProofVerifier} from "../interfaces/IProofVerifier.sol";

/// @title ProofKeys
/// @notice See {IProofKeys}.
/// @custom:security-contact see SECURITY.md
contract ProofKeys is IProofKeys, AccessManaged {
    bytes32 private constant CIRCUIT_DOMAIN = keccak256("Freehold circuit v1");

    mapping(bytes32 circuitId => IProofVerifier) private _verifiers;

    /// @param authority AccessManager whose delay stands before every new key
    constructor(address authority) AccessManaged(authority) {}

    /// @inheritdoc IProofKeys
    function pin(Circuit calldata circuit, IProofVerifier verifier, bytes32 keyHash) external restricted {
        if (circuit.tier == 0 || circuit.tier > 2) revert ProofKeys_InvalidCircuit();
        if (circuit.features == 0 || circuit.hidden == 0 || circuit.classes == 0) revert ProofKeys_InvalidCircuit();
        bytes32 circuitId = circuitIdOf(circuit);
        if (address(_verifiers[circuitId]) != address(0)) revert ProofKeys_Pinned(circuitId);
        bytes32 actual = verifier.keyHash();
        if (actual != keyHash) revert ProofKeys_WrongKey(keyHash, actual);

        _verifiers[circuitId] = verifier;
        emit KeyPinned(circuitId, address(verifier), keyHash, circuit);
    }

    /// @inheritdoc IProofKeys
    function verifierOf(bytes32 circuitId) external view returns (IProofVerifier verifier) {
        verifier = _verifiers[circuitId];
        if (address(verifier) == address(0)) revert ProofKeys_UnknownCircuit(circuitId);
    }

    /// @inheritdoc IProofKeys
    function isPinned(bytes32 circuitId) external view returns (bool) {
        return address(_verifiers[circuitId]) != address(0);
    }

    /// @inheritdoc IProofKeys
    function circuitIdOf(Circuit calldata circuit) public pure returns (bytes32) {
        return keccak256(abi.encode(CIRCUIT_DOMAIN, circuit));
    }
}
