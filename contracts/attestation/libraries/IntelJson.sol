// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
// JSON has double quotes itself.
// solhint-disable quotes

import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {TcbStatus} from "../../interfaces/ITeeVerifier.sol";
import {Der} from "./Der.sol";

/// @title IntelJson
/// @notice Reads the JSON of Intel's Provisioning Certification Service in one pass from front to back: Intel writes it without white space and
/// with its fields in one order, so what comes next is known, and anything else is refused.
/// @dev `place` is an offset into calldata. Reading past the end of a body can only move `place` past it: whoever has read it all checks that
/// `place` is the end.
library IntelJson {
    /// @notice Thrown when something else stands in a body than it should, at this offset of calldata.
    error IntelJson_Unexpected(uint256 place);

    /// @notice Offset of the body's first byte, and that behind its last.
    function bounds(bytes calldata body) internal pure returns (uint256 place, uint256 end) {
        assembly {
            place := body.offset
            end := add(body.offset, body.length)
        }
    }

    /// @notice Reverts unless `place` is the end.
    function finish(uint256 place, uint256 end) internal pure {
        if (place != end) revert IntelJson_Unexpected(place);
    }

    /// @notice Passes a text of `length` <= 32 bytes, which `text` begins with.
    function pass(uint256 place, bytes32 text, uint256 length) internal pure returns (uint256) {
        if (!isNext(place, text, length)) revert IntelJson_Unexpected(place);
        return place + length;
    }

    /// @notice Whether a text of `length` <= 32 bytes comes next.
    function isNext(uint256 place, bytes32 text, uint256 length) internal pure returns (bool next) {
        assembly {
            next := iszero(shr(sub(256, shl(3, length)), xor(calldataload(place), text)))
        }
    }

    /// @notice Passes one character.
    function passOne(uint256 place, bytes1 character) internal pure returns (uint256) {
        return pass(place, character, 1);
    }

    /// @notice A number below 2^32 without leading zeros.
    function readUint(uint256 place) internal pure returns (uint256 value, uint256 next) {
        next = place;
        for (;;) {
            uint256 digit;
            assembly {
                digit := sub(byte(0, calldataload(next)), 48)
            }
            if (digit > 9) break;
            value = value * 10 + digit;
            ++next;
        }
        uint256 length = next - place;
        if (length == 0 || length > 9 || (length > 1 && isNext(place, "0", 1))) revert IntelJson_Unexpected(place);
    }

    /// @notice `"<hex>"` of `size` <= 16 bytes, in either case.
    function readHex(uint256 place, uint256 size) internal pure returns (uint256 value, uint256 next) {
        place = passOne(place, '"');
        value = _hex16(place, size);
        next = passOne(place + 2 * size, '"');
    }

    /// @notice `"<hex>"` of 48 bytes.
    function readHex48(uint256 place) internal pure returns (bytes memory value, uint256 next) {
        place = passOne(place, '"');
        uint256 first = _hex16(place, 16);
        uint256 second = _hex16(place + 32, 16);
        uint256 third = _hex16(place + 64, 16);
        value = abi.encodePacked(uint128(first), uint128(second), uint128(third));
        next = passOne(place + 96, '"');
    }

    /// @notice `"<hex>"` of 32 bytes.
    function readHex32(uint256 place) internal pure returns (bytes32 value, uint256 next) {
        place = passOne(place, '"');
        value = bytes32((_hex16(place, 16) << 128) | _hex16(place + 32, 16));
        next = passOne(place + 64, '"');
    }

    /// @notice `"YYYY-MM-DDThh:mm:ssZ"` in Unix seconds.
    function readTime(uint256 place) internal pure returns (uint64 time, uint256 next) {
        place = passOne(place, '"');
        uint256 year = _digits(place, 4);
        uint256 month = _digits(passOne(place + 4, "-"), 2);
        uint256 day = _digits(passOne(place + 7, "-"), 2);
        uint256 hour = _digits(passOne(place + 10, "T"), 2);
        uint256 minute = _digits(passOne(place + 13, ":"), 2);
        uint256 second = _digits(passOne(place + 16, ":"), 2);
        if (month == 0 || month > 12 || day == 0 || day > Der.daysOf(year, month) || hour > 23) {
            revert IntelJson_Unexpected(place);
        }
        if (minute > 59 || second > 59 || year < 1970) revert IntelJson_Unexpected(place);
        time = uint64(Der.daysSinceEpoch(year, month, day) * 1 days + hour * 1 hours + minute * 1 minutes + second);
        next = pass(place + 19, 'Z"', 2);
    }

    /// @notice `"<status>"`, one of the words of TcbStatus.
    function readStatus(uint256 place) internal pure returns (TcbStatus status, uint256 next) {
        if (isNext(place, '"UpToDate"', 10)) return (TcbStatus.UpToDate, place + 10);
        if (isNext(place, '"OutOfDate"', 11)) return (TcbStatus.OutOfDate, place + 11);
        if (isNext(place, '"SWHardeningNeeded"', 19)) return (TcbStatus.SwHardeningNeeded, place + 19);
        if (isNext(place, '"ConfigurationNeeded"', 21)) return (TcbStatus.ConfigurationNeeded, place + 21);
        if (isNext(place, '"ConfigurationAndSWHardeningNeed', 32)) {
            return (TcbStatus.ConfigurationAndSwHardeningNeeded, pass(place + 32, 'ed"', 3));
        }
        if (isNext(place, '"OutOfDateConfigurationNeeded"', 30)) {
            return (TcbStatus.OutOfDateConfigurationNeeded, place + 30);
        }
        if (isNext(place, '"Revoked"', 9)) return (TcbStatus.Revoked, place + 9);
        revert IntelJson_Unexpected(place);
    }

    /// @notice Passes `,"<name>":"<text>"` where it comes next; see {passText}.
    function passOptionalText(uint256 place, bytes32 name, uint256 length) internal pure returns (uint256) {
        return isNext(place, name, length) ? passText(place + length) : place;
    }

    /// @notice Passes `,"advisoryIDs":["<text>",...]` where it comes next.
    function passAdvisories(uint256 place) internal pure returns (uint256) {
        if (!isNext(place, ',"advisoryIDs":[', 16)) return place;
        place += 16;
        if (isNext(place, "]", 1)) return place + 1;
        for (;;) {
            place = passText(place);
            if (!isNext(place, ",", 1)) break;
            ++place;
        }
        return passOne(place, "]");
    }

    /// @notice Passes `"<text>"`: printable ASCII without escapes, which Intel writes none of.
    /// @dev Words of 32 bytes: the highest bit of a byte is set in `quotes` where `"` stands, in `others` where what no text has does. Behind the
    /// end of calldata there are zeros, which no text has.
    function passText(uint256 place) internal pure returns (uint256 next) {
        next = passOne(place, '"');
        uint256 quotes;
        while (quotes == 0) {
            uint256 others;
            assembly {
                let low := 0x7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f7f
                let word := calldataload(next)
                let part := xor(word, 0x2222222222222222222222222222222222222222222222222222222222222222)
                quotes := not(or(or(add(and(part, low), low), part), low))
                part := xor(word, 0x5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c5c)
                others := not(or(or(add(and(part, low), low), part), low))
                // Below 0x20: neither bit 5 nor bit 6. Above 0x7f: bit 7.
                part := and(word, 0x6060606060606060606060606060606060606060606060606060606060606060)
                others := or(others, not(or(add(part, low), low)))
                others := or(others, and(word, not(low)))
            }
            uint256 length = quotes == 0 ? 32 : (255 - Math.log2(quotes)) >> 3;
            if (others >> (256 - 8 * length) != 0) revert IntelJson_Unexpected(next);
            next += length;
        }
        ++next;
    }

    /// @dev 2 * size hex digits, size <= 16, all of them checked at once: each byte becomes a digit 0 to 15, then pairs become bytes.
    function _hex16(uint256 place, uint256 size) private pure returns (uint256 value) {
        bool valid = true;
        assembly {
            // "0" for what is not asked, in front.
            let shift := sub(256, shl(4, size))
            let word := or(
                shr(shift, calldataload(place)),
                shl(shl(4, size), 0x3030303030303030303030303030303030303030303030303030303030303030)
            )
            let ones := 0x0101010101010101010101010101010101010101010101010101010101010101
            let tops := 0x8080808080808080808080808080808080808080808080808080808080808080
            // Lower case; letters are those with bit 6.
            let letters := and(shr(6, word), ones)
            word := or(word, mul(letters, 0x20))
            let digits := sub(and(word, mul(ones, 0x7f)), add(mul(ones, 0x30), mul(letters, 0x27)))
            // Every digit is at most 15: adding 0x70 sets no top bit, and none was set before.
            valid := iszero(and(or(word, or(digits, add(digits, mul(ones, 0x70)))), tops))
            // A letter is at least 10: "a" to "f" only, and nothing between "9" and "a".
            let low := add(sub(digits, mul(letters, 10)), mul(ones, 0x10))
            valid := and(valid, eq(and(low, mul(ones, 0x10)), mul(ones, 0x10)))
            value := and(digits, 0x0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f0f)
        }
        if (!valid) revert IntelJson_Unexpected(place);
        // Two digits to a byte, two bytes to a word of 16 bits, and so on.
        value = ((value >> 4) | value) & 0x00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff00ff;
        value = ((value >> 8) | value) & 0x0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff0000ffff;
        value = ((value >> 16) | value) & 0x00000000ffffffff00000000ffffffff00000000ffffffff00000000ffffffff;
        value = ((value >> 32) | value) & 0x0000000000000000ffffffffffffffff0000000000000000ffffffffffffffff;
        value = ((value >> 64) | value) & 0xffffffffffffffffffffffffffffffff;
    }

    function _digits(uint256 place, uint256 length) private pure returns (uint256 value) {
        for (uint256 i = 0; i < length; ++i) {
            uint256 digit;
            assembly {
                digit := sub(byte(0, calldataload(add(place, i))), 48)
            }
            if (digit > 9) revert IntelJson_Unexpected(place);
            value = value * 10 + digit;
        }
    }
}
