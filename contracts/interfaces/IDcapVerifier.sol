// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ITeeVerifier} from "./ITeeVerifier.sol";

/// @title IDcapVerifier
/// @notice Verifies quotes of Intel SGX and TDX: versions 3, 4 and 5, as hardware makes them or trimmed (DcapQuote).
/// @dev `aux` of {verify} is `length(2) identity info`: the packed identity of the quoting enclave, behind its length, and the packed TCB info,
/// which have to hash to what {COLLATERAL} holds. `aux` of {recheck} is `length(2) basis` (DcapStatus) before these three.
/// Report data of the enclave: its first 32 bytes are the binding. `issuedAt` is 0: quotes carry no time. `platformId` is the PPID, 16 bytes.
interface IDcapVerifier is ITeeVerifier {
    /// @notice Thrown when the certificate, a revocation list or collateral is absent, revoked or has expired.
    error DcapVerifier_OutOfDate(bytes32 pckId);
    /// @notice Thrown when the chain of a raw quote was never linked to its certificate.
    error DcapVerifier_UnknownPem(bytes32 pemHash);
    /// @notice Thrown when collateral is not what is held.
    error DcapVerifier_WrongCollateral(bytes32 expected, bytes32 actual);
    /// @notice Thrown when the attestation key did not sign the quote.
    error DcapVerifier_BadQuoteSignature();
    /// @notice Thrown when the quoting enclave does not vouch for the attestation key.
    error DcapVerifier_KeyNotBound();
    /// @notice Thrown when the certified key did not sign the quoting enclave's report.
    error DcapVerifier_BadQeSignature();
    /// @notice Thrown when the enclave can be read from outside.
    error DcapVerifier_DebugMode(bytes32 measurementId);
    /// @notice Thrown when Intel revoked the platform's level.
    error DcapVerifier_TcbRevoked();
    /// @notice Thrown when `aux` is not of its form, or the basis not that of the report.
    error DcapVerifier_InvalidAux();

    /// @notice Where certificates and collateral are.
    function COLLATERAL() external view returns (address);
}
