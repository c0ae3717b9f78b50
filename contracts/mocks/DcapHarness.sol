// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CrlEntries} from "../attestation/libraries/CrlEntries.sol";
import {DcapQuote} from "../attestation/libraries/DcapQuote.sol";
import {P256} from "../attestation/libraries/P256.sol";
import {SgxExtension, SgxPlatform} from "../attestation/libraries/SgxExtension.sol";

/// @notice Shows to tests what the readers and the signature check of Intel's attestation do, one by one.
contract DcapHarness {
    function verify(
        bool native,
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) external view returns (bool) {
        return P256.verify(native, digest, r, s, x, y);
    }

    function hasPrecompile() external view returns (bool) {
        return P256.hasPrecompile();
    }

    function platform(bytes calldata extension) external pure returns (SgxPlatform memory) {
        return SgxExtension.read(extension);
    }

    function contains(bytes calldata entries, uint256 serial) external pure returns (bool) {
        return CrlEntries.contains(entries, serial);
    }

    /// @notice The part of a quote that is signed.
    function signedPart(bytes calldata quote) external pure returns (bytes memory) {
        return DcapQuote.parse(quote).signed.toBytes();
    }
}
