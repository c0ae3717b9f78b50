// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INitroCertStore} from "./INitroCertStore.sol";
import {ITeeVerifier} from "./ITeeVerifier.sol";

/// @notice Whose zkVM proves.
/// @custom:value0 Sp1 ISP1Verifier, behind ISP1VerifierGateway
enum ProofSystem {
    Sp1,
    RiscZero
}

/// @title IZkTeeVerifier
/// @notice Verifies attestation documents of AWS Nitro Enclaves by a zkVM's proof in place of P-384 and X.509 on the chain. Evidence
/// is the journal (what the program committed to) and behind it the proof: SP1's proof bytes, RISC Zero's seal. `aux` is nothing.
///
/// The journal, big-endian, without padding:
///
/// | bytes | field |
/// |---|---|
/// | 0 to 31 | keccak256("Freehold ZkTee journal AwsNitro v1") |
/// | 32 to 63 | keccak256 of the root certificate in DER |
/// | 64 to 95 | evidenceId: keccak256 of the payload of the COSE_Sign1 |
/// | 96 to 127 | binding: user_data when it has 32 bytes, otherwise zero |
/// | 128 to 159 | platformId: keccak256 of module_id up to "-enc" |
/// | 160 to 303 | PCR0, PCR1, PCR2, 48 bytes each |
/// | 304 to 311 | timestamp, Unix milliseconds |
/// | 312 to 343 | id of the leaf as in INitroCertStore: it stands for all of the chain |
/// | 344 to 351 | notBefore, Unix seconds: the latest of the chain's, the root's included |
/// | 352 to 359 | notAfter, Unix seconds: the earliest of the chain's, the root's included |
/// | 360 | n, number of certificates below the root, 1 to 6 |
/// | 361 to 360 + 64 n | of each certificate below the root, downwards: INitroCertStore.authorityOf its issuer, its serial number |
///
/// What the program must prove, for a document that is its private input:
/// 1. it is what NitroDocument and CoseSign1 of this repository accept: at most 8,192 bytes, ES384, no unprotected header, no key
///    twice, no indefinite length, digest SHA384, PCR0 to PCR2 there, certificates and fields of at most 1,024 bytes;
/// 2. its chain is cabundle, the root first, then certificate: 2 to 7; each below the root is signed (ECDSA, P-384, SHA-384, either
///    half of s) by the key of the one before it, whose subject is its issuer, byte for byte, and not its own subject; key identifiers
///    that are there are equal and not empty; X.509 v3, and no unknown critical extension; every one but the last is an authority
///    (basicConstraints, keyCertSign, path length), the last is none and may sign (digitalSignature, neither keyCertSign nor
///    cRLSign): what NitroCertStore checks. There is no list of certificates that need no check;
/// 3. the leaf's key signed the document: Sig_structure of RFC 9052, 4.4;
/// 4. the journal says of this document and this chain what the table has.
/// It has no clock and no lists: time and revocations are the contract's. A program that proves less makes any report.
/// @dev The report is INitroVerifier's for the same document, except for basisId: keccak256 of the journal's bytes from 312 to the end,
/// which are the `aux` of {recheck}; INitroVerifier's is the leaf's id, which is of use only for chains that the store has cached.
/// Who freezes the route ends what is proven later: {recheck} does not ask him, so that he has no hold of anybody's stake; the leaf ends it
/// within three hours.
interface IZkTeeVerifier is ITeeVerifier {
    error ZkTeeVerifier_ZeroProgram();
    /// @notice Thrown at construction when the route's verifier has no code.
    error ZkTeeVerifier_NoVerifier(address verifier);
    /// @notice Thrown at construction when the route's verifier takes nonsense for a proof.
    error ZkTeeVerifier_CredulousVerifier(address verifier);
    /// @notice Thrown when the gateway does not have the route, has frozen or removed it, or gives no clean answer.
    error ZkTeeVerifier_RouteClosed(bytes4 route);
    /// @notice Thrown when the gateway routes to another verifier than at construction, or its code is another.
    error ZkTeeVerifier_RouteChanged(address verifier);
    /// @notice Thrown when a proof is for another route.
    error ZkTeeVerifier_ForeignRoute(bytes4 route);
    /// @notice Thrown when evidence, or an `aux` of {recheck}, is shorter than what it says that it has; bytes.
    error ZkTeeVerifier_Truncated(uint256 length, uint256 needed);
    /// @notice Thrown when the journal is of another version or purpose.
    error ZkTeeVerifier_UnknownJournal(bytes32 journalType);
    error ZkTeeVerifier_ForeignRoot(bytes32 rootHash);
    /// @notice Thrown when no certificate, or too many, are below the root.
    error ZkTeeVerifier_InvalidChainLength(uint256 length);
    /// @notice Thrown when the verifier reverts, or answers anything.
    error ZkTeeVerifier_InvalidProof();
    /// @notice Thrown when PCR0, PCR1 or PCR2 is zero: the enclave runs in debug mode and can be read from outside.
    error ZkTeeVerifier_DebugMode();
    /// @notice Thrown when now is outside of the time that the chain is valid in; Unix seconds.
    error ZkTeeVerifier_OutOfDate(uint64 notBefore, uint64 notAfter, uint256 nowAt);
    /// @notice Thrown when the document was made outside of the time that its chain is valid in; Unix milliseconds and seconds.
    error ZkTeeVerifier_OutsideChain(uint64 timestamp, uint64 notBefore, uint64 notAfter);
    /// @notice Thrown when the document comes from the future; Unix milliseconds and seconds.
    error ZkTeeVerifier_FutureDocument(uint64 timestamp, uint256 nowAt);
    /// @notice Thrown when a certificate of the chain is revoked.
    error ZkTeeVerifier_Revoked(bytes32 authority, uint256 serial);
    /// @notice Thrown when the store has the leaf, and other things to say of it.
    error ZkTeeVerifier_ContradictsStore(bytes32 leafId);
    /// @notice Thrown when {verify} gets an `aux`.
    error ZkTeeVerifier_UnexpectedAux(uint256 length);
    /// @notice Thrown when an `aux` of {recheck} is of other evidence.
    error ZkTeeVerifier_ForeignAux(bytes32 basisId);

    function SYSTEM() external view returns (ProofSystem);

    /// @notice The third party's router. It can refuse, by freezing the route; what it adds or changes is never used.
    function GATEWAY() external view returns (address);

    /// @notice First 4 bytes of every proof.
    function ROUTE() external view returns (bytes4);

    /// @notice Where the route led at construction: this contract is asked, and no other.
    function VERIFIER() external view returns (address);

    /// @notice EXTCODEHASH of {VERIFIER} at construction.
    function VERIFIER_CODE_HASH() external view returns (bytes32);

    /// @notice The program: SP1's verification key, RISC Zero's image id.
    function PROGRAM_ID() external view returns (bytes32);

    /// @notice Revocations, and the root.
    function STORE() external view returns (INitroCertStore);
}
