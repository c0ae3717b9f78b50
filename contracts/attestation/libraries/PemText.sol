// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title PemText
/// @notice Compares certificates with their PEM texts (RFC 7468), as Intel's quoting library writes them: lines of 64 characters that end
/// with one line feed.
library PemText {
    bytes private constant HEAD = "-----BEGIN CERTIFICATE-----\n";
    bytes private constant TAIL = "-----END CERTIFICATE-----";
    uint256 private constant LINE = 64;

    /// @notice Whether `pem` begins with the certificate whose base64 text is `text`.
    function beginsWith(bytes calldata pem, bytes memory text) internal pure returns (bool) {
        uint256 lines = (text.length + LINE - 1) / LINE;
        bytes memory expected = new bytes(HEAD.length + text.length + lines + TAIL.length);
        if (pem.length < expected.length) return false;

        bytes memory head = HEAD;
        bytes memory tail = TAIL;
        assembly ("memory-safe") {
            let target := add(expected, 0x20)
            mcopy(target, add(head, 0x20), mload(head))
            target := add(target, mload(head))
            let source := add(text, 0x20)
            let end := add(source, mload(text))
            for {} lt(source, end) {} {
                let size := sub(end, source)
                if gt(size, LINE) {
                    size := LINE
                }
                mcopy(target, source, size)
                source := add(source, size)
                mstore8(add(target, size), 0x0a)
                target := add(target, add(size, 1))
            }
            mcopy(target, add(tail, 0x20), mload(tail))
        }
        return keccak256(pem[:expected.length]) == keccak256(expected);
    }
}
