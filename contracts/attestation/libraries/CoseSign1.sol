// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Cbor} from "./Cbor.sol";
import {Span, spanOf} from "./Span.sol";

/// @notice A COSE_Sign1 message as it was read; the spans point into it.
/// @param payload what is signed
/// @param wrapped the payload with its head
/// @param signature r || s, 48 bytes each
struct Sign1 {
    Span payload;
    Span wrapped;
    Span signature;
}

/// @title CoseSign1
/// @notice Strict reader of COSE_Sign1 messages (RFC 9052, 4.2) with ES384, as the Nitro Secure Module makes them.
library CoseSign1 {
    /// @notice Tag 18 in front is optional (RFC 9052, chapter 2): AWS leaves it out, others add it.
    bytes1 private constant TAG_18 = 0xd2;
    /// @dev The map {1 (alg): -35 (ES384)}.
    bytes4 private constant PROTECTED = 0xa1013822;
    /// @dev ["Signature1", protected header, no external data, payload] up to the payload (RFC 9052, 4.4).
    bytes private constant TO_BE_SIGNED = hex"846a5369676e61747572653144a101382240";

    /// @notice Thrown when the protected header is anything but {alg: ES384}.
    error CoseSign1_UnexpectedHeader(bytes header);
    /// @notice Thrown when there is no payload to read.
    error CoseSign1_DetachedPayload();

    /// @param maxPayload in bytes
    function parse(bytes calldata input, uint256 maxPayload) internal pure returns (Sign1 memory message) {
        if (input.length != 0 && input[0] == TAG_18) input = input[1:];
        (, bytes calldata rest) = Cbor.takeArray(input, 4, 4);
        bytes calldata part;
        (part, rest) = Cbor.takeBytes(rest, 0, 64);
        if (part.length != 4 || bytes4(part) != PROTECTED) revert CoseSign1_UnexpectedHeader(part);
        // Nobody signs the unprotected header: none is wanted.
        (, rest) = Cbor.takeMap(rest, 0, 0);
        if (Cbor.isNull(rest)) revert CoseSign1_DetachedPayload();
        bytes calldata wrapped = rest;
        (part, rest) = Cbor.takeBytes(rest, 1, maxPayload);
        message.payload = spanOf(part);
        message.wrapped = spanOf(wrapped[:wrapped.length - rest.length]);
        (part, rest) = Cbor.takeBytes(rest, 96, 96);
        message.signature = spanOf(part);
        Cbor.end(rest);
    }

    /// @notice The bytes that the signature is over: Sig_structure of RFC 9052, 4.4.
    function toBeSigned(Sign1 memory message) internal pure returns (bytes memory) {
        return bytes.concat(TO_BE_SIGNED, message.wrapped.toBytes());
    }
}
