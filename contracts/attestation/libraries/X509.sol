// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Der} from "./Der.sol";
import {Span, spanOf} from "./Span.sol";

/// @notice Curve of a key, and with it the hash of its signatures: ES256 or ES384.
enum Curve {
    P256,
    P384
}

/// @notice A certificate as it was read; the spans point into it.
/// @param tbs what is signed, with its header
/// @param serial at most 20 bytes (RFC 5280 4.1.2.2)
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param subjectHash keccak256 of the subject's name in DER
/// @param notBefore Unix seconds
/// @param notAfter Unix seconds, the last at which it is valid
/// @param publicKey x and y, 32 or 48 bytes each
/// @param signature SEQUENCE of r and s
struct Certificate {
    Span tbs;
    uint256 serial;
    bytes32 issuerHash;
    bytes32 subjectHash;
    uint64 notBefore;
    uint64 notAfter;
    Span publicKey;
    Span signature;
    Extensions extensions;
}

/// @param isCa basicConstraints; false where absent
/// @param pathLength certificates of authorities that may follow; `UNLIMITED` where nothing is said
/// @param keyUsage bits of RFC 5280 4.2.1.3, the first of them (digitalSignature) the highest of 16; 0 where absent
/// @param subjectKeyId its bytes, or nothing
/// @param authorityKeyId its keyIdentifier, or nothing
/// @param sgx value of Intel's extension 1.2.840.113741.1.13.1, or nothing
struct Extensions {
    bool isCa;
    uint256 pathLength;
    uint16 keyUsage;
    Span subjectKeyId;
    Span authorityKeyId;
    Span sgx;
}

/// @title X509
/// @notice Strict reader of X.509 v3 certificates (RFC 5280) with ECDSA keys on P-256 or P-384, as Intel and AWS issue them.
/// @dev Reads only; signatures, names and dates are for the caller to check.
library X509 {
    uint256 internal constant UNLIMITED = type(uint256).max;
    uint16 internal constant USAGE_DIGITAL_SIGNATURE = 0x8000;
    uint16 internal constant USAGE_KEY_CERT_SIGN = 0x0400;
    uint16 internal constant USAGE_CRL_SIGN = 0x0200;

    /// @dev AlgorithmIdentifier contents (RFC 5758 3.2): the OID alone, without parameters.
    bytes private constant ECDSA_SHA256 = hex"06082a8648ce3d040302";
    bytes private constant ECDSA_SHA384 = hex"06082a8648ce3d040303";
    /// @dev id-ecPublicKey with the named curve (RFC 5480 2.1).
    bytes private constant KEY_P256 = hex"06072a8648ce3d020106082a8648ce3d030107";
    bytes private constant KEY_P384 = hex"06072a8648ce3d020106052b81040022";

    /// @dev The last byte of 2.5.29.x, whose OID is 55 1d x.
    uint8 private constant SUBJECT_KEY_ID = 14;
    uint8 private constant KEY_USAGE = 15;
    uint8 private constant BASIC_CONSTRAINTS = 19;
    uint8 private constant CRL_DISTRIBUTION_POINTS = 31;
    uint8 private constant AUTHORITY_KEY_ID = 35;
    bytes32 private constant SGX_OID_HASH = keccak256(hex"2a864886f84d010d01");

    error X509_InvalidVersion();
    /// @notice Thrown when the algorithm of key or signature is not the expected one, or the two places differ.
    error X509_UnexpectedAlgorithm();
    error X509_InvalidKey(uint256 length);
    error X509_InvalidSerial();
    /// @notice Thrown when an extension that nobody here understands is critical.
    error X509_UnknownCriticalExtension(bytes oid);
    error X509_DuplicateExtension(bytes oid);
    error X509_InvalidExtension(bytes oid);

    /// @notice Reads a certificate whose signature and key are on `curve`.
    function parse(bytes calldata der, Curve curve) internal pure returns (Certificate memory certificate) {
        bytes calldata body = Der.only(der, Der.SEQUENCE);
        bytes calldata tbs;
        (tbs, body) = Der.takeWhole(body, Der.SEQUENCE);
        certificate.tbs = spanOf(tbs);
        certificate.signature = signatureOf(body, curve);
        _readTbs(Der.only(tbs, Der.SEQUENCE), curve, certificate);
    }

    /// @notice x and y of the key in a certificate that {parse} accepted before: reads nothing else, for a few thousand gas.
    function publicKeyOf(bytes calldata der, Curve curve) internal pure returns (bytes calldata) {
        (bytes calldata rest, ) = Der.take(Der.only(der, Der.SEQUENCE), Der.SEQUENCE);
        // Version, serial number, algorithm, issuer, validity, subject.
        for (uint256 i = 0; i < 6; ++i) (, , , rest) = Der.element(rest);
        (rest, ) = Der.take(rest, Der.SEQUENCE);
        return _publicKey(rest, curve).toBytes();
    }

    /// @notice What follows the signed part of a certificate or CRL: algorithm and signature.
    function signatureOf(bytes calldata rest, Curve curve) internal pure returns (Span) {
        rest = takeAlgorithm(rest, curve);
        bytes calldata signature;
        (signature, rest) = Der.takeBitString(rest);
        Der.end(rest);
        return spanOf(signature);
    }

    /// @notice Takes the AlgorithmIdentifier of signatures on `curve`.
    function takeAlgorithm(bytes calldata input, Curve curve) internal pure returns (bytes calldata rest) {
        bytes calldata algorithm;
        (algorithm, rest) = Der.take(input, Der.SEQUENCE);
        if (keccak256(algorithm) != keccak256(curve == Curve.P256 ? ECDSA_SHA256 : ECDSA_SHA384)) {
            revert X509_UnexpectedAlgorithm();
        }
    }

    /// @notice r and s of a DER signature on P-256.
    function signature256(bytes calldata signature) internal pure returns (uint256 r, uint256 s) {
        bytes calldata rest = Der.only(signature, Der.SEQUENCE);
        (r, rest) = Der.takeUint(rest, 32);
        (s, rest) = Der.takeUint(rest, 32);
        Der.end(rest);
    }

    /// @notice r || s of a DER signature on P-384, 48 bytes each.
    function signature384(bytes calldata signature) internal pure returns (bytes memory) {
        bytes calldata rest = Der.only(signature, Der.SEQUENCE);
        uint256 rHigh;
        uint256 rLow;
        uint256 sHigh;
        uint256 sLow;
        (rHigh, rLow, rest) = Der.takeUint384(rest);
        (sHigh, sLow, rest) = Der.takeUint384(rest);
        Der.end(rest);
        return abi.encodePacked(uint128(rHigh), rLow, uint128(sHigh), sLow);
    }

    function _readTbs(bytes calldata rest, Curve curve, Certificate memory certificate) private pure {
        bytes calldata part;
        (part, rest) = Der.take(rest, 0xa0);
        uint256 version;
        (version, part) = Der.takeUint(part, 1);
        if (version != 2 || part.length != 0) revert X509_InvalidVersion();

        (certificate.serial, rest) = takeSerial(rest);
        rest = takeAlgorithm(rest, curve);
        (part, rest) = Der.takeWhole(rest, Der.SEQUENCE);
        certificate.issuerHash = keccak256(part);
        (part, rest) = Der.take(rest, Der.SEQUENCE);
        (certificate.notBefore, part) = Der.takeTime(part);
        (certificate.notAfter, part) = Der.takeTime(part);
        Der.end(part);
        (part, rest) = Der.takeWhole(rest, Der.SEQUENCE);
        certificate.subjectHash = keccak256(part);
        (part, rest) = Der.take(rest, Der.SEQUENCE);
        certificate.publicKey = _publicKey(part, curve);
        certificate.extensions = _readExtensions(Der.only(Der.only(rest, 0xa3), Der.SEQUENCE));
    }

    /// @notice A serial number: positive, at most 20 bytes.
    function takeSerial(bytes calldata input) internal pure returns (uint256 serial, bytes calldata rest) {
        (serial, rest) = Der.takeUint(input, 20);
        if (serial == 0) revert X509_InvalidSerial();
    }

    function _publicKey(bytes calldata info, Curve curve) private pure returns (Span) {
        (bytes calldata algorithm, bytes calldata rest) = Der.take(info, Der.SEQUENCE);
        if (keccak256(algorithm) != keccak256(curve == Curve.P256 ? KEY_P256 : KEY_P384)) {
            revert X509_UnexpectedAlgorithm();
        }
        bytes calldata point;
        (point, rest) = Der.takeBitString(rest);
        Der.end(rest);
        // Uncompressed only (SEC 1, 2.3.3).
        if (point.length != (curve == Curve.P256 ? 65 : 97) || point[0] != 0x04) revert X509_InvalidKey(point.length);
        return spanOf(point[1:]);
    }

    function _readExtensions(bytes calldata rest) private pure returns (Extensions memory extensions) {
        extensions.pathLength = UNLIMITED;
        // Bit x: 2.5.29.x was there; bit 255: Intel's.
        uint256 seen;
        while (rest.length != 0) {
            bytes calldata oid;
            bytes calldata value;
            bool critical;
            (oid, critical, value, rest) = takeExtension(rest);
            uint256 bit;
            if (isStandard(oid)) bit = uint8(oid[2]);
            else if (keccak256(oid) == SGX_OID_HASH) bit = 255;
            else if (critical) revert X509_UnknownCriticalExtension(oid);
            else continue;

            if (seen & (1 << bit) != 0) revert X509_DuplicateExtension(oid);
            seen |= 1 << bit;
            if (!_read(extensions, bit, oid, value) && critical) revert X509_UnknownCriticalExtension(oid);
        }
    }

    /// @notice The next extension of a certificate or CRL.
    function takeExtension(
        bytes calldata input
    ) internal pure returns (bytes calldata oid, bool critical, bytes calldata value, bytes calldata rest) {
        bytes calldata body;
        (body, rest) = Der.take(input, Der.SEQUENCE);
        (oid, body) = Der.take(body, Der.OID);
        if (Der.isNext(body, Der.BOOLEAN)) {
            (critical, body) = Der.takeBool(body);
            // DER leaves defaults out.
            if (!critical) revert X509_InvalidExtension(oid);
        }
        value = Der.only(body, Der.OCTET_STRING);
    }

    /// @notice Whether an OID is 2.5.29.x with x below 128.
    function isStandard(bytes calldata oid) internal pure returns (bool) {
        return oid.length == 3 && oid[0] == 0x55 && oid[1] == 0x1d && uint8(oid[2]) < 0x80;
    }

    /// @dev Returns false for an extension that is not understood.
    function _read(
        Extensions memory extensions,
        uint256 id,
        bytes calldata oid,
        bytes calldata value
    ) private pure returns (bool) {
        if (id == BASIC_CONSTRAINTS) _readBasicConstraints(extensions, oid, value);
        else if (id == KEY_USAGE) extensions.keyUsage = _keyUsage(oid, value);
        else if (id == SUBJECT_KEY_ID) extensions.subjectKeyId = spanOf(Der.only(value, Der.OCTET_STRING));
        else if (id == AUTHORITY_KEY_ID) extensions.authorityKeyId = authorityKeyIdOf(value);
        else if (id == 255)
            extensions.sgx = spanOf(value);
            // Where a CRL is to be had changes nothing here: CRLs are submitted.
        else return id == CRL_DISTRIBUTION_POINTS;
        return true;
    }

    function _readBasicConstraints(
        Extensions memory extensions,
        bytes calldata oid,
        bytes calldata value
    ) private pure {
        bytes calldata body = Der.only(value, Der.SEQUENCE);
        if (Der.isNext(body, Der.BOOLEAN)) {
            (extensions.isCa, body) = Der.takeBool(body);
            if (!extensions.isCa) revert X509_InvalidExtension(oid);
        }
        if (body.length != 0) {
            if (!extensions.isCa) revert X509_InvalidExtension(oid);
            (extensions.pathLength, body) = Der.takeUint(body, 1);
            Der.end(body);
        }
    }

    function _keyUsage(bytes calldata oid, bytes calldata value) private pure returns (uint16) {
        bytes calldata bits = Der.only(value, Der.BIT_STRING);
        if (bits.length < 2 || bits.length > 3) revert X509_InvalidExtension(oid);
        uint256 unused = uint8(bits[0]);
        uint8 last = uint8(bits[bits.length - 1]);
        // DER: no bit set among the unused ones, and the last used one is set (X.690 11.2).
        if (unused > 7 || last & ((1 << unused) - 1) != 0 || last & (1 << unused) == 0) {
            revert X509_InvalidExtension(oid);
        }
        return (uint16(uint8(bits[1])) << 8) | (bits.length == 3 ? uint8(bits[2]) : 0);
    }

    /// @notice keyIdentifier of an AuthorityKeyIdentifier, or nothing when it names its authority otherwise.
    function authorityKeyIdOf(bytes calldata value) internal pure returns (Span) {
        bytes calldata body = Der.only(value, Der.SEQUENCE);
        if (!Der.isNext(body, 0x80)) return Span.wrap(0);
        (bytes calldata keyId, ) = Der.take(body, 0x80);
        return spanOf(keyId);
    }
}
