// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INitroCertStore} from "./INitroCertStore.sol";
import {ITeeVerifier} from "./ITeeVerifier.sol";

/// @title INitroVerifier
/// @notice Verifies attestation documents of AWS Nitro Enclaves. Evidence is the document as the Nitro Secure Module gives it
/// (COSE_Sign1, with or without its tag); `aux` is the hints of the certificates below the root and of the document, in this
/// order and in the form that INitroCertStore describes, or nothing. Certificates that are cached need none.
/// @dev The report: measurementId = keccak256(abi.encode(keccak256("Freehold measurement AwsNitro v1"),
/// keccak256(PCR0 || PCR1 || PCR2))); binding = user_data when it has 32 bytes, otherwise zero; evidenceId = keccak256 of
/// the signed payload; issuedAt = its timestamp, rounded down to seconds; validUntil = the earliest end of its certificates;
/// tcbStatus = UpToDate, AWS knows no other; platformId = keccak256 of the module's name up to "-enc", which is the EC2
/// instance's id; basisId = id of the leaf in the store, which stands for the whole chain, so {recheck} needs no `aux`.
interface INitroVerifier is ITeeVerifier {
    /// @notice Thrown when a document is longer than `max` bytes.
    error NitroVerifier_TooLong(uint256 length, uint256 max);
    /// @notice Thrown when PCR0, PCR1 or PCR2 is missing.
    error NitroVerifier_MissingPcr(uint256 index);
    /// @notice Thrown when PCR0, PCR1 or PCR2 is zero: the enclave runs in debug mode and can be read from outside.
    error NitroVerifier_DebugMode();
    /// @notice Thrown when what signed the document is an authority.
    error NitroVerifier_NotLeaf(bytes32 id);
    /// @notice Thrown when the document was made outside of the time that its certificates are valid in; Unix milliseconds
    /// and seconds.
    error NitroVerifier_OutsideChain(uint64 timestamp, uint64 notBefore, uint64 notAfter);
    error NitroVerifier_InvalidSignature();
    /// @notice Thrown when {recheck} gets an `aux`.
    error NitroVerifier_UnexpectedAux(uint256 length);

    /// @notice Certificates and their revocations.
    function STORE() external view returns (INitroCertStore);
}
