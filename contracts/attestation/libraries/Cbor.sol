// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Cbor
/// @notice Strict reader of CBOR (RFC 8949): definite lengths only, heads in their shortest form (4.2.1), no tags, no
/// floating-point numbers. Whatever another reader might take in two ways is refused.
/// @dev Every function takes the first item off `input` and returns what follows it. Slices of calldata: nothing is copied.
library Cbor {
    uint8 internal constant UNSIGNED = 0;
    uint8 internal constant NEGATIVE = 1;
    uint8 internal constant BYTES = 2;
    uint8 internal constant TEXT = 3;
    uint8 internal constant ARRAY = 4;
    uint8 internal constant MAP = 5;
    uint8 internal constant TAG = 6;
    uint8 internal constant SIMPLE = 7;

    bytes1 private constant NULL = 0xf6;
    /// @dev false, true, null and undefined (RFC 8949 3.3).
    uint256 private constant FIRST_SIMPLE = 20;
    uint256 private constant LAST_SIMPLE = 23;

    /// @notice Thrown when an item ends after its container.
    error Cbor_Truncated(uint256 length, uint256 needed);
    /// @notice Thrown for an indefinite length, a reserved head, a tag, a floating-point number or an unassigned simple value.
    error Cbor_InvalidHead(uint8 first);
    /// @notice Thrown when a shorter head says the same.
    error Cbor_NotShortest(uint8 first);
    error Cbor_UnexpectedType(uint8 expected, uint8 actual);
    error Cbor_OutOfRange(uint256 value, uint256 min, uint256 max);
    error Cbor_TrailingBytes(uint256 length);
    /// @notice Thrown when an item to be skipped has more items in it than `max`.
    error Cbor_TooManyItems(uint256 max);

    /// @notice Head of the first item: its major type and its argument.
    function head(bytes calldata input) internal pure returns (uint8 major, uint256 value, bytes calldata rest) {
        if (input.length == 0) revert Cbor_Truncated(0, 1);
        uint256 word;
        assembly {
            word := calldataload(input.offset)
        }
        uint8 first = uint8(word >> 248);
        major = first >> 5;
        value = first & 0x1f;
        uint256 size = 1;
        if (value >= 24) {
            if (value > 27 || major >= TAG) revert Cbor_InvalidHead(first);
            // A width of 1 to 8 bytes: nothing overflows.
            unchecked {
                uint256 width = 1 << (value - 24);
                size += width;
                if (input.length < size) revert Cbor_Truncated(input.length, size);
                value = (word << 8) >> (256 - 8 * width);
                if (value < (width == 1 ? 24 : 1 << (4 * width))) revert Cbor_NotShortest(first);
            }
        } else if (major == TAG || (major == SIMPLE && (value < FIRST_SIMPLE || value > LAST_SIMPLE))) {
            revert Cbor_InvalidHead(first);
        }
        rest = _skip(input, size);
    }

    /// @notice An unsigned integer from `min` to `max`.
    function takeUint(
        bytes calldata input,
        uint256 min,
        uint256 max
    ) internal pure returns (uint256 value, bytes calldata rest) {
        return _take(input, UNSIGNED, min, max);
    }

    /// @notice A byte string of `min` to `max` bytes.
    function takeBytes(
        bytes calldata input,
        uint256 min,
        uint256 max
    ) internal pure returns (bytes calldata value, bytes calldata rest) {
        return _takeString(input, BYTES, min, max);
    }

    /// @notice A text string of `min` to `max` bytes; whether they are UTF-8 is for the caller to say.
    function takeText(
        bytes calldata input,
        uint256 min,
        uint256 max
    ) internal pure returns (bytes calldata value, bytes calldata rest) {
        return _takeString(input, TEXT, min, max);
    }

    /// @notice Number of items of an array, which follow.
    function takeArray(
        bytes calldata input,
        uint256 min,
        uint256 max
    ) internal pure returns (uint256 count, bytes calldata rest) {
        return _take(input, ARRAY, min, max);
    }

    /// @notice Number of pairs of a map, which follow.
    function takeMap(
        bytes calldata input,
        uint256 min,
        uint256 max
    ) internal pure returns (uint256 count, bytes calldata rest) {
        return _take(input, MAP, min, max);
    }

    /// @notice Whether null follows.
    function isNull(bytes calldata input) internal pure returns (bool) {
        return input.length != 0 && input[0] == NULL;
    }

    /// @notice Takes an item of any type off, with all that is in it: at most `maxItems` items.
    /// @dev Well-formed only (RFC 8949, chapter 5): keys of maps in it may repeat, text need not be UTF-8.
    function skip(bytes calldata input, uint256 maxItems) internal pure returns (bytes calldata rest) {
        rest = input;
        uint256 left = maxItems;
        // Items that are still to be read.
        for (uint256 open = 1; open != 0;) {
            if (left == 0) revert Cbor_TooManyItems(maxItems);
            --left;
            --open;
            uint8 major;
            uint256 value;
            (major, value, rest) = head(rest);
            if (major == BYTES || major == TEXT)
                rest = _after(rest, value);
                // Arguments have at most 64 bits: no overflow.
            else if (major == ARRAY) open += value;
            else if (major == MAP) open += 2 * value;
        }
    }

    /// @notice Reverts unless nothing is left.
    function end(bytes calldata input) internal pure {
        if (input.length != 0) revert Cbor_TrailingBytes(input.length);
    }

    function _take(
        bytes calldata input,
        uint8 expected,
        uint256 min,
        uint256 max
    ) private pure returns (uint256 value, bytes calldata rest) {
        uint8 major;
        (major, value, rest) = head(input);
        if (major != expected) revert Cbor_UnexpectedType(expected, major);
        if (value < min || value > max) revert Cbor_OutOfRange(value, min, max);
    }

    function _takeString(
        bytes calldata input,
        uint8 expected,
        uint256 min,
        uint256 max
    ) private pure returns (bytes calldata value, bytes calldata rest) {
        uint256 size;
        (size, rest) = _take(input, expected, min, max);
        bytes calldata following = _after(rest, size);
        value = rest;
        assembly ("memory-safe") {
            value.length := size
        }
        rest = following;
    }

    function _after(bytes calldata input, uint256 size) private pure returns (bytes calldata) {
        if (input.length < size) revert Cbor_Truncated(input.length, size);
        return _skip(input, size);
    }

    /// @dev What follows `size` bytes, which are there.
    function _skip(bytes calldata input, uint256 size) private pure returns (bytes calldata rest) {
        assembly ("memory-safe") {
            rest.offset := add(input.offset, size)
            rest.length := sub(input.length, size)
        }
    }
}
