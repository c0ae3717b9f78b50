// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DcapPlatform, IDcapCollateral} from "../interfaces/IDcapCollateral.sol";
import {IDcapVerifier} from "../interfaces/IDcapVerifier.sol";
import {ITeeVerifier, TcbStatus, TeeReport, TeeType} from "../interfaces/ITeeVerifier.sol";
import {DcapQuote, Quote} from "./libraries/DcapQuote.sol";
import {DcapStatus} from "./libraries/DcapStatus.sol";
import {P256} from "./libraries/P256.sol";
import {Span} from "./libraries/Span.sol";

/// @title DcapVerifier
/// @notice See {IDcapVerifier}.
/// @custom:security-contact see SECURITY.md
contract DcapVerifier is IDcapVerifier {
    bytes32 private constant SGX_DOMAIN = keccak256("Freehold measurement IntelSgx v1");
    bytes32 private constant TDX_DOMAIN = keccak256("Freehold measurement IntelTdx v1");
    /// @dev ATTRIBUTES.DEBUG of an SGX report.
    bytes1 private constant SGX_DEBUG = 0x02;

    /// @inheritdoc IDcapVerifier
    address public immutable COLLATERAL;
    bool private immutable NATIVE_P256;
    bool private immutable DEVELOPMENT;

    /// @param collateral where certificates and collateral are
    constructor(IDcapCollateral collateral) {
        COLLATERAL = address(collateral);
        NATIVE_P256 = collateral.NATIVE_P256();
        DEVELOPMENT = !collateral.IS_GENUINE();
    }

    /// @inheritdoc ITeeVerifier
    function verify(bytes calldata evidence, bytes calldata aux) external view returns (TeeReport memory report) {
        Quote memory quote = DcapQuote.parse(evidence);
        bytes32 pckId = _pckOf(quote);
        DcapPlatform memory platform = IDcapCollateral(COLLATERAL).platformOf(pckId, quote.isTdx);
        if (platform.validUntil == 0) revert DcapVerifier_OutOfDate(pckId);
        _requireGenuine(quote, platform);

        bytes memory basis = _basisOf(quote, pckId);
        report.tcbStatus = _statusOf(basis, platform, aux);
        if (report.tcbStatus == TcbStatus.Revoked) revert DcapVerifier_TcbRevoked();
        bytes calldata body = quote.body.toBytes();
        bool isDebug;
        if (quote.isTdx) {
            (report.teeType, report.measurementId) = (TeeType.IntelTdx, _measureTdx(body));
            report.binding = bytes32(body[520:552]);
            // Any of the bits of TUD ("TD under debug"), the lowest eight.
            isDebug = body[120] != 0;
        } else {
            (report.teeType, report.measurementId) = (TeeType.IntelSgx, _measureSgx(body));
            report.binding = bytes32(body[320:352]);
            isDebug = body[48] & SGX_DEBUG != 0;
        }
        if (isDebug) revert DcapVerifier_DebugMode(report.measurementId);
        report.evidenceId = keccak256(quote.signed.toBytes());
        report.validUntil = platform.validUntil;
        report.platformId = bytes32(platform.ppid);
        report.basisId = keccak256(basis);
    }

    /// @inheritdoc ITeeVerifier
    function recheck(
        bytes32 basisId,
        bytes calldata aux
    ) external view returns (uint64 validUntil, TcbStatus tcbStatus) {
        (bytes calldata part, bytes calldata rest) = _takePart(aux);
        bytes memory basis = part;
        if (keccak256(basis) != basisId) revert DcapVerifier_InvalidAux();
        bytes32 pckId = bytes32(part[1:33]);
        DcapPlatform memory platform = IDcapCollateral(COLLATERAL).platformOf(pckId, part[0] != 0);
        if (platform.validUntil == 0) return (0, TcbStatus.Revoked);
        // Intel may know the platform no more: then it has fallen out. Collateral that is not what is held is the caller's fault.
        try this.statusOf(basis, rest) returns (TcbStatus status) {
            tcbStatus = status;
        } catch (bytes memory reason) {
            if (!_isUnknownPlatform(bytes4(reason))) revert DcapVerifier_InvalidAux();
            return (0, TcbStatus.Revoked);
        }
        validUntil = tcbStatus == TcbStatus.Revoked ? 0 : platform.validUntil;
    }

    /// @notice State of a platform by the collateral of now; see {recheck}.
    /// @param aux `length(2) identity info`
    function statusOf(bytes calldata basis, bytes calldata aux) external view returns (TcbStatus) {
        DcapPlatform memory platform = IDcapCollateral(COLLATERAL).platformOf(bytes32(basis[1:33]), basis[0] != 0);
        return _statusOf(basis, platform, aux);
    }

    /// @inheritdoc ITeeVerifier
    function isDevelopment() external view returns (bool) {
        return DEVELOPMENT;
    }

    /// @dev Three signatures deep: platform's key, quoting enclave, attestation key, quote.
    function _requireGenuine(Quote memory quote, DcapPlatform memory platform) private view {
        bytes calldata key = quote.key.toBytes();
        bytes calldata qeReport = quote.qeReport.toBytes();
        bytes32 bound = sha256(bytes.concat(key, quote.authData.toBytes()));
        if (bytes32(qeReport[320:352]) != bound || bytes32(qeReport[352:384]) != 0) revert DcapVerifier_KeyNotBound();
        if (!_isSigned(quote.qeReport, quote.qeSignature, platform.x, platform.y)) revert DcapVerifier_BadQeSignature();
        (uint256 x, uint256 y) = (uint256(bytes32(key[0:32])), uint256(bytes32(key[32:64])));
        if (!_isSigned(quote.signed, quote.signature, x, y)) revert DcapVerifier_BadQuoteSignature();
    }

    function _isSigned(Span message, Span signature, uint256 x, uint256 y) private view returns (bool) {
        bytes calldata numbers = signature.toBytes();
        (uint256 r, uint256 s) = (uint256(bytes32(numbers[0:32])), uint256(bytes32(numbers[32:64])));
        return P256.verify(NATIVE_P256, sha256(message.toBytes()), r, s, x, y);
    }

    function _pckOf(Quote memory quote) private view returns (bytes32 pckId) {
        bytes calldata certification = quote.certification.toBytes();
        if (quote.isTrimmed) return bytes32(certification);
        bytes32 pemHash = keccak256(certification);
        pckId = IDcapCollateral(COLLATERAL).pckOfPem(pemHash);
        if (pckId == 0) revert DcapVerifier_UnknownPem(pemHash);
    }

    /// @dev Splits `aux`, checks both parts against what is held, and judges.
    function _statusOf(
        bytes memory basis,
        DcapPlatform memory platform,
        bytes calldata aux
    ) private pure returns (TcbStatus) {
        (bytes calldata identity, bytes calldata info) = _takePart(aux);
        if (keccak256(identity) != platform.qeIdentityHash) {
            revert DcapVerifier_WrongCollateral(platform.qeIdentityHash, keccak256(identity));
        }
        if (keccak256(info) != platform.tcbInfoHash) {
            revert DcapVerifier_WrongCollateral(platform.tcbInfoHash, keccak256(info));
        }
        return DcapStatus.judge(basis, platform.svns, platform.pceSvn, identity, info);
    }

    function _takePart(bytes calldata aux) private pure returns (bytes calldata part, bytes calldata rest) {
        if (aux.length < 2) revert DcapVerifier_InvalidAux();
        uint256 end = 2 + uint256(uint16(bytes2(aux[0:2])));
        if (aux.length < end) revert DcapVerifier_InvalidAux();
        return (aux[2:end], aux[end:]);
    }

    /// @dev See DcapStatus.
    function _basisOf(Quote memory quote, bytes32 pckId) private pure returns (bytes memory basis) {
        bytes calldata qe = quote.qeReport.toBytes();
        bytes calldata body = quote.body.toBytes();
        basis = abi.encodePacked(quote.isTdx, pckId, qe[16:20], qe[48:64], qe[128:160], qe[256:260]);
        if (quote.isTdx) basis = bytes.concat(basis, body[0:16], body[64:120]);
    }

    /// @dev See the same function of `@freehold/sdk/attestation`: TDATTRIBUTES to RTMR3, and MRSERVICETD, zeros where TDX 1.0 has none.
    function _measureTdx(bytes calldata body) private pure returns (bytes32) {
        bytes memory service = new bytes(48);
        if (body.length == 648) service = body[600:648];
        return keccak256(abi.encode(TDX_DOMAIN, keccak256(bytes.concat(body[120:520], service))));
    }

    /// @dev MRENCLAVE, MRSIGNER, ISVPRODID, ISVSVN, ATTRIBUTES.FLAGS, MISCSELECT, CONFIGID, CONFIGSVN.
    function _measureSgx(bytes calldata body) private pure returns (bytes32) {
        bytes memory registers = bytes.concat(
            body[64:96],
            body[128:160],
            body[256:260],
            body[48:56],
            body[16:20],
            body[192:256],
            body[260:262]
        );
        return keccak256(abi.encode(SGX_DOMAIN, keccak256(registers)));
    }

    function _isUnknownPlatform(bytes4 selector) private pure returns (bool) {
        return
            selector == DcapStatus.DcapStatus_NotSupported.selector ||
            selector == DcapStatus.DcapStatus_ModuleMismatch.selector ||
            selector == DcapStatus.DcapStatus_QeMismatch.selector;
    }
}
