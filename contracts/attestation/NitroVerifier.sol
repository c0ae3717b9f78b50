// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CertificateRole, INitroCertStore} from "../interfaces/INitroCertStore.sol";
import {INitroVerifier} from "../interfaces/INitroVerifier.sol";
import {IP384} from "../interfaces/IP384.sol";
import {ISha384} from "../interfaces/ISha384.sol";
import {ITeeVerifier, TcbStatus, TeeReport, TeeType} from "../interfaces/ITeeVerifier.sol";
import {AwsNitro} from "./libraries/AwsNitro.sol";
import {CoseSign1, Sign1} from "./libraries/CoseSign1.sol";
import {Es384} from "./libraries/Es384.sol";
import {Hints} from "./libraries/Hints.sol";
import {Document, NitroDocument} from "./libraries/NitroDocument.sol";
import {Span} from "./libraries/Span.sol";
import {Curve, X509} from "./libraries/X509.sol";

/// @title NitroVerifier
/// @notice See INitroVerifier.
contract NitroVerifier is INitroVerifier {
    /// @dev Three fields of 1,024 bytes, a chain of AWS and 32 registers have room in it.
    uint256 private constant MAX_EVIDENCE = 8192;
    bytes32 private constant ZERO_PCR_HASH = keccak256(new bytes(48));

    ISha384 public immutable SHA384;
    IP384 public immutable P384;
    /// @inheritdoc INitroVerifier
    INitroCertStore public immutable STORE;

    constructor(INitroCertStore store, ISha384 sha384, IP384 p384) {
        STORE = store;
        SHA384 = sha384;
        P384 = p384;
    }

    /// @inheritdoc ITeeVerifier
    function verify(bytes calldata evidence, bytes calldata aux) external returns (TeeReport memory report) {
        if (evidence.length > MAX_EVIDENCE) revert NitroVerifier_TooLong(evidence.length, MAX_EVIDENCE);
        Sign1 memory message = CoseSign1.parse(evidence, MAX_EVIDENCE);
        Document memory document = NitroDocument.parse(message.payload.toBytes());

        report.teeType = TeeType.AwsNitro;
        report.measurementId = _measurementOf(document);
        report.binding = _bindingOf(document);
        report.evidenceId = keccak256(message.payload.toBytes());
        report.issuedAt = document.timestamp / 1000;
        report.tcbStatus = TcbStatus.UpToDate;
        report.platformId = keccak256(NitroDocument.instanceOf(document));

        bytes calldata documentHints = _checkChain(document, aux, report);
        _checkSignature(message, document, documentHints);
    }

    /// @inheritdoc ITeeVerifier
    function recheck(
        bytes32 basisId,
        bytes calldata aux
    ) external view returns (uint64 validUntil, TcbStatus tcbStatus) {
        if (aux.length != 0) revert NitroVerifier_UnexpectedAux(aux.length);
        (uint64 notBefore, uint64 notAfter, bool revoked) = STORE.statusOf(basisId);
        bool valid = !revoked && block.timestamp >= notBefore && block.timestamp <= notAfter;
        return (valid ? notAfter : 0, TcbStatus.UpToDate);
    }

    /// @inheritdoc ITeeVerifier
    /// @dev Whatever is not AWS's root is a test's.
    function isDevelopment() external view returns (bool) {
        return STORE.ROOT_HASH() != AwsNitro.ROOT_HASH;
    }

    /// @dev Caches what is new of the document's chain; the hints that are left are the document's.
    function _checkChain(
        Document memory document,
        bytes calldata aux,
        TeeReport memory report
    ) private returns (bytes calldata documentHints) {
        uint256 count = document.authorities.length;
        bytes[] memory chain = new bytes[](count + 1);
        documentHints = aux;
        for (uint256 i = 0; i < count; ++i) {
            chain[i] = document.authorities[i].toBytes();
            // One per certificate below the root: as many as there are authorities.
            (, documentHints) = Hints.take(documentHints);
        }
        chain[count] = document.certificate.toBytes();

        uint64 notBefore;
        CertificateRole role;
        (report.basisId, notBefore, report.validUntil, role) = STORE.submitChain(
            chain,
            aux[:aux.length - documentHints.length]
        );
        if (role != CertificateRole.Leaf) revert NitroVerifier_NotLeaf(report.basisId);
        if (report.issuedAt < notBefore || report.issuedAt > report.validUntil) {
            revert NitroVerifier_OutsideChain(document.timestamp, notBefore, report.validUntil);
        }
    }

    function _checkSignature(Sign1 memory message, Document memory document, bytes calldata aux) private view {
        (bytes calldata hints, bytes calldata rest) = Hints.take(aux);
        Hints.end(rest);
        bytes calldata publicKey = X509.publicKeyOf(document.certificate.toBytes(), Curve.P384);
        bytes memory signed = CoseSign1.toBeSigned(message);
        if (!Es384.verify(SHA384, P384, signed, message.signature.toBytes(), publicKey, hints)) {
            revert NitroVerifier_InvalidSignature();
        }
    }

    function _measurementOf(Document memory document) private pure returns (bytes32) {
        for (uint256 i = 0; i < 3; ++i) {
            Span pcr = document.pcrs[i];
            if (pcr.isNothing()) revert NitroVerifier_MissingPcr(i);
            if (keccak256(pcr.toBytes()) == ZERO_PCR_HASH) revert NitroVerifier_DebugMode();
        }
        bytes32 digest = keccak256(
            bytes.concat(document.pcrs[0].toBytes(), document.pcrs[1].toBytes(), document.pcrs[2].toBytes())
        );
        return keccak256(abi.encode(AwsNitro.MEASUREMENT_TYPE, digest));
    }

    function _bindingOf(Document memory document) private pure returns (bytes32) {
        bytes calldata userData = document.userData.toBytes();
        return userData.length == 32 ? bytes32(userData) : bytes32(0);
    }
}
