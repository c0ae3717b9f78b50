// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A piece of calldata that a struct in memory can hold: offset in the upper half, length in the lower one. Means
/// something in the call that made it only. Zero: nothing.
type Span is uint256;

using {toBytes, isNothing, length} for Span global;

/// @dev The piece that `part` is.
function spanOf(bytes calldata part) pure returns (Span span) {
    assembly {
        span := or(shl(128, part.offset), part.length)
    }
}

function toBytes(Span span) pure returns (bytes calldata part) {
    assembly {
        part.offset := shr(128, span)
        part.length := and(span, 0xffffffffffffffffffffffffffffffff)
    }
}

function isNothing(Span span) pure returns (bool) {
    return Span.unwrap(span) == 0;
}

/// @dev In bytes.
function length(Span span) pure returns (uint256) {
    return uint128(Span.unwrap(span));
}
