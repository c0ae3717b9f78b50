// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CachedCertificate, CertificateRole, INitroCertStore, RevocationList} from "../interfaces/INitroCertStore.sol";
import {IP384} from "../interfaces/IP384.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {Der} from "./libraries/Der.sol";
import {Es384} from "./libraries/Es384.sol";
import {Hints} from "./libraries/Hints.sol";
import {Span} from "./libraries/Span.sol";
import {Certificate, Curve, X509} from "./libraries/X509.sol";
import {Crl, X509Crl} from "./libraries/X509Crl.sol";

/// @title NitroCertStore
/// @notice See INitroCertStore. RFC 5280, chapter 6, for chains as AWS issues them: no policies, no name constraints.
contract NitroCertStore is INitroCertStore {
    /// @dev The root, five authorities below it, and the leaf: what a document has room for.
    uint256 private constant MAX_CHAIN = 7;
    /// @dev A path length that never runs out: no chain is that long.
    uint8 private constant UNLIMITED = type(uint8).max;

    ISha384 public immutable SHA384;
    IP384 public immutable P384;
    /// @inheritdoc INitroCertStore
    bytes32 public immutable ROOT_HASH;

    mapping(bytes32 id => CachedCertificate) private _certificates;
    mapping(bytes32 revocationId => bool) private _revoked;
    mapping(bytes32 authority => RevocationList) private _lists;

    /// @param rootHash keccak256 of the root certificate: everything rests on it, so its own signature is not checked
    constructor(bytes32 rootHash, ISha384 sha384, IP384 p384) {
        ROOT_HASH = rootHash;
        SHA384 = sha384;
        P384 = p384;
    }

    /// @inheritdoc INitroCertStore
    function submit(
        bytes calldata der,
        bytes32 parentId,
        bytes calldata parentDer,
        bytes calldata hints
    ) external returns (bytes32 id) {
        if (keccak256(parentDer) == ROOT_HASH && _addRoot(parentDer) != parentId) {
            revert NitroCertStore_WrongAuthority(parentId);
        }
        _requireShown(parentId, parentDer);
        id = _cache(parentId, parentDer, der, hints);
        _requireValid(id);
    }

    /// @inheritdoc INitroCertStore
    function submitChain(
        bytes[] calldata chain,
        bytes calldata hints
    ) external returns (bytes32 id, uint64 notBefore, uint64 notAfter, CertificateRole role) {
        if (chain.length < 2 || chain.length > MAX_CHAIN) revert NitroCertStore_InvalidChainLength(chain.length);
        if (keccak256(chain[0]) != ROOT_HASH) revert NitroCertStore_ForeignRoot(keccak256(chain[0]));
        id = _addRoot(chain[0]);
        for (uint256 i = 1; i < chain.length; ++i) {
            bytes calldata hint;
            (hint, hints) = Hints.take(hints);
            id = _cache(id, chain[i - 1], chain[i], hint);
        }
        Hints.end(hints);
        CachedCertificate storage last = _certificates[id];
        (notBefore, notAfter, role) = (last.notBefore, last.notAfter, last.role);
        _requireNow(notBefore, notAfter);
    }

    /// @inheritdoc INitroCertStore
    function submitCrl(
        bytes calldata der,
        bytes32 authorityId,
        bytes calldata authorityDer,
        bytes calldata hints,
        uint256 maxEntries
    ) external returns (bool done) {
        if (keccak256(authorityDer) == ROOT_HASH) _addRoot(authorityDer);
        _requireShown(authorityId, authorityDer);
        _requireValid(authorityId);
        if (_certificates[authorityId].role != CertificateRole.Authority) revert NitroCertStore_NotAuthority();

        Certificate memory signer = X509.parse(authorityDer, Curve.P384);
        Crl memory crl = X509Crl.parse(der, Curve.P384);
        if (crl.issuerHash != signer.subjectHash) {
            revert NitroCertStore_IssuerMismatch(crl.issuerHash, signer.subjectHash);
        }
        _checkKeyIds(crl.authorityKeyId, signer.extensions.subjectKeyId);
        if (signer.extensions.keyUsage & X509.USAGE_CRL_SIGN == 0) {
            revert NitroCertStore_WrongKeyUsage(signer.extensions.keyUsage);
        }
        bytes32 authority = _authorityOf(signer);
        _acceptList(crl, authority);
        _checkSignature(crl.tbs, crl.signature, signer, hints);
        return _record(crl.revoked, authority, maxEntries);
    }

    /// @inheritdoc INitroCertStore
    function continueCrl(bytes calldata der, bytes32 authority, uint256 maxEntries) external returns (bool done) {
        Crl memory crl = X509Crl.parse(der, Curve.P384);
        bytes32 tbsHash = keccak256(crl.tbs.toBytes());
        if (_lists[authority].tbsHash != tbsHash) revert NitroCertStore_UnknownList(tbsHash);
        return _record(crl.revoked, authority, maxEntries);
    }

    /// @inheritdoc INitroCertStore
    function statusOf(bytes32 id) public view returns (uint64 notBefore, uint64 notAfter, bool revoked) {
        CachedCertificate storage certificate = _certificates[id];
        if (certificate.role == CertificateRole.None) revert NitroCertStore_UnknownCertificate(id);
        (notBefore, notAfter) = (certificate.notBefore, certificate.notAfter);
        // At most MAX_CHAIN steps: depth is bounded where certificates are added.
        for (; certificate.depth != 0; certificate = _certificates[certificate.parent]) {
            if (_revoked[certificate.revocationId]) return (notBefore, notAfter, true);
        }
    }

    /// @inheritdoc INitroCertStore
    function certificateOf(bytes32 id) external view returns (CachedCertificate memory) {
        return _certificates[id];
    }

    /// @inheritdoc INitroCertStore
    function listOf(bytes32 authority) external view returns (RevocationList memory) {
        return _lists[authority];
    }

    /// @inheritdoc INitroCertStore
    function isRevoked(bytes32 authority, uint256 serial) external view returns (bool) {
        return _revoked[_revocationIdOf(authority, serial)];
    }

    /// @inheritdoc INitroCertStore
    function authorityOf(bytes calldata der) external pure returns (bytes32) {
        return _authorityOf(X509.parse(der, Curve.P384));
    }

    /// @dev `der` is the root, by its hash.
    function _addRoot(bytes calldata der) private returns (bytes32 id) {
        id = _idOf(0, der);
        if (_certificates[id].role != CertificateRole.None) return id;

        Certificate memory root = X509.parse(der, Curve.P384);
        if (_roleOf(root) != CertificateRole.Authority) revert NitroCertStore_NotAuthority();
        CachedCertificate memory certificate;
        certificate.notBefore = root.notBefore;
        certificate.notAfter = root.notAfter;
        certificate.pathLength = _pathLengthOf(root);
        certificate.role = CertificateRole.Authority;
        _store(id, certificate);
    }

    /// @dev Adds a certificate below a cached one, which is shown, unless it is there. Reverts when it is revoked; those above
    /// it are for the caller to check.
    function _cache(
        bytes32 parentId,
        bytes calldata parentDer,
        bytes calldata der,
        bytes calldata hints
    ) private returns (bytes32 id) {
        id = _idOf(parentId, der);
        if (_certificates[id].role != CertificateRole.None) {
            if (_revoked[_certificates[id].revocationId]) revert NitroCertStore_Revoked(id);
            return id;
        }

        Certificate memory issuer = X509.parse(parentDer, Curve.P384);
        Certificate memory subject = X509.parse(der, Curve.P384);
        if (subject.issuerHash != issuer.subjectHash) {
            revert NitroCertStore_IssuerMismatch(subject.issuerHash, issuer.subjectHash);
        }
        if (subject.subjectHash == subject.issuerHash) revert NitroCertStore_SelfIssued();
        _checkKeyIds(subject.extensions.authorityKeyId, issuer.extensions.subjectKeyId);

        CachedCertificate memory certificate = _below(_certificates[parentId], subject);
        certificate.parent = parentId;
        certificate.revocationId = _revocationIdOf(_authorityOf(issuer), subject.serial);
        if (_revoked[certificate.revocationId]) revert NitroCertStore_Revoked(id);
        _checkSignature(subject.tbs, subject.signature, issuer, hints);
        _store(id, certificate);
    }

    /// @dev Role, path length and time of a certificate under those of its authority.
    function _below(
        CachedCertificate memory parent,
        Certificate memory subject
    ) private view returns (CachedCertificate memory certificate) {
        if (parent.role != CertificateRole.Authority) revert NitroCertStore_NotAuthority();
        certificate.role = _roleOf(subject);
        certificate.depth = parent.depth + 1;
        if (certificate.depth >= MAX_CHAIN) revert NitroCertStore_PathTooLong();
        if (certificate.role == CertificateRole.Authority) {
            if (parent.pathLength == 0) revert NitroCertStore_PathTooLong();
            uint8 left = parent.pathLength == UNLIMITED ? UNLIMITED : parent.pathLength - 1;
            uint8 own = _pathLengthOf(subject);
            certificate.pathLength = own < left ? own : left;
        }
        certificate.notBefore = subject.notBefore > parent.notBefore ? subject.notBefore : parent.notBefore;
        certificate.notAfter = subject.notAfter < parent.notAfter ? subject.notAfter : parent.notAfter;
        _requireNow(certificate.notBefore, certificate.notAfter);
    }

    function _store(bytes32 id, CachedCertificate memory certificate) private {
        _certificates[id] = certificate;
        emit CertificateCached(id, certificate.parent, certificate.notBefore, certificate.notAfter, certificate.role);
    }

    function _acceptList(Crl memory crl, bytes32 authority) private {
        if (crl.thisUpdate > block.timestamp) revert NitroCertStore_FutureList(crl.thisUpdate, block.timestamp);
        RevocationList storage list = _lists[authority];
        uint160 number = uint160(crl.number);
        if (list.tbsHash != 0 && (number <= list.number || crl.thisUpdate < list.thisUpdate)) {
            revert NitroCertStore_NotNewer(number, crl.thisUpdate);
        }
        _lists[authority] = RevocationList({
            number: number,
            thisUpdate: crl.thisUpdate,
            read: 0,
            tbsHash: keccak256(crl.tbs.toBytes())
        });
        emit RevocationListAccepted(authority, number, crl.thisUpdate, crl.nextUpdate);
    }

    function _record(Span revoked, bytes32 authority, uint256 maxEntries) private returns (bool done) {
        bytes calldata entries = revoked.toBytes();
        bytes calldata rest = entries[_lists[authority].read:];
        for (uint256 i = 0; i < maxEntries && rest.length != 0; ++i) {
            uint256 serial;
            (serial, rest) = X509Crl.takeRevoked(rest);
            bytes32 revocationId = _revocationIdOf(authority, serial);
            if (_revoked[revocationId]) continue;
            _revoked[revocationId] = true;
            emit CertificateRevoked(authority, serial);
        }
        _lists[authority].read = uint32(entries.length - rest.length);
        return rest.length == 0;
    }

    function _requireValid(bytes32 id) private view {
        (uint64 notBefore, uint64 notAfter, bool revoked) = statusOf(id);
        if (revoked) revert NitroCertStore_Revoked(id);
        _requireNow(notBefore, notAfter);
    }

    function _requireNow(uint64 notBefore, uint64 notAfter) private view {
        if (block.timestamp < notBefore || block.timestamp > notAfter) {
            revert NitroCertStore_OutOfDate(notBefore, notAfter, block.timestamp);
        }
    }

    /// @dev `der` is the cached certificate `id`, all that is signed of it.
    function _requireShown(bytes32 id, bytes calldata der) private view {
        CachedCertificate storage certificate = _certificates[id];
        if (certificate.role == CertificateRole.None) revert NitroCertStore_UnknownCertificate(id);
        if (_idOf(certificate.parent, der) != id) revert NitroCertStore_WrongAuthority(id);
    }

    function _checkSignature(Span tbs, Span signature, Certificate memory issuer, bytes calldata hints) private view {
        bytes memory rs = X509.signature384(signature.toBytes());
        if (!Es384.verify(SHA384, P384, tbs.toBytes(), rs, issuer.publicKey.toBytes(), hints)) {
            revert NitroCertStore_InvalidSignature();
        }
    }

    /// @dev RFC 5280 4.2.1.1: names the issuer's key. Optional, but two empty ones are no match.
    function _checkKeyIds(Span authorityKeyId, Span subjectKeyId) private pure {
        bytes calldata wanted = authorityKeyId.toBytes();
        bytes calldata actual = subjectKeyId.toBytes();
        if (!authorityKeyId.isNothing() && wanted.length == 0) revert NitroCertStore_KeyIdMismatch();
        if (!subjectKeyId.isNothing() && actual.length == 0) revert NitroCertStore_KeyIdMismatch();
        if (wanted.length != 0 && actual.length != 0 && keccak256(wanted) != keccak256(actual)) {
            revert NitroCertStore_KeyIdMismatch();
        }
    }

    /// @dev RFC 5280 4.2.1.3 and 4.2.1.9.
    function _roleOf(Certificate memory certificate) private pure returns (CertificateRole) {
        uint16 usage = certificate.extensions.keyUsage;
        if (certificate.extensions.isCa) {
            if (usage & X509.USAGE_KEY_CERT_SIGN == 0) revert NitroCertStore_WrongKeyUsage(usage);
            return CertificateRole.Authority;
        }
        bool signs = usage & X509.USAGE_DIGITAL_SIGNATURE != 0;
        bool certifies = usage & (X509.USAGE_KEY_CERT_SIGN | X509.USAGE_CRL_SIGN) != 0;
        if (!signs || certifies) revert NitroCertStore_WrongKeyUsage(usage);
        return CertificateRole.Leaf;
    }

    function _pathLengthOf(Certificate memory certificate) private pure returns (uint8) {
        uint256 pathLength = certificate.extensions.pathLength;
        return pathLength < UNLIMITED ? uint8(pathLength) : UNLIMITED;
    }

    function _authorityOf(Certificate memory certificate) private pure returns (bytes32) {
        return keccak256(abi.encode(certificate.subjectHash, keccak256(certificate.publicKey.toBytes())));
    }

    function _revocationIdOf(bytes32 authority, uint256 serial) private pure returns (bytes32) {
        return keccak256(abi.encode(authority, serial));
    }

    function _idOf(bytes32 parentId, bytes calldata der) private pure returns (bytes32) {
        (bytes calldata tbs, ) = Der.takeWhole(Der.only(der, Der.SEQUENCE), Der.SEQUENCE);
        return keccak256(abi.encode(parentId, keccak256(tbs)));
    }
}
