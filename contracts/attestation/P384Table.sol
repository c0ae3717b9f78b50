// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title P384Table
/// @notice Its code is what it was created with: a STOP and 255 points of P-384 (`p384Table` of `@freehold/sdk/attestation`). P384 and
/// P384Plain pin the hash of that code, so that nothing else serves them.
contract P384Table {
    constructor(bytes memory code) {
        assembly ("memory-safe") {
            return(add(code, 0x20), mload(code))
        }
    }
}
