// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IP384} from "../interfaces/IP384.sol";

/// @title P384Prober
/// @notice Asks a verifier about one signature with many variants of its hints in one call: what a fuzzer needs.
contract P384Prober {
    uint256 private constant PATCH = 96;
    /// @dev Of a variant: where (2), new length of the hints (2), length of the patch (1), the patch.
    uint256 private constant VARIANT = 5 + PATCH;

    bytes1 public constant REFUSED = 0;
    bytes1 public constant ACCEPTED = 0x01;
    bytes1 public constant REVERTED = 0x02;

    /// @notice What each variant gives, one byte each. A patch may not reach beyond the hints.
    function probe(
        IP384 target,
        bytes calldata input,
        bytes calldata hints,
        bytes calldata variants
    ) external view returns (bytes memory outcomes) {
        uint256 count = variants.length / VARIANT;
        outcomes = new bytes(count);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata variant = variants[i * VARIANT:(i + 1) * VARIANT];
            bytes memory changed = hints;
            uint256 offset = uint16(bytes2(variant[0:2]));
            for (uint256 j = 0; j < uint8(variant[4]); ++j) changed[offset + j] = variant[5 + j];
            uint256 length = uint16(bytes2(variant[2:4]));
            if (length > hints.length) length = hints.length;
            outcomes[i] = _ask(target, input, changed, length);
            // Memory grows dearer by its square: each variant takes the place of the one before.
            assembly {
                mstore(0x40, changed)
            }
        }
    }

    function _ask(
        IP384 target,
        bytes calldata input,
        bytes memory hints,
        uint256 length
    ) private view returns (bytes1) {
        assembly ("memory-safe") {
            mstore(hints, length)
        }
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory result) = address(target).staticcall(abi.encodeCall(IP384.verify, (input, hints)));
        if (!success) return REVERTED;
        return abi.decode(result, (bool)) ? ACCEPTED : REFUSED;
    }
}
