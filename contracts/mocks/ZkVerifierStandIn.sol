// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRiscZeroVerifier} from "../interfaces/IRiscZeroVerifier.sol";
import {ISP1Verifier} from "../interfaces/ISP1Verifier.sol";

/// @notice Stands for the verifiers of SP1 and RISC Zero where no prover is. Verifies nothing: it takes for proofs exactly what it
/// was told to.
contract ZkVerifierStandIn is ISP1Verifier, IRiscZeroVerifier {
    error ZkVerifierStandIn_InvalidProof();

    mapping(bytes32 claim => bool) private _proven;

    /// @notice From now on `proof` proves that the program made this journal, to both kinds of callers.
    function register(bytes32 programId, bytes calldata journal, bytes calldata proof) external {
        _proven[_claimOf(programId, sha256(journal), proof)] = true;
    }

    /// @inheritdoc ISP1Verifier
    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view {
        _require(programVKey, sha256(publicValues), proofBytes);
    }

    /// @inheritdoc IRiscZeroVerifier
    function verify(bytes calldata seal, bytes32 imageId, bytes32 journalDigest) external view {
        _require(imageId, journalDigest, seal);
    }

    function _require(bytes32 programId, bytes32 journalDigest, bytes calldata proof) private view {
        if (!_proven[_claimOf(programId, journalDigest, proof)]) revert ZkVerifierStandIn_InvalidProof();
    }

    function _claimOf(bytes32 programId, bytes32 journalDigest, bytes calldata proof) private pure returns (bytes32) {
        return keccak256(abi.encode(programId, journalDigest, keccak256(proof)));
    }
}
