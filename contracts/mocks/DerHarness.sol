// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Der} from "../attestation/libraries/Der.sol";
import {Certificate, Curve, X509} from "../attestation/libraries/X509.sol";
import {Crl, X509Crl} from "../attestation/libraries/X509Crl.sol";

/// @notice What {DerHarness.certificate} read, with bytes in place of spans.
struct CertificateView {
    bytes tbs;
    uint256 serial;
    bytes32 issuerHash;
    bytes32 subjectHash;
    uint64 notBefore;
    uint64 notAfter;
    bytes publicKey;
    bytes signature;
    bool isCa;
    uint256 pathLength;
    uint16 keyUsage;
    bytes subjectKeyId;
    bytes authorityKeyId;
    bytes sgx;
}

/// @notice What {DerHarness.crl} read.
struct CrlView {
    bytes tbs;
    bytes32 issuerHash;
    uint64 thisUpdate;
    uint64 nextUpdate;
    uint256 number;
    bytes authorityKeyId;
    uint256[] revoked;
    bytes signature;
}

/// @notice Shows to tests what the readers of DER, certificates and revocation lists read.
contract DerHarness {
    function certificate(bytes calldata der, Curve curve) external pure returns (CertificateView memory shown) {
        Certificate memory read = X509.parse(der, curve);
        shown.tbs = read.tbs.toBytes();
        shown.serial = read.serial;
        shown.issuerHash = read.issuerHash;
        shown.subjectHash = read.subjectHash;
        shown.notBefore = read.notBefore;
        shown.notAfter = read.notAfter;
        shown.publicKey = read.publicKey.toBytes();
        shown.signature = read.signature.toBytes();
        shown.isCa = read.extensions.isCa;
        shown.pathLength = read.extensions.pathLength;
        shown.keyUsage = read.extensions.keyUsage;
        shown.subjectKeyId = read.extensions.subjectKeyId.toBytes();
        shown.authorityKeyId = read.extensions.authorityKeyId.toBytes();
        shown.sgx = read.extensions.sgx.toBytes();
    }

    function crl(bytes calldata der, Curve curve) external pure returns (CrlView memory shown) {
        Crl memory read = X509Crl.parse(der, curve);
        shown.tbs = read.tbs.toBytes();
        shown.issuerHash = read.issuerHash;
        shown.thisUpdate = read.thisUpdate;
        shown.nextUpdate = read.nextUpdate;
        shown.number = read.number;
        shown.authorityKeyId = read.authorityKeyId.toBytes();
        shown.signature = read.signature.toBytes();
        shown.revoked = _serials(read.revoked.toBytes());
    }

    function time(bytes calldata der) external pure returns (uint64 unix) {
        bytes calldata rest;
        (unix, rest) = Der.takeTime(der);
        Der.end(rest);
    }

    function signature256(bytes calldata der) external pure returns (uint256 r, uint256 s) {
        return X509.signature256(der);
    }

    function signature384(bytes calldata der) external pure returns (bytes memory) {
        return X509.signature384(der);
    }

    function _serials(bytes calldata entries) private pure returns (uint256[] memory serials) {
        uint256 count;
        for (bytes calldata rest = entries; rest.length != 0; ++count) (, rest) = X509Crl.takeRevoked(rest);
        serials = new uint256[](count);
        for (uint256 i = 0; i < count; ++i) (serials[i], entries) = X509Crl.takeRevoked(entries);
    }
}
