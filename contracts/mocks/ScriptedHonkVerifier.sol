// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IHonkVerifier} from "../interfaces/IHonkVerifier.sol";

/// @notice Answers as it was told where a generated verifier would judge. For what an adapter must check of any verifier.
contract ScriptedHonkVerifier is IHonkVerifier {
    /// @notice What {verify} can do; a generated verifier does the first three.
    enum Script {
        Judge,
        Refuse,
        RevertWithError,
        RevertInSilence,
        AnswerNothing,
        AnswerShort,
        AnswerLong,
        AnswerTwo,
        BurnAllGas,
        AcceptAll
    }

    error SumcheckFailed();

    // In the code, as a generated verifier has its key and its reference string.
    bytes32 private immutable VK_HASH;
    uint256 private immutable TAU_X1;
    uint256 private immutable TAU_X0;
    uint256 private immutable TAU_Y1;
    uint256 private immutable TAU_Y0;

    Script public script;
    mapping(bytes32 statement => bool) private _shown;

    constructor(bytes32 vkHash, uint256[4] memory tau, Script script_) {
        VK_HASH = vkHash;
        (TAU_X1, TAU_X0, TAU_Y1, TAU_Y0) = (tau[0], tau[1], tau[2], tau[3]);
        script = script_;
    }

    function setScript(Script script_) external {
        script = script_;
    }

    /// @notice Lets exactly this proof of this statement pass from now on.
    function show(bytes calldata proof, bytes32[] calldata publicInputs) external {
        _shown[_idOf(proof, publicInputs)] = true;
    }

    function verify(bytes calldata proof, bytes32[] calldata publicInputs) external view returns (bool) {
        Script now_ = script;
        if (now_ == Script.Judge) {
            if (!_shown[_idOf(proof, publicInputs)]) revert SumcheckFailed();
            return true;
        }
        if (now_ == Script.Refuse) return false;
        if (now_ == Script.RevertWithError) revert SumcheckFailed();
        if (now_ == Script.AcceptAll) return true;
        if (now_ == Script.BurnAllGas) {
            assembly ("memory-safe") {
                invalid()
            }
        }
        uint256 length =
            now_ == Script.AnswerShort
                ? 0x1f
                : now_ == Script.AnswerLong
                    ? 0x8000
                    : 0x20;
        uint256 word = now_ == Script.AnswerTwo ? 2 : 1;
        if (now_ == Script.RevertInSilence || now_ == Script.AnswerNothing) length = 0;
        assembly ("memory-safe") {
            let answer := mload(0x40)
            mstore(answer, word)
            if eq(now_, 3) {
                revert(0, 0)
            }
            return(answer, length)
        }
    }

    function constants() external view returns (bytes32, uint256, uint256, uint256, uint256) {
        return (VK_HASH, TAU_X1, TAU_X0, TAU_Y1, TAU_Y0);
    }

    function _idOf(bytes calldata proof, bytes32[] calldata publicInputs) private pure returns (bytes32) {
        return keccak256(abi.encode(proof, publicInputs));
    }
}
