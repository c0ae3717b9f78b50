// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Der
/// @notice Strict reader of DER (ITU-T X.690, chapter 10): definite lengths in their shortest form, tags of one byte, integers
/// without needless zeros. Whatever another reader might take in two ways is refused.
/// @dev Every function takes the first element off `input` and returns what follows it. Slices of calldata: nothing is copied.
library Der {
    uint8 internal constant BOOLEAN = 0x01;
    uint8 internal constant INTEGER = 0x02;
    uint8 internal constant BIT_STRING = 0x03;
    uint8 internal constant OCTET_STRING = 0x04;
    uint8 internal constant NULL = 0x05;
    uint8 internal constant OID = 0x06;
    uint8 internal constant ENUMERATED = 0x0a;
    uint8 internal constant UTC_TIME = 0x17;
    uint8 internal constant GENERALIZED_TIME = 0x18;
    uint8 internal constant SEQUENCE = 0x30;
    uint8 internal constant SET = 0x31;

    /// @notice Thrown when an element ends after its container.
    error Der_Truncated(uint256 length, uint256 needed);
    error Der_UnexpectedTag(uint8 expected, uint8 actual);
    /// @notice Thrown when a tag has more than one byte.
    error Der_InvalidTag(uint8 first);
    /// @notice Thrown when a length is indefinite, longer than two bytes, or not in its shortest form.
    error Der_InvalidLength(uint8 first);
    /// @notice Thrown when a container holds more than it should.
    error Der_TrailingBytes(uint256 length);
    /// @notice Thrown when an integer is negative, empty, padded, or longer than expected.
    error Der_InvalidInteger(uint256 length);
    /// @notice Thrown when a boolean is neither 0x00 nor 0xff.
    error Der_InvalidBoolean();
    /// @notice Thrown when a bit string has unused bits where whole bytes are expected, or more than seven.
    error Der_InvalidBitString();
    error Der_InvalidTime();

    /// @notice Any element: its tag, itself with its header, its content, and what follows.
    function element(
        bytes calldata input
    ) internal pure returns (uint8 tag, bytes calldata whole, bytes calldata content, bytes calldata rest) {
        if (input.length < 2) revert Der_Truncated(input.length, 2);
        uint256 word;
        assembly {
            word := calldataload(input.offset)
        }
        tag = uint8(word >> 248);
        if (tag & 0x1f == 0x1f) revert Der_InvalidTag(tag);

        uint256 size = uint8(word >> 240);
        uint256 header = 2;
        if (size >= 0x80) {
            if (size == 0x81) {
                size = uint8(word >> 232);
                header = 3;
                if (size < 0x80) revert Der_InvalidLength(0x81);
            } else if (size == 0x82) {
                size = uint16(word >> 224);
                header = 4;
                if (size < 0x100) revert Der_InvalidLength(0x82);
            } else revert Der_InvalidLength(uint8(size));
        }
        if (input.length < header + size) revert Der_Truncated(input.length, header + size);
        assembly {
            whole.offset := input.offset
            whole.length := add(header, size)
            content.offset := add(input.offset, header)
            content.length := size
            rest.offset := add(content.offset, size)
            rest.length := sub(input.length, whole.length)
        }
    }

    /// @notice Content of the first element, which has to have `tag`.
    function take(bytes calldata input, uint8 tag) internal pure returns (bytes calldata content, bytes calldata rest) {
        uint8 actual;
        (actual, , content, rest) = element(input);
        if (actual != tag) revert Der_UnexpectedTag(tag, actual);
    }

    /// @notice The first element with its header; it has to have `tag`.
    function takeWhole(
        bytes calldata input,
        uint8 tag
    ) internal pure returns (bytes calldata whole, bytes calldata rest) {
        uint8 actual;
        (actual, whole, , rest) = element(input);
        if (actual != tag) revert Der_UnexpectedTag(tag, actual);
    }

    /// @notice Content of the only element of `input`.
    function only(bytes calldata input, uint8 tag) internal pure returns (bytes calldata content) {
        bytes calldata rest;
        (content, rest) = take(input, tag);
        end(rest);
    }

    /// @notice Whether another element with `tag` follows.
    function isNext(bytes calldata input, uint8 tag) internal pure returns (bool) {
        return input.length != 0 && uint8(input[0]) == tag;
    }

    /// @notice Reverts unless nothing is left.
    function end(bytes calldata input) internal pure {
        if (input.length != 0) revert Der_TrailingBytes(input.length);
    }

    /// @notice A non-negative integer of at most `maxBytes` <= 32 bytes.
    function takeUint(
        bytes calldata input,
        uint256 maxBytes
    ) internal pure returns (uint256 value, bytes calldata rest) {
        bytes calldata content;
        (content, rest) = takeMagnitude(input, maxBytes);
        value = _load(content);
    }

    /// @notice A non-negative integer of at most 48 bytes, as its upper 16 and its lower 32 bytes.
    function takeUint384(bytes calldata input) internal pure returns (uint256 high, uint256 low, bytes calldata rest) {
        bytes calldata content;
        (content, rest) = takeMagnitude(input, 48);
        if (content.length > 32) {
            high = _load(content[:content.length - 32]);
            low = _load(content[content.length - 32:]);
        } else low = _load(content);
    }

    /// @notice The bytes of a non-negative integer without a leading zero: at most `maxBytes`; empty for 0.
    function takeMagnitude(
        bytes calldata input,
        uint256 maxBytes
    ) internal pure returns (bytes calldata magnitude, bytes calldata rest) {
        (magnitude, rest) = take(input, INTEGER);
        if (magnitude.length == 0) revert Der_InvalidInteger(0);
        uint8 first = uint8(magnitude[0]);
        if (first >= 0x80) revert Der_InvalidInteger(magnitude.length);
        if (first == 0) {
            if (magnitude.length > 1 && uint8(magnitude[1]) < 0x80) revert Der_InvalidInteger(magnitude.length);
            magnitude = magnitude[1:];
        }
        if (magnitude.length > maxBytes) revert Der_InvalidInteger(magnitude.length);
    }

    function takeBool(bytes calldata input) internal pure returns (bool value, bytes calldata rest) {
        bytes calldata content;
        (content, rest) = take(input, BOOLEAN);
        if (content.length != 1 || (content[0] != 0x00 && content[0] != 0xff)) revert Der_InvalidBoolean();
        value = content[0] == 0xff;
    }

    /// @notice The bytes of a bit string that has whole bytes only.
    function takeBitString(bytes calldata input) internal pure returns (bytes calldata value, bytes calldata rest) {
        (value, rest) = take(input, BIT_STRING);
        if (value.length == 0 || value[0] != 0) revert Der_InvalidBitString();
        value = value[1:];
    }

    /// @notice UTCTime (years 1950 to 2049) or GeneralizedTime (from 2050), in seconds and Zulu, as RFC 5280 4.1.2.5 wants it.
    /// @return time Unix seconds
    function takeTime(bytes calldata input) internal pure returns (uint64 time, bytes calldata rest) {
        uint8 tag;
        bytes calldata text;
        (tag, , text, rest) = element(input);
        uint256 year;
        if (tag == UTC_TIME) {
            if (text.length != 13) revert Der_InvalidTime();
            year = _twoDigits(text, 0);
            year += year < 50 ? 2000 : 1900;
            text = text[2:];
        } else if (tag == GENERALIZED_TIME) {
            if (text.length != 15) revert Der_InvalidTime();
            year = _twoDigits(text, 0) * 100 + _twoDigits(text, 2);
            if (year < 2050) revert Der_InvalidTime();
            text = text[4:];
        } else revert Der_UnexpectedTag(UTC_TIME, tag);
        if (text[10] != "Z") revert Der_InvalidTime();
        time = _unix(year, text);
    }

    /// @dev Month, day, hour, minute and second are two digits each.
    function _unix(uint256 year, bytes calldata text) private pure returns (uint64) {
        uint256 month = _twoDigits(text, 0);
        uint256 day = _twoDigits(text, 2);
        uint256 hour = _twoDigits(text, 4);
        uint256 minute = _twoDigits(text, 6);
        uint256 second = _twoDigits(text, 8);
        if (month == 0 || month > 12 || day == 0 || day > daysOf(year, month)) revert Der_InvalidTime();
        if (hour > 23 || minute > 59 || second > 59) revert Der_InvalidTime();
        uint256 time = daysSinceEpoch(year, month, day) * 1 days + hour * 1 hours + minute * 1 minutes + second;
        return uint64(time);
    }

    /// @notice Days of a month of the Gregorian calendar.
    function daysOf(uint256 year, uint256 month) internal pure returns (uint256) {
        if (month == 2) return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28;
        return 30 + ((month + month / 8) % 2);
    }

    /// @notice Days from 1970-01-01 to a later date of the Gregorian calendar.
    /// @dev Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil: years begin in March.
    function daysSinceEpoch(uint256 year, uint256 month, uint256 day) internal pure returns (uint256) {
        if (year < 1970) revert Der_InvalidTime();
        uint256 y = month > 2 ? year : year - 1;
        uint256 dayOfYear = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
        return 365 * y + y / 4 - y / 100 + y / 400 + dayOfYear - 719_468;
    }

    function _twoDigits(bytes calldata text, uint256 start) private pure returns (uint256) {
        uint256 tens;
        uint256 ones;
        // A character before "0" wraps to a large number.
        unchecked {
            tens = uint256(uint8(text[start])) - 48;
            ones = uint256(uint8(text[start + 1])) - 48;
        }
        if (tens > 9 || ones > 9) revert Der_InvalidTime();
        return tens * 10 + ones;
    }

    /// @dev Big-endian number of at most 32 bytes.
    function _load(bytes calldata content) private pure returns (uint256 value) {
        if (content.length == 0) return 0;
        assembly {
            value := shr(shl(3, sub(32, content.length)), calldataload(content.offset))
        }
    }
}
