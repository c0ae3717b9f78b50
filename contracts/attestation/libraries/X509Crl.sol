// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Der} from "./Der.sol";
import {Span, spanOf} from "./Span.sol";
import {Curve, X509} from "./X509.sol";

/// @notice A certificate revocation list as it was read; the spans point into it.
/// @param tbs what is signed, with its header
/// @param issuerHash keccak256 of the issuer's name in DER
/// @param thisUpdate Unix seconds
/// @param nextUpdate Unix seconds
/// @param number cRLNumber (RFC 5280 5.2.3)
/// @param authorityKeyId keyIdentifier of the key that signed, or nothing
/// @param revoked the entries, empty when nothing is revoked; see {X509Crl.takeRevoked}
/// @param signature SEQUENCE of r and s
struct Crl {
    Span tbs;
    bytes32 issuerHash;
    uint64 thisUpdate;
    uint64 nextUpdate;
    uint256 number;
    Span authorityKeyId;
    Span revoked;
    Span signature;
}

/// @title X509Crl
/// @notice Strict reader of complete X.509 v2 CRLs (RFC 5280, chapter 5) with ECDSA signatures.
/// @dev Partial, delta and indirect lists have critical extensions that are not understood here: refused.
library X509Crl {
    /// @dev The last byte of 2.5.29.x.
    uint8 private constant CRL_NUMBER = 20;
    uint8 private constant AUTHORITY_KEY_ID = 35;

    error X509Crl_InvalidVersion();
    /// @notice Thrown when a list does not say when the next one comes.
    error X509Crl_NoNextUpdate();
    error X509Crl_UnknownCriticalExtension(bytes oid);
    error X509Crl_DuplicateExtension(bytes oid);

    /// @notice Reads a list that a key on `curve` signed.
    function parse(bytes calldata der, Curve curve) internal pure returns (Crl memory crl) {
        bytes calldata body = Der.only(der, Der.SEQUENCE);
        bytes calldata tbs;
        (tbs, body) = Der.takeWhole(body, Der.SEQUENCE);
        crl.tbs = spanOf(tbs);
        crl.signature = X509.signatureOf(body, curve);
        _readTbs(Der.only(tbs, Der.SEQUENCE), curve, crl);
    }

    /// @notice The serial number of the next entry of {Crl.revoked}. An entry is well-formed or the call reverts.
    function takeRevoked(bytes calldata input) internal pure returns (uint256 serial, bytes calldata rest) {
        bytes calldata entry;
        (entry, rest) = Der.take(input, Der.SEQUENCE);
        (serial, entry) = X509.takeSerial(entry);
        (, entry) = Der.takeTime(entry);
        if (entry.length != 0) {
            bytes calldata extensions = Der.only(entry, Der.SEQUENCE);
            while (extensions.length != 0) {
                bytes calldata oid;
                bool critical;
                (oid, critical, , extensions) = X509.takeExtension(extensions);
                if (critical) revert X509Crl_UnknownCriticalExtension(oid);
            }
        }
    }

    function _readTbs(bytes calldata rest, Curve curve, Crl memory crl) private pure {
        uint256 version;
        (version, rest) = Der.takeUint(rest, 1);
        if (version != 1) revert X509Crl_InvalidVersion();
        rest = X509.takeAlgorithm(rest, curve);
        bytes calldata part;
        (part, rest) = Der.takeWhole(rest, Der.SEQUENCE);
        crl.issuerHash = keccak256(part);
        (crl.thisUpdate, rest) = Der.takeTime(rest);
        if (!Der.isNext(rest, Der.UTC_TIME) && !Der.isNext(rest, Der.GENERALIZED_TIME)) revert X509Crl_NoNextUpdate();
        (crl.nextUpdate, rest) = Der.takeTime(rest);
        if (Der.isNext(rest, Der.SEQUENCE)) {
            (part, rest) = Der.take(rest, Der.SEQUENCE);
            crl.revoked = spanOf(part);
        }
        _readExtensions(Der.only(Der.only(rest, 0xa0), Der.SEQUENCE), crl);
    }

    function _readExtensions(bytes calldata rest, Crl memory crl) private pure {
        uint256 seen;
        while (rest.length != 0) {
            bytes calldata oid;
            bytes calldata value;
            bool critical;
            (oid, critical, value, rest) = X509.takeExtension(rest);
            uint256 id = X509.isStandard(oid) ? uint8(oid[2]) : 0;
            bool known = id == CRL_NUMBER || id == AUTHORITY_KEY_ID;
            if (!known) {
                if (critical) revert X509Crl_UnknownCriticalExtension(oid);
                continue;
            }
            if (seen & (1 << id) != 0) revert X509Crl_DuplicateExtension(oid);
            seen |= 1 << id;
            if (id == AUTHORITY_KEY_ID) crl.authorityKeyId = X509.authorityKeyIdOf(value);
            else {
                (crl.number, value) = Der.takeUint(value, 20);
                Der.end(value);
            }
        }
    }
}
