// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Fp384} from "../attestation/libraries/Fp384.sol";

/// @title Fp384Harness
/// @notice Runs many operations of Fp384 in one call, for fuzzing.
contract Fp384Harness {
    /// @dev Kind (1), a (64), b (64).
    uint256 private constant OPERATION = 129;

    /// @notice 64 bytes for each operation: the element, or 0 or 1. Kinds: product, square, tidy, a + b, a - b + 2p, a - 2b + 4p,
    /// whether a is a multiple of p, whether it may be, and 8a.
    function run(bytes calldata operations) external pure returns (bytes memory results) {
        uint256 count = operations.length / OPERATION;
        results = new bytes(64 * count);
        for (uint256 i = 0; i < count; ++i) {
            bytes calldata one = operations[i * OPERATION:(i + 1) * OPERATION];
            (uint256 high, uint256 low) = _apply(
                uint8(one[0]),
                uint256(bytes32(one[1:33])),
                uint256(bytes32(one[33:65])),
                uint256(bytes32(one[65:97])),
                uint256(bytes32(one[97:129]))
            );
            assembly ("memory-safe") {
                let place := add(add(results, 32), shl(6, i))
                mstore(place, high)
                mstore(add(place, 32), low)
            }
        }
    }

    function _apply(
        uint256 kind,
        uint256 aHigh,
        uint256 aLow,
        uint256 bHigh,
        uint256 bLow
    ) private pure returns (uint256, uint256) {
        if (kind == 0) return Fp384.product(aHigh, aLow, bHigh, bLow);
        if (kind == 1) return Fp384.squared(aHigh, aLow);
        if (kind == 2) return Fp384.tidy(aHigh, aLow);
        if (kind == 3) return Fp384.plus(aHigh, aLow, bHigh, bLow);
        if (kind == 4) return Fp384.minus(aHigh, aLow, bHigh, bLow);
        if (kind == 5) return Fp384.minusTwice(aHigh, aLow, bHigh, bLow);
        if (kind == 6) return (0, Fp384.isMultiple(aHigh, aLow) ? 1 : 0);
        if (kind == 7) return (0, Fp384.maybeZero(aHigh, aLow) ? 1 : 0);
        return Fp384.timesPower(aHigh, aLow, 3);
    }
}
