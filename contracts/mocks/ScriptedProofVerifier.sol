// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IProofVerifier} from "../interfaces/IProofVerifier.sol";

/// @notice Accepts the statements that it was told, with the proof "proof". For what callers must check of any verifier.
contract ScriptedProofVerifier is IProofVerifier {
    mapping(bytes32 statement => bool) private _shown;

    /// @notice Lets a proof of the statement pass from now on.
    function show(uint256[] calldata publics) external {
        _shown[keccak256(abi.encode(publics))] = true;
    }

    function verify(uint256[] calldata publics, bytes calldata proof) external view returns (bool) {
        return _shown[keccak256(abi.encode(publics))] && keccak256(proof) == keccak256("proof");
    }

    function keyHash() external pure returns (bytes32) {
        return keccak256("scripted key");
    }
}
