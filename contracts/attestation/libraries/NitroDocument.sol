// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Cbor} from "./Cbor.sol";
import {Span, spanOf} from "./Span.sol";

/// @notice An attestation document as it was read; the spans point into it.
/// @param moduleId name of the enclave: instance, "-enc", enclave
/// @param timestamp Unix milliseconds
/// @param pcrs the registers by index, nothing where there is none
/// @param certificate DER of the certificate whose key signed the document
/// @param authorities DER of its authorities, the root first
/// @param publicKey nothing, or what the enclave gave
/// @param userData nothing, or what the enclave gave
/// @param nonce nothing, or what the enclave gave
struct Document {
    Span moduleId;
    uint64 timestamp;
    Span[] pcrs;
    Span certificate;
    Span[] authorities;
    Span publicKey;
    Span userData;
    Span nonce;
}

/// @title NitroDocument
/// @notice Strict reader of attestation documents of AWS Nitro Enclaves (AWS, "Verifying the root of trust": the document's
/// specification in CDDL). Keys in any order; unknown ones are skipped, none may repeat.
library NitroDocument {
    uint256 internal constant MAX_AUTHORITIES = 6;
    uint256 internal constant PCRS = 32;
    /// @dev The registers are SHA-384.
    uint256 internal constant PCR_LENGTH = 48;
    /// @dev Of a certificate, and of each of public key, user data and nonce.
    uint256 internal constant MAX_FIELD = 1024;
    uint256 internal constant MAX_MODULE_ID = 128;
    uint256 private constant MAX_KEYS = 32;
    uint256 private constant MAX_KEY_LENGTH = 64;
    uint256 private constant MAX_SKIPPED = 256;

    bytes32 private constant MODULE_ID = keccak256("module_id");
    bytes32 private constant DIGEST = keccak256("digest");
    bytes32 private constant TIMESTAMP = keccak256("timestamp");
    bytes32 private constant PCR_MAP = keccak256("pcrs");
    bytes32 private constant CERTIFICATE = keccak256("certificate");
    bytes32 private constant CABUNDLE = keccak256("cabundle");
    bytes32 private constant PUBLIC_KEY = keccak256("public_key");
    bytes32 private constant USER_DATA = keccak256("user_data");
    bytes32 private constant NONCE = keccak256("nonce");
    bytes32 private constant SHA384 = keccak256("SHA384");

    error NitroDocument_DuplicateKey(bytes key);
    /// @notice Thrown when a key that every document has is missing.
    error NitroDocument_MissingKey(bytes32 keyHash);
    error NitroDocument_UnexpectedDigest(bytes digest);
    error NitroDocument_DuplicatePcr(uint256 index);
    /// @notice Thrown when the module's name holds anything but visible ASCII.
    error NitroDocument_InvalidModuleId();

    function parse(bytes calldata payload) internal pure returns (Document memory document) {
        (uint256 count, bytes calldata rest) = Cbor.takeMap(payload, 0, MAX_KEYS);
        bytes32[] memory seen = new bytes32[](count);
        bool hasDigest;
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata key;
            (key, rest) = Cbor.takeText(rest, 0, MAX_KEY_LENGTH);
            bytes32 id = keccak256(key);
            for (uint256 j = 0; j < i; ++j) if (seen[j] == id) revert NitroDocument_DuplicateKey(key);
            seen[i] = id;
            if (id == DIGEST) hasDigest = true;
            rest = _readValue(document, id, rest);
        }
        Cbor.end(rest);

        if (document.moduleId.isNothing()) revert NitroDocument_MissingKey(MODULE_ID);
        if (!hasDigest) revert NitroDocument_MissingKey(DIGEST);
        if (document.timestamp == 0) revert NitroDocument_MissingKey(TIMESTAMP);
        if (document.pcrs.length == 0) revert NitroDocument_MissingKey(PCR_MAP);
        if (document.certificate.isNothing()) revert NitroDocument_MissingKey(CERTIFICATE);
        if (document.authorities.length == 0) revert NitroDocument_MissingKey(CABUNDLE);
    }

    /// @notice Name of the instance that the enclave runs on: the module's up to "-enc", or all of it.
    function instanceOf(Document memory document) internal pure returns (bytes calldata name) {
        name = document.moduleId.toBytes();
        for (uint256 i = 0; i + 4 <= name.length; ++i) {
            bytes4 part;
            assembly ("memory-safe") {
                part := calldataload(add(name.offset, i))
            }
            if (part == "-enc") return name[:i];
        }
    }

    function _readValue(
        Document memory document,
        bytes32 id,
        bytes calldata input
    ) private pure returns (bytes calldata rest) {
        bytes calldata value;
        if (id == PCR_MAP) (document.pcrs, rest) = _takePcrs(input);
        else if (id == CABUNDLE) (document.authorities, rest) = _takeAuthorities(input);
        else if (id == PUBLIC_KEY) (document.publicKey, rest) = _takeOptional(input);
        else if (id == USER_DATA) (document.userData, rest) = _takeOptional(input);
        else if (id == NONCE) (document.nonce, rest) = _takeOptional(input);
        else if (id == CERTIFICATE) {
            (value, rest) = Cbor.takeBytes(input, 1, MAX_FIELD);
            document.certificate = spanOf(value);
        } else if (id == MODULE_ID) {
            (value, rest) = Cbor.takeText(input, 1, MAX_MODULE_ID);
            _checkVisible(value);
            document.moduleId = spanOf(value);
        } else if (id == TIMESTAMP) {
            uint256 time;
            (time, rest) = Cbor.takeUint(input, 1, type(uint64).max);
            document.timestamp = uint64(time);
        } else if (id == DIGEST) {
            (value, rest) = Cbor.takeText(input, 0, MAX_KEY_LENGTH);
            if (keccak256(value) != SHA384) revert NitroDocument_UnexpectedDigest(value);
        } else rest = Cbor.skip(input, MAX_SKIPPED);
    }

    function _takePcrs(bytes calldata input) private pure returns (Span[] memory pcrs, bytes calldata rest) {
        uint256 count;
        (count, rest) = Cbor.takeMap(input, 1, PCRS);
        pcrs = new Span[](PCRS);
        for (uint256 i = 0; i < count; ++i) {
            uint256 index;
            bytes calldata value;
            (index, value, rest) = _takePcr(rest);
            if (!pcrs[index].isNothing()) revert NitroDocument_DuplicatePcr(index);
            pcrs[index] = spanOf(value);
        }
    }

    function _takePcr(
        bytes calldata input
    ) private pure returns (uint256 index, bytes calldata value, bytes calldata rest) {
        // What AWS sends, at a tenth of the gas: an index in one byte, and the head of 48 bytes.
        if (input.length >= 3 + PCR_LENGTH && uint8(input[0]) < 24 && bytes2(input[1:3]) == 0x5830) {
            return (uint8(input[0]), input[3:3 + PCR_LENGTH], input[3 + PCR_LENGTH:]);
        }
        (index, rest) = Cbor.takeUint(input, 0, PCRS - 1);
        (value, rest) = Cbor.takeBytes(rest, PCR_LENGTH, PCR_LENGTH);
    }

    function _takeAuthorities(
        bytes calldata input
    ) private pure returns (Span[] memory authorities, bytes calldata rest) {
        uint256 count;
        (count, rest) = Cbor.takeArray(input, 1, MAX_AUTHORITIES);
        authorities = new Span[](count);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata value;
            (value, rest) = Cbor.takeBytes(rest, 1, MAX_FIELD);
            authorities[i] = spanOf(value);
        }
    }

    /// @dev Null, or a byte string; an empty one is not nothing.
    function _takeOptional(bytes calldata input) private pure returns (Span value, bytes calldata rest) {
        if (Cbor.isNull(input)) return (Span.wrap(0), input[1:]);
        bytes calldata content;
        (content, rest) = Cbor.takeBytes(input, 0, MAX_FIELD);
        value = spanOf(content);
    }

    /// @dev At most MAX_MODULE_ID bytes.
    function _checkVisible(bytes calldata text) private pure {
        bool isVisible = true;
        assembly ("memory-safe") {
            for {
                let i := 0
            } lt(i, text.length) {
                i := add(i, 1)
            } {
                // 0x21 to 0x7e; what is below wraps to a large number.
                let above := sub(byte(0, calldataload(add(text.offset, i))), 0x21)
                isVisible := and(isVisible, lt(above, 0x5e))
            }
        }
        if (!isVisible) revert NitroDocument_InvalidModuleId();
    }
}
