// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Base64} from "@openzeppelin/contracts/utils/Base64.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {SafeCast} from "@openzeppelin/contracts/utils/math/SafeCast.sol";

import {DcapPlatform, DcapRoot, IDcapCollateral, IssuerRole} from "../interfaces/IDcapCollateral.sol";
import {IIntelJsonReader} from "../interfaces/IIntelJsonReader.sol";
import {CrlEntries} from "./libraries/CrlEntries.sol";
import {IntelNames} from "./libraries/IntelNames.sol";
import {P256} from "./libraries/P256.sol";
import {PemText} from "./libraries/PemText.sol";
import {QeIdentityBody} from "./libraries/QeIdentity.sol";
import {SgxExtension, SgxPlatform} from "./libraries/SgxExtension.sol";
import {Span} from "./libraries/Span.sol";
import {TcbInfoBody} from "./libraries/TcbInfo.sol";
import {Certificate, Curve, X509} from "./libraries/X509.sol";
import {Crl, X509Crl} from "./libraries/X509Crl.sol";

/// @title DcapCollateral
/// @notice See {IDcapCollateral}.
/// @custom:security-contact see SECURITY.md
contract DcapCollateral is IDcapCollateral {
    /// @dev Key of Intel's SGX Root CA, x || y, valid from 2018 to 2049.
    bytes32 private constant INTEL_ROOT_KEY = keccak256(
        hex"0ba9c4c0c0c86193a3fe23d6b02cda10a8bbd4e88e48b4458561a36e705525f567918e2edc88e40d860bd0cc4ee26aacc988e505a953558c453f6b0904ae7394"
    );

    /// @dev Three slots.
    struct Issuer {
        uint256 x;
        uint256 y;
        uint160 serial;
        uint40 notAfter;
        IssuerRole role;
        bool revoked;
    }

    /// @dev Of names and key identifiers only the hashes are compared: two slots, not read for a verdict.
    struct IssuerNames {
        bytes32 subjectHash;
        bytes32 keyIdHash;
    }

    /// @dev Four slots.
    struct Pck {
        uint256 x;
        uint256 y;
        bytes16 svns;
        bytes16 ppid;
        bytes6 fmspc;
        bytes2 pceId;
        uint16 pceSvn;
        uint40 notAfter;
        uint40 checkedUntil;
        bytes10 issuerId;
        bool revoked;
    }

    /// @dev Two slots. Valid until its next update, and no longer than the root's revocation list of the time when it came.
    struct Signed {
        bytes32 hash;
        uint40 issuedAt;
        uint40 validUntil;
        uint32 evaluation;
        bytes10 issuerId;
    }

    /// @dev Two slots; where the entries begin in the text, and how long they are.
    struct StoredCrl {
        bytes32 hash;
        uint40 thisUpdate;
        uint40 nextUpdate;
        uint128 number;
        uint16 entries;
        uint16 size;
    }

    /// @inheritdoc IDcapCollateral
    bool public immutable NATIVE_P256;
    /// @inheritdoc IDcapCollateral
    bool public immutable IS_GENUINE;
    /// @notice Reads JSON.
    IIntelJsonReader public immutable READER;
    uint256 private immutable ROOT_X;
    uint256 private immutable ROOT_Y;
    bytes32 private immutable ROOT_SUBJECT;
    bytes32 private immutable ROOT_KEY_ID;
    uint64 private immutable ROOT_NOT_AFTER;

    StoredCrl private _rootCrl;
    mapping(uint256 serial => bool) private _revokedByRoot;
    mapping(bytes10 issuerId => Issuer) private _issuers;
    mapping(bytes10 issuerId => IssuerNames) private _names;
    /// @dev Intel renews certificates under the serial number that they had.
    mapping(uint256 serial => bytes10[]) private _issuersOfSerial;
    mapping(bytes10 issuerId => StoredCrl) private _pckCrls;
    mapping(bytes32 pckId => Pck) private _pcks;
    mapping(bytes32 pemHash => bytes32) private _pckOfPem;
    mapping(bytes32 key => Signed) private _tcbInfos;
    mapping(bool isTdx => Signed) private _qeIdentities;

    /// @param root what its certificate says: {isRoot} compares
    /// @param reader reads JSON
    constructor(DcapRoot memory root, IIntelJsonReader reader) {
        READER = reader;
        (ROOT_X, ROOT_Y) = (root.x, root.y);
        ROOT_SUBJECT = root.subjectHash;
        ROOT_KEY_ID = root.keyIdHash;
        ROOT_NOT_AFTER = root.notAfter;
        IS_GENUINE = keccak256(abi.encode(root.x, root.y)) == INTEL_ROOT_KEY;
        NATIVE_P256 = P256.hasPrecompile();
    }

    /// @inheritdoc IDcapCollateral
    function addIssuer(bytes calldata der) external returns (bytes10 issuerId) {
        Certificate memory certificate = X509.parse(der, Curve.P256);
        issuerId = bytes10(keccak256(der));
        if (_issuers[issuerId].role != IssuerRole.None) revert DcapCollateral_AlreadyKnown(issuerId);
        _requireIssued(certificate, ROOT_SUBJECT, ROOT_KEY_ID);
        _requireSigned(certificate.tbs, certificate.signature, ROOT_X, ROOT_Y);
        if (_revokedByRoot[certificate.serial]) revert DcapCollateral_Revoked();

        IssuerRole role = IntelNames.roleOf(certificate);
        if (role == IssuerRole.None) revert DcapCollateral_WrongUsage();
        (uint256 x, uint256 y) = _keyOf(certificate);
        _issuers[issuerId] = Issuer({
            x: x,
            y: y,
            serial: uint160(certificate.serial),
            notAfter: uint40(certificate.notAfter),
            role: role,
            revoked: false
        });
        _names[issuerId] = IssuerNames(certificate.subjectHash, _hashOf(certificate.extensions.subjectKeyId));
        _issuersOfSerial[certificate.serial].push(issuerId);
        emit IssuerAdded(issuerId, role, certificate.notAfter);
    }

    /// @inheritdoc IDcapCollateral
    function updateRootCrl(bytes calldata der) external {
        Crl memory crl = X509Crl.parse(der, Curve.P256);
        if (crl.issuerHash != ROOT_SUBJECT) revert DcapCollateral_WrongIssuer();
        _requireKeyId(crl.authorityKeyId, ROOT_KEY_ID);
        _requireSigned(crl.tbs, crl.signature, ROOT_X, ROOT_Y);
        _replace(_rootCrl, crl, 0);
        emit RootCrlUpdated(crl.number, crl.thisUpdate, crl.nextUpdate);

        bytes calldata entries = crl.revoked.toBytes();
        while (entries.length != 0) {
            uint256 serial;
            (serial, entries) = X509Crl.takeRevoked(entries);
            if (_revokedByRoot[serial]) continue;
            _revokedByRoot[serial] = true;
            bytes10[] storage ids = _issuersOfSerial[serial];
            for (uint256 i = 0; i < ids.length; ++i) {
                _issuers[ids[i]].revoked = true;
                emit IssuerRevoked(ids[i]);
            }
        }
    }

    /// @inheritdoc IDcapCollateral
    function updatePckCrl(bytes calldata der, bytes10 issuerId) external {
        Issuer storage issuer = _usable(issuerId, IssuerRole.PckCa);
        Crl memory crl = X509Crl.parse(der, Curve.P256);
        if (crl.issuerHash != _names[issuerId].subjectHash) revert DcapCollateral_WrongIssuer();
        _requireKeyId(crl.authorityKeyId, _names[issuerId].keyIdHash);
        _requireSigned(crl.tbs, crl.signature, issuer.x, issuer.y);
        bytes32 hash = keccak256(der);
        StoredCrl storage stored = _pckCrls[issuerId];
        _replace(stored, crl, hash);
        (stored.entries, stored.size) = _placeOf(crl.revoked, der);
        emit PckCrlUpdated(issuerId, crl.number, crl.thisUpdate, crl.nextUpdate, hash);
    }

    /// @inheritdoc IDcapCollateral
    function addPck(bytes calldata der, bytes10 issuerId, bytes calldata crl) external returns (bytes32 pckId) {
        pckId = keccak256(der);
        if (_pcks[pckId].x != 0) revert DcapCollateral_AlreadyKnown(pckId);
        Issuer storage issuer = _usable(issuerId, IssuerRole.PckCa);
        Certificate memory certificate = X509.parse(der, Curve.P256);
        IssuerNames storage names = _names[issuerId];
        _requireIssued(certificate, names.subjectHash, names.keyIdHash);
        _requireSigned(certificate.tbs, certificate.signature, issuer.x, issuer.y);
        if (!IntelNames.isPck(certificate)) revert DcapCollateral_WrongUsage();

        (bool revoked, uint40 checkedUntil) = _check(issuerId, certificate.serial, crl);
        if (revoked) revert DcapCollateral_Revoked();
        _store(pckId, issuerId, certificate, checkedUntil);
        emit PckChecked(
            pckId,
            issuerId,
            _pcks[pckId].ppid,
            uint64(Math.min(certificate.notAfter, Math.min(checkedUntil, issuer.notAfter)))
        );
    }

    /// @inheritdoc IDcapCollateral
    function refreshPck(bytes calldata der, bytes calldata crl) external {
        bytes32 pckId = keccak256(der);
        Pck storage pck = _known(pckId);
        bytes10 issuerId = pck.issuerId;
        if (pck.revoked) revert DcapCollateral_Revoked();
        (bool revoked, uint40 checkedUntil) = _check(issuerId, X509.parse(der, Curve.P256).serial, crl);
        if (revoked) {
            pck.revoked = true;
            emit PckRevoked(pckId);
            return;
        }
        if (checkedUntil <= pck.checkedUntil) revert DcapCollateral_NotNewer();
        pck.checkedUntil = checkedUntil;
        uint256 validUntil = Math.min(Math.min(pck.notAfter, checkedUntil), _issuers[issuerId].notAfter);
        emit PckChecked(pckId, issuerId, pck.ppid, uint64(validUntil));
    }

    /// @inheritdoc IDcapCollateral
    function linkPem(bytes calldata pem, bytes calldata der) external {
        bytes32 pckId = keccak256(der);
        _known(pckId);
        if (!PemText.beginsWith(pem, bytes(Base64.encode(der)))) revert DcapCollateral_WrongPem();
        bytes32 pemHash = keccak256(pem);
        _pckOfPem[pemHash] = pckId;
        emit PemLinked(pemHash, pckId);
    }

    /// @inheritdoc IDcapCollateral
    function updateTcbInfo(bytes calldata body, bytes calldata signature, bytes10 issuerId) external {
        _requireJson(body, signature, issuerId);
        TcbInfoBody memory info = READER.readTcbInfo(body);
        Signed storage stored = _tcbInfos[_tcbKey(info.isTdx, info.fmspc, info.pceId)];
        _replaceJson(stored, info.packed, info.issuedAt, info.nextUpdate, info.evaluation, issuerId);
        emit TcbInfoUpdated(
            info.isTdx,
            info.fmspc,
            info.pceId,
            info.evaluation,
            info.issuedAt,
            info.nextUpdate,
            info.packed
        );
    }

    /// @inheritdoc IDcapCollateral
    function updateQeIdentity(bytes calldata body, bytes calldata signature, bytes10 issuerId) external {
        _requireJson(body, signature, issuerId);
        QeIdentityBody memory identity = READER.readQeIdentity(body);
        _replaceJson(
            _qeIdentities[identity.isTdx],
            identity.packed,
            identity.issuedAt,
            identity.nextUpdate,
            identity.evaluation,
            issuerId
        );
        emit QeIdentityUpdated(
            identity.isTdx,
            identity.evaluation,
            identity.issuedAt,
            identity.nextUpdate,
            identity.packed
        );
    }

    /// @inheritdoc IDcapCollateral
    function platformOf(bytes32 pckId, bool isTdx) external view returns (DcapPlatform memory platform) {
        Pck storage pck = _known(pckId);
        Signed storage info = _tcbInfos[_tcbKey(isTdx, pck.fmspc, pck.pceId)];
        Signed storage identity = _qeIdentities[isTdx];
        platform.x = pck.x;
        platform.y = pck.y;
        platform.svns = pck.svns;
        platform.ppid = pck.ppid;
        platform.pceSvn = pck.pceSvn;
        platform.tcbInfoHash = info.hash;
        platform.qeIdentityHash = identity.hash;
        if (pck.revoked) return platform;

        uint256 end = Math.min(pck.notAfter, pck.checkedUntil);
        end = Math.min(end, Math.min(info.validUntil, identity.validUntil));
        end = Math.min(end, Math.min(_endOf(pck.issuerId), _endOf(info.issuerId)));
        if (identity.issuerId != info.issuerId) end = Math.min(end, _endOf(identity.issuerId));
        platform.validUntil = end < block.timestamp ? 0 : uint64(Math.min(end, ROOT_NOT_AFTER));
    }

    /// @inheritdoc IDcapCollateral
    function isRoot(bytes calldata der) external view returns (bool) {
        Certificate memory root = X509.parse(der, Curve.P256);
        (uint256 x, uint256 y) = _keyOf(root);
        if (x != ROOT_X || y != ROOT_Y || root.notAfter != ROOT_NOT_AFTER) return false;
        if (root.subjectHash != ROOT_SUBJECT || root.issuerHash != ROOT_SUBJECT) return false;
        return
            _hashOf(root.extensions.subjectKeyId) == ROOT_KEY_ID && _isSigned(root.tbs, root.signature, ROOT_X, ROOT_Y);
    }

    /// @inheritdoc IDcapCollateral
    function pckOfPem(bytes32 pemHash) external view returns (bytes32) {
        return _pckOfPem[pemHash];
    }

    /// @inheritdoc IDcapCollateral
    function tcbInfoOf(
        bool isTdx,
        bytes6 fmspc,
        bytes2 pceId
    ) external view returns (bytes32 hash, uint64 issuedAt, uint64 validUntil, uint32 evaluation) {
        Signed storage info = _tcbInfos[_tcbKey(isTdx, fmspc, pceId)];
        return (info.hash, info.issuedAt, info.validUntil, info.evaluation);
    }

    /// @inheritdoc IDcapCollateral
    function qeIdentityOf(
        bool isTdx
    ) external view returns (bytes32 hash, uint64 issuedAt, uint64 validUntil, uint32 evaluation) {
        Signed storage identity = _qeIdentities[isTdx];
        return (identity.hash, identity.issuedAt, identity.validUntil, identity.evaluation);
    }

    /// @inheritdoc IDcapCollateral
    function pckCrlOf(bytes10 issuerId) external view returns (bytes32 hash, uint64 thisUpdate, uint64 nextUpdate) {
        StoredCrl storage crl = _pckCrls[issuerId];
        return (crl.hash, crl.thisUpdate, crl.nextUpdate);
    }

    /// @inheritdoc IDcapCollateral
    function rootCrl() external view returns (uint64 thisUpdate, uint64 nextUpdate) {
        return (_rootCrl.thisUpdate, _rootCrl.nextUpdate);
    }

    /// @inheritdoc IDcapCollateral
    function issuerOf(bytes10 issuerId) external view returns (IssuerRole role, uint64 notAfter, bool revoked) {
        Issuer storage issuer = _issuers[issuerId];
        return (issuer.role, issuer.notAfter, issuer.revoked);
    }

    function _store(bytes32 pckId, bytes10 issuerId, Certificate memory certificate, uint40 checkedUntil) private {
        SgxPlatform memory platform = SgxExtension.read(certificate.extensions.sgx.toBytes());
        (uint256 x, uint256 y) = _keyOf(certificate);
        _pcks[pckId] = Pck({
            x: x,
            y: y,
            svns: platform.svns,
            ppid: platform.ppid,
            fmspc: platform.fmspc,
            pceId: platform.pceId,
            pceSvn: platform.pceSvn,
            notAfter: uint40(certificate.notAfter),
            checkedUntil: checkedUntil,
            issuerId: issuerId,
            revoked: false
        });
    }

    /// @dev Replaces a revocation list by a newer one that is in force.
    function _replace(StoredCrl storage stored, Crl memory crl, bytes32 hash) private {
        _requireInForce(crl.thisUpdate, crl.nextUpdate);
        if (crl.thisUpdate <= stored.thisUpdate || crl.number < stored.number) revert DcapCollateral_NotNewer();
        if (hash != 0) stored.hash = hash;
        stored.thisUpdate = uint40(crl.thisUpdate);
        stored.nextUpdate = uint40(crl.nextUpdate);
        stored.number = uint128(crl.number);
    }

    /// @dev Replaces signed JSON by a newer one that is in force: neither its date nor its evaluation number may fall. The same one may come
    /// again where it counts longer than before: after the root's next revocation list, or under the renewed certificate of its signer.
    function _replaceJson(
        Signed storage stored,
        bytes memory packed,
        uint64 issuedAt,
        uint64 nextUpdate,
        uint32 evaluation,
        bytes10 issuerId
    ) private {
        _requireInForce(issuedAt, nextUpdate);
        bytes32 hash = keccak256(packed);
        uint256 validUntil = Math.min(nextUpdate, _rootCheckedUntil());
        if (issuedAt == stored.issuedAt && hash == stored.hash && evaluation == stored.evaluation) {
            uint256 end = Math.min(stored.validUntil, _endOf(stored.issuerId));
            if (Math.min(validUntil, _endOf(issuerId)) <= end) revert DcapCollateral_NotNewer();
        } else if (issuedAt <= stored.issuedAt || evaluation < stored.evaluation) revert DcapCollateral_NotNewer();
        stored.hash = hash;
        stored.issuedAt = uint40(issuedAt);
        stored.validUntil = uint40(validUntil);
        stored.evaluation = evaluation;
        stored.issuerId = issuerId;
    }

    function _requireJson(bytes calldata body, bytes calldata signature, bytes10 issuerId) private view {
        Issuer storage issuer = _usable(issuerId, IssuerRole.TcbSigning);
        if (signature.length != 64) revert DcapCollateral_BadSignature();
        (uint256 r, uint256 s) = (uint256(bytes32(signature[0:32])), uint256(bytes32(signature[32:64])));
        if (!P256.verify(NATIVE_P256, sha256(body), r, s, issuer.x, issuer.y)) revert DcapCollateral_BadSignature();
    }

    /// @dev An issuer that may be used now for what it is shown for.
    function _usable(bytes10 issuerId, IssuerRole role) private view returns (Issuer storage issuer) {
        issuer = _issuers[issuerId];
        if (issuer.role == IssuerRole.None) revert DcapCollateral_UnknownIssuer(issuerId);
        if (issuer.role != role) revert DcapCollateral_WrongUsage();
        if (issuer.revoked) revert DcapCollateral_Revoked();
        _requireInForce(0, issuer.notAfter);
    }

    /// @dev The last second of an issuer; 0 when it is unknown or revoked.
    function _endOf(bytes10 issuerId) private view returns (uint256) {
        Issuer storage issuer = _issuers[issuerId];
        return issuer.revoked ? 0 : issuer.notAfter;
    }

    /// @dev Holds a certificate against the newest list of its issuer, of which `crl` is the text.
    /// @return revoked whether it is listed
    /// @return checkedUntil until when that says anything: the end of the list, and of the root's, by which the issuer is not revoked
    function _check(
        bytes10 issuerId,
        uint256 serial,
        bytes calldata crl
    ) private view returns (bool revoked, uint40 checkedUntil) {
        StoredCrl storage list = _pckCrls[issuerId];
        bytes32 hash = keccak256(crl);
        if (hash != list.hash) revert DcapCollateral_WrongCrl(list.hash, hash);
        _requireInForce(list.thisUpdate, list.nextUpdate);
        revoked = CrlEntries.contains(crl[list.entries:uint256(list.entries) + list.size], serial);
        checkedUntil = uint40(Math.min(list.nextUpdate, _rootCheckedUntil()));
    }

    /// @dev The end of the root's revocation list, which must be in force.
    function _rootCheckedUntil() private view returns (uint40 nextUpdate) {
        nextUpdate = _rootCrl.nextUpdate;
        _requireInForce(_rootCrl.thisUpdate, nextUpdate);
    }

    function _known(bytes32 pckId) private view returns (Pck storage pck) {
        pck = _pcks[pckId];
        if (pck.x == 0) revert DcapCollateral_UnknownPck(pckId);
    }

    /// @dev Name and key of the issuer, and dates.
    function _requireIssued(Certificate memory certificate, bytes32 issuerHash, bytes32 issuerKeyIdHash) private view {
        if (certificate.issuerHash != issuerHash) revert DcapCollateral_WrongIssuer();
        _requireKeyId(certificate.extensions.authorityKeyId, issuerKeyIdHash);
        _requireInForce(certificate.notBefore, certificate.notAfter);
    }

    /// @dev An identifier that is absent, or empty, names no key.
    function _requireKeyId(Span keyId, bytes32 hash) private pure {
        if (keyId.length() == 0 || _hashOf(keyId) != hash) revert DcapCollateral_WrongIssuer();
    }

    function _requireInForce(uint64 from, uint64 until) private view {
        if (block.timestamp < from || block.timestamp > until) {
            revert DcapCollateral_OutOfDate(from, until, block.timestamp);
        }
    }

    function _requireSigned(Span tbs, Span signature, uint256 x, uint256 y) private view {
        if (!_isSigned(tbs, signature, x, y)) revert DcapCollateral_BadSignature();
    }

    function _isSigned(Span tbs, Span signature, uint256 x, uint256 y) private view returns (bool) {
        (uint256 r, uint256 s) = X509.signature256(signature.toBytes());
        return P256.verify(NATIVE_P256, sha256(tbs.toBytes()), r, s, x, y);
    }

    function _keyOf(Certificate memory certificate) private pure returns (uint256 x, uint256 y) {
        bytes calldata key = certificate.publicKey.toBytes();
        return (uint256(bytes32(key[0:32])), uint256(bytes32(key[32:64])));
    }

    /// @dev Where a part of `whole` begins in it, and its length; both zero for nothing.
    function _placeOf(Span part, bytes calldata whole) private pure returns (uint16 start, uint16 size) {
        if (part.isNothing()) return (0, 0);
        uint256 first;
        assembly {
            first := whole.offset
        }
        start = SafeCast.toUint16((Span.unwrap(part) >> 128) - first);
        size = SafeCast.toUint16(part.length());
    }

    function _hashOf(Span span) private pure returns (bytes32) {
        return keccak256(span.toBytes());
    }

    function _tcbKey(bool isTdx, bytes6 fmspc, bytes2 pceId) private pure returns (bytes32) {
        return keccak256(abi.encode(isTdx, fmspc, pceId));
    }
}
