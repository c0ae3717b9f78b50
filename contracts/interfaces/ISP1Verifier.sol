// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ISP1Verifier
/// @notice Verifies proofs of Succinct's SP1 zkVM. Format: docs.succinct.xyz, "Onchain Verification".
interface ISP1Verifier {
    /// @notice Reverts unless `proofBytes` proves that the program ended well and committed to exactly `publicValues`.
    /// @param programVKey identity of the program
    /// @param publicValues bytes that it committed to
    /// @param proofBytes selector of the verifier (the first 4 bytes of its hash), and the proof
    function verifyProof(bytes32 programVKey, bytes calldata publicValues, bytes calldata proofBytes) external view;
}

/// @title ISP1VerifierGateway
/// @notice What Succinct's gateway says of its routes. Its owner adds routes and freezes them; he can do neither twice.
interface ISP1VerifierGateway {
    /// @param selector first 4 bytes of a proof
    /// @return verifier zero where there is no route
    /// @return frozen for ever
    function routes(bytes4 selector) external view returns (address verifier, bool frozen);
}
