// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Span, spanOf} from "./Span.sol";

/// @notice A quote as it was read; the spans point into it.
/// @param isTdx whether the body is a TD report, else an SGX enclave report
/// @param signed header and body: what the attestation key signed
/// @param body SGX: 384 bytes; TDX 1.0: 584; TDX 1.5: 648
/// @param signature r and s of the attestation key
/// @param key of attestation, x and y on P-256
/// @param qeReport report of the quoting enclave, 384 bytes
/// @param qeSignature r and s of the certified key over it
/// @param authData of the quoting enclave
/// @param isTrimmed whether the certification data is the certificate's id in place of the chain
/// @param certification the chain as PEM, or 32 bytes
struct Quote {
    bool isTdx;
    Span signed;
    Span body;
    Span signature;
    Span key;
    Span qeReport;
    Span qeSignature;
    Span authData;
    bool isTrimmed;
    Span certification;
}

/// @title DcapQuote
/// @notice Reads quotes of the versions 3, 4 and 5 with ECDSA-256 attestation keys ("Intel SGX ECDSA Quote Library Reference", appendix A; "Intel
/// TDX DCAP Quoting Library API", appendix A). Numbers are little-endian.
/// @dev Two things may stand in place of what hardware makes, neither of which is signed: bytes behind the signature data, which genuine quotes
/// have, and certification data of type {TRIMMED}: the keccak256 of the certificate, 32 bytes, instead of 3.6 KB of PEM.
library DcapQuote {
    /// @notice Certification data of our own: far from Intel's numbers.
    uint256 internal constant TRIMMED = 0xff05;

    uint256 private constant PEM_CHAIN = 5;
    uint256 private constant QE_REPORT = 6;
    uint256 private constant ECDSA_P256 = 2;
    uint256 private constant SGX = 0x00;
    uint256 private constant TDX = 0x81;
    /// @dev Intel's quoting enclaves.
    bytes16 private constant VENDOR = 0x939a7233f79c4ca9940a0db3957f0607;

    error DcapQuote_Truncated(uint256 length, uint256 needed);
    /// @notice Thrown for versions, key types, vendors, bodies and certification data that are not read here.
    error DcapQuote_Unsupported(uint256 place, uint256 value);
    /// @notice Thrown when declared lengths do not add up.
    error DcapQuote_InvalidLength(uint256 declared, uint256 actual);

    function parse(bytes calldata quote) internal pure returns (Quote memory parsed) {
        _need(quote, 436);
        uint256 version = _le16(quote, 0);
        if (_le16(quote, 2) != ECDSA_P256) revert DcapQuote_Unsupported(2, _le16(quote, 2));
        if (bytes16(quote[12:28]) != VENDOR) revert DcapQuote_Unsupported(12, uint128(bytes16(quote[12:28])));

        (uint256 start, uint256 size) = _bodyOf(quote, version);
        parsed.isTdx = size != 384;
        uint256 end = start + size;
        _need(quote, end + 4);
        parsed.signed = spanOf(quote[:end]);
        parsed.body = spanOf(quote[start:end]);
        uint256 declared = _le32(quote, end);
        _need(quote, end + 4 + declared);
        _readSignatureData(parsed, quote[end + 4:end + 4 + declared], version);
    }

    /// @dev Where the body begins, and its length.
    function _bodyOf(bytes calldata quote, uint256 version) private pure returns (uint256 start, uint256 size) {
        uint256 tee = _le32(quote, 4);
        if (version == 3) {
            if (tee != SGX) revert DcapQuote_Unsupported(4, tee);
            return (48, 384);
        }
        if (tee != SGX && tee != TDX) revert DcapQuote_Unsupported(4, tee);
        if (version == 4) return (48, tee == SGX ? 384 : 584);
        if (version != 5) revert DcapQuote_Unsupported(0, version);
        uint256 kind = _le16(quote, 48);
        if (kind == 0 || kind > 3 || (kind == 1) != (tee == SGX)) revert DcapQuote_Unsupported(48, kind);
        size =
            kind == 1
                ? 384
                : kind == 2
                    ? 584
                    : 648;
        if (_le32(quote, 50) != size) revert DcapQuote_InvalidLength(_le32(quote, 50), size);
        start = 54;
    }

    function _readSignatureData(Quote memory parsed, bytes calldata data, uint256 version) private pure {
        _need(data, 128);
        parsed.signature = spanOf(data[0:64]);
        parsed.key = spanOf(data[64:128]);
        data = data[128:];
        if (version != 3) {
            // The report of the quoting enclave is certification data itself, of type 6.
            _need(data, 6);
            if (_le16(data, 0) != QE_REPORT) revert DcapQuote_Unsupported(0, _le16(data, 0));
            if (_le32(data, 2) != data.length - 6) revert DcapQuote_InvalidLength(_le32(data, 2), data.length - 6);
            data = data[6:];
        }
        _need(data, 450);
        parsed.qeReport = spanOf(data[0:384]);
        parsed.qeSignature = spanOf(data[384:448]);
        uint256 end = 450 + _le16(data, 448);
        _need(data, end + 6);
        parsed.authData = spanOf(data[450:end]);
        uint256 kind = _le16(data, end);
        if (kind != PEM_CHAIN && kind != TRIMMED) revert DcapQuote_Unsupported(end, kind);
        uint256 declared = _le32(data, end + 2);
        data = data[end + 6:];
        parsed.isTrimmed = kind == TRIMMED;
        if (declared != data.length || (parsed.isTrimmed && declared != 32)) {
            revert DcapQuote_InvalidLength(declared, data.length);
        }
        parsed.certification = spanOf(data);
    }

    function _need(bytes calldata data, uint256 length) private pure {
        if (data.length < length) revert DcapQuote_Truncated(data.length, length);
    }

    /// @dev The callers know that the data is long enough.
    function _le16(bytes calldata data, uint256 place) private pure returns (uint256 value) {
        assembly {
            let word := calldataload(add(data.offset, place))
            value := or(byte(0, word), shl(8, byte(1, word)))
        }
    }

    function _le32(bytes calldata data, uint256 place) private pure returns (uint256) {
        return _le16(data, place) | (_le16(data, place + 2) << 16);
    }
}
