// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CoseSign1, Sign1} from "../attestation/libraries/CoseSign1.sol";
import {Document, NitroDocument} from "../attestation/libraries/NitroDocument.sol";
import {Span} from "../attestation/libraries/Span.sol";

/// @notice What {NitroHarness.document} read, with bytes in place of spans; a flag for each that may be nothing.
struct DocumentView {
    bytes payload;
    bytes signature;
    bytes toBeSigned;
    bytes moduleId;
    bytes instance;
    uint64 timestamp;
    bytes[] pcrs;
    bytes certificate;
    bytes[] authorities;
    bytes publicKey;
    bytes userData;
    bytes nonce;
    bool[3] present;
}

/// @notice Shows to tests what the readers of COSE and of attestation documents read.
contract NitroHarness {
    function document(bytes calldata evidence) external pure returns (DocumentView memory shown) {
        Sign1 memory message = CoseSign1.parse(evidence, evidence.length);
        Document memory read = NitroDocument.parse(message.payload.toBytes());
        shown.payload = message.payload.toBytes();
        shown.signature = message.signature.toBytes();
        shown.toBeSigned = CoseSign1.toBeSigned(message);
        shown.moduleId = read.moduleId.toBytes();
        shown.instance = NitroDocument.instanceOf(read);
        shown.timestamp = read.timestamp;
        shown.pcrs = _all(read.pcrs);
        shown.certificate = read.certificate.toBytes();
        shown.authorities = _all(read.authorities);
        shown.publicKey = read.publicKey.toBytes();
        shown.userData = read.userData.toBytes();
        shown.nonce = read.nonce.toBytes();
        shown.present = [!read.publicKey.isNothing(), !read.userData.isNothing(), !read.nonce.isNothing()];
    }

    function _all(Span[] memory spans) private pure returns (bytes[] memory shown) {
        shown = new bytes[](spans.length);
        for (uint256 i = 0; i < spans.length; ++i) shown[i] = spans[i].toBytes();
    }
}
