// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title IRiscZeroVerifier
/// @notice Verifies receipts of RISC Zero's zkVM. Format: dev.risczero.com, "Verifier Contracts".
interface IRiscZeroVerifier {
    /// @notice Reverts unless `seal` proves that the program halted with 0, without assumptions, and wrote that journal.
    /// @param seal selector of the verifier (4 bytes), and the proof
    /// @param imageId identity of the program
    /// @param journalDigest SHA-256 of the journal
    function verify(bytes calldata seal, bytes32 imageId, bytes32 journalDigest) external view;
}

/// @title IRiscZeroVerifierRouter
/// @notice What RISC Zero's router says of its routes. Its owner adds routes and removes them for ever.
interface IRiscZeroVerifierRouter {
    /// @notice Reverts where there is no route, or no longer.
    /// @param selector first 4 bytes of a seal
    function getVerifier(bytes4 selector) external view returns (address verifier);
}
