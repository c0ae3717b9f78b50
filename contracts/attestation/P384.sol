// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IP384} from "../interfaces/IP384.sol";
import {Fp384} from "./libraries/Fp384.sol";
import {P384Curve} from "./libraries/P384Curve.sol";

/// @title P384
/// @notice See {IP384}. With hints a signature is checked here; without, {PLAIN} does it.
/// @dev The claim R = u1 G + u2 Q, where u1 = h / s and u2 = r / s, is multiplied by a b that makes it short (Antipa, Brown, Gallant, Lambert,
/// Struik, Vanstone, "Accelerated Verification of ECDSA Signatures", SAC 2005): c G + a (+-Q) - b R = O with a and b below 2^192 and
/// c = b u1. Points are affine; the slope of every step is a hint.
///
/// Hints: `1/s (48) b (24) flags (1) y of R (48) digits (2 x 193) slopes (48 each)`. Flag 1: b u2 = -a. Flag 2: x of R is r + n. The digits of a
/// and b, from the highest bit to the lowest, one byte each: 0, or 16 + 8 [negative] + i for the odd digit 2 i + 1. Slopes are in Montgomery form, in
/// the order in which they are used.
///
/// Why no hint makes a wrong signature pass: 1/s, b u2 = +-a, b > 0 and the digits of a and b are checked by arithmetic; R and Q are on the
/// curve, whose order is prime; a slope l of P1 + P2 is only taken when l (x2 - x1) = y2 - y1 and x2 != x1, and of 2 P when l 2y = 3 x^2 - 3, so
/// that each step is the sum that it stands for; and the sum of all must be 2^192 T, where it would begin and end with nothing but T.
/// @custom:security-contact see SECURITY.md
contract P384 is IP384 {
    using Fp384 for uint256;
    using P384Curve for uint256;

    /// @dev Bytes of hints before the slopes.
    uint256 private constant DIGITS = 193;
    uint256 private constant HEAD = 48 + 24 + 1 + 48 + 2 * DIGITS;
    /// @dev T and 2^192 T in Montgomery form: T is a point that nobody knows the logarithm of, from the text in sdk/src/attestation/p384.
    uint256 private constant T_X_HIGH = 0xefe2b4d77b52100186e67c91aad99703;
    uint256 private constant T_X_LOW = 0xe2d38c55c0fee395ddb6dc7f1e7c29896d2dde96b650ca4b70055aa8757f36ef;
    uint256 private constant T_Y_HIGH = 0xf6e0e0d48789f20cfe4970e38521eeb2;
    uint256 private constant T_Y_LOW = 0xe05c99e613387a47affaeea4efd7d15089f3b87fa5e0474edbdcd4d5219c639b;
    uint256 private constant END_X_HIGH = 0xc27a98c7088cb7a133c38feeb29e69ad;
    uint256 private constant END_X_LOW = 0xcf6af30bce00ef78938f467ac2ff8445a956d9bb337acbfd54c944edecf672fb;
    uint256 private constant END_Y_HIGH = 0xe4ab9051a92fa699921ac82ad375785f;
    uint256 private constant END_Y_LOW = 0x8c5bf1899fcb1a22840287a2bb8295242fecfeb717cb31e91fcbbcc4e557dfa2;
    /// @dev 4p - 3 in Montgomery form.
    uint256 private constant MINUS_THREE_HIGH = 0x03fffffffffffffffffffffffffffffffc;
    uint256 private constant MINUS_THREE_LOW = 0xfffffffd0000000000000002fffffff8fffffffc0000000000000003fffffffc;
    /// @dev Of the code of {TABLE}.
    bytes32 private constant TABLE_HASH = 0x35a7bb90aa4efbd5f6c5b6e69f72f93fa6de3907cbf0924176ad2a942718cb29;

    /// @dev Places in memory, from one base: digest, r, s and the key; u1, u2 and others; points of 128 bytes.
    uint256 private constant PLACE_R = 64;
    uint256 private constant PLACE_S = 128;
    uint256 private constant PLACE_Q = 192;
    uint256 private constant PLACE_W = 320;
    uint256 private constant PLACE_B = 384;
    uint256 private constant PLACE_C = 448;
    uint256 private constant PLACE_ZERO = 640;
    uint256 private constant PLACE_SUM = 704;
    uint256 private constant PLACE_POINT = 832;
    uint256 private constant PLACE_SCRATCH = 960;
    uint256 private constant PLACE_TABLE_Q = 1216;
    uint256 private constant PLACE_TABLE_R = 2240;
    uint256 private constant PLACE_END = 3264;

    /// @notice The code of this account is i G + j 2^192 G for i, j < 16, behind a STOP: 255 points in Montgomery form, 48 bytes a coordinate.
    address public immutable TABLE;
    /// @notice Checks signatures without hints.
    IP384 public immutable PLAIN;

    /// @notice Thrown when the table is not the one that the curve gives.
    error P384_WrongTable(bytes32 codeHash);
    /// @notice Thrown when a hint is not what it is taken for.
    error P384_WrongHint();

    constructor(address table, IP384 plain) {
        if (table.codehash != TABLE_HASH) revert P384_WrongTable(table.codehash);
        TABLE = table;
        PLAIN = plain;
    }

    /// @inheritdoc IP384
    function verify(bytes calldata input, bytes calldata hints) external view returns (bool valid) {
        if (hints.length == 0) return PLAIN.verify(input, hints);
        if (input.length != 240) return false;
        if (hints.length < HEAD) revert P384_WrongHint();
        uint256 m = _allocate();
        if (!P384Curve.readInput(m, input)) return false;

        uint256 place;
        assembly {
            place := hints.offset
        }
        if (!_prepareKey(m)) return false;
        uint256 flags = _prepareScalars(m, place);
        _preparePoint(m, place + 73, flags);
        return _sum(m, place + 121, place + hints.length, flags);
    }

    /// @dev Q in Montgomery form. False when it is not on the curve.
    function _prepareKey(uint256 m) private pure returns (bool) {
        uint256 q = m + PLACE_Q;
        (m + PLACE_SUM).toMontgomery(q, m + PLACE_SCRATCH);
        (m + PLACE_SUM + 64).toMontgomery(q + 64, m + PLACE_SCRATCH);
        return P384Curve.isOnCurve(m + PLACE_SUM, m + PLACE_SCRATCH);
    }

    /// @dev u1 and u2 from 1/s, c = b u1, and b u2, or n - b u2 where flag 1 says so, in the place of s.
    function _prepareScalars(uint256 m, uint256 hints) private view returns (uint256 flags) {
        uint256 scratch = m + PLACE_SCRATCH;
        P384Curve.read(m + PLACE_W, hints);
        uint256 b;
        assembly {
            b := shr(64, calldataload(add(hints, 48)))
            flags := byte(0, calldataload(add(hints, 72)))
        }
        if (flags > 3 || b == 0) revert P384_WrongHint();

        (m + PLACE_C).mulModN(m + PLACE_S, m + PLACE_W, scratch);
        _requireOne(m + PLACE_C);
        Fp384.store(m + PLACE_B, 0, b);
        // c = b (digest / s), a = b (r / s)
        (m + PLACE_W).mulModN(m + PLACE_W, m + PLACE_B, scratch);
        (m + PLACE_C).mulModN(m, m + PLACE_W, scratch);
        (m + PLACE_S).mulModN(m + PLACE_R, m + PLACE_W, scratch);
        if (flags & 1 != 0) _negateModN(m + PLACE_S);
    }

    /// @dev The tables of odd multiples: of Q, negated where flag 1 says so, and of -R.
    function _preparePoint(uint256 m, uint256 hint, uint256 flags) private pure {
        uint256 scratch = m + PLACE_SCRATCH;
        uint256 first = m + PLACE_TABLE_R;
        if (flags & 2 != 0) P384Curve.addN(m + PLACE_R, m + PLACE_R);
        if (!P384Curve.isBelow(m + PLACE_R, Fp384.P_HIGH, Fp384.P_LOW)) revert P384_WrongHint();
        P384Curve.read(m + PLACE_POINT, hint);
        first.toMontgomery(m + PLACE_R, scratch);
        (first + 64).toMontgomery(m + PLACE_POINT, scratch);
        if (!P384Curve.isOnCurve(first, scratch)) revert P384_WrongHint();
        Fp384.store(m + PLACE_ZERO, 0, 0);
        (first + 64).sub(m + PLACE_ZERO, first + 64);

        assembly ("memory-safe") {
            mcopy(add(m, PLACE_TABLE_Q), add(m, PLACE_SUM), 128)
        }
        uint256 y = m + PLACE_TABLE_Q + 64;
        if (flags & 1 != 0) y.sub(m + PLACE_ZERO, y);
    }

    /// @dev c G + a (+-Q) - b R, bit by bit, all four digits of c at every fourth.
    function _sum(uint256 m, uint256 digits, uint256 end, uint256 flags) private view returns (bool) {
        uint256 slopes = digits + 2 * DIGITS;
        slopes = _fillTable(m, m + PLACE_TABLE_Q, slopes);
        slopes = _fillTable(m, m + PLACE_TABLE_R, slopes);
        Fp384.store(m + PLACE_SUM, T_X_HIGH, T_X_LOW);
        Fp384.store(m + PLACE_SUM + 64, T_Y_HIGH, T_Y_LOW);
        slopes = _walk(m, digits, slopes);
        if (slopes != end || flags > 3) revert P384_WrongHint();

        Fp384.store(m + PLACE_POINT, END_X_HIGH, END_X_LOW);
        Fp384.store(m + PLACE_POINT + 64, END_Y_HIGH, END_Y_LOW);
        (m + PLACE_POINT).sub(m + PLACE_POINT, m + PLACE_SUM);
        (m + PLACE_POINT + 64).sub(m + PLACE_POINT + 64, m + PLACE_SUM + 64);
        return (m + PLACE_POINT).isZero() && (m + PLACE_POINT + 64).isZero();
    }

    /// @dev Reverts when the digits are not those of a and b.
    function _walk(uint256 m, uint256 digits, uint256 slopes) private view returns (uint256) {
        uint256 cLow = _word(m + PLACE_C + 32);
        uint256 cHigh = (cLow >> 192) | (_word(m + PLACE_C) << 64);
        uint256 a;
        uint256 b;
        unchecked {
            for (uint256 bit = DIGITS; bit != 0;) {
                --bit;
                if (bit != DIGITS - 1) slopes = _double(m + PLACE_SUM, slopes);
                uint256 digit;
                assembly {
                    digit := byte(0, calldataload(digits))
                }
                a <<= 1;
                if (digit != 0) {
                    a += _select(m, m + PLACE_TABLE_Q, digit);
                    slopes = _add(m + PLACE_SUM, m + PLACE_POINT, slopes);
                }
                assembly {
                    digit := byte(1, calldataload(digits))
                }
                b <<= 1;
                if (digit != 0) {
                    b += _select(m, m + PLACE_TABLE_R, digit);
                    slopes = _add(m + PLACE_SUM, m + PLACE_POINT, slopes);
                }
                digits += 2;
                if (bit & 3 == 0 && bit < 192) {
                    uint256 index = ((cLow >> bit) & 15) | (((cHigh >> bit) & 15) << 4);
                    if (index != 0) {
                        _load(m + PLACE_POINT, index);
                        slopes = _add(m + PLACE_SUM, m + PLACE_POINT, slopes);
                    }
                }
            }
        }
        if (_word(m + PLACE_S) != 0 || a != _word(m + PLACE_S + 32) || b != _word(m + PLACE_B + 32))
            revert P384_WrongHint();
        return slopes;
    }

    /// @dev From P, 3P, 5P, .. 15P behind it.
    function _fillTable(uint256 m, uint256 table, uint256 slopes) private pure returns (uint256) {
        assembly ("memory-safe") {
            mcopy(add(m, PLACE_POINT), table, 128)
        }
        slopes = _double(m + PLACE_POINT, slopes);
        for (uint256 next = table + 128; next < table + 8 * 128; next += 128) {
            assembly ("memory-safe") {
                mcopy(next, sub(next, 128), 128)
            }
            slopes = _add(next, m + PLACE_POINT, slopes);
        }
        return slopes;
    }

    /// @dev Copies the multiple that a digit stands for to PLACE_POINT. Returns the digit, as a two's complement.
    function _select(uint256 m, uint256 table, uint256 digit) private pure returns (uint256 value) {
        if (digit < 16 || digit > 31) revert P384_WrongHint();
        uint256 point = m + PLACE_POINT;
        assembly ("memory-safe") {
            let index := and(digit, 7)
            mcopy(point, add(table, shl(7, index)), 128)
            value := or(shl(1, index), 1)
        }
        if (digit & 8 != 0) {
            (point + 64).sub(m + PLACE_ZERO, point + 64);
            unchecked {
                value = 0 - value;
            }
        }
    }

    /// @dev Point `index` of {TABLE}, from 1.
    function _load(uint256 point, uint256 index) private view {
        address table = TABLE;
        assembly ("memory-safe") {
            // x (48) y (48) to the end of the point's place, then apart.
            extcodecopy(table, add(point, 32), sub(mul(index, 96), 95), 96)
            let first := mload(add(point, 32))
            let second := mload(add(point, 64))
            mstore(point, shr(128, first))
            mstore(add(point, 32), or(shl(128, first), shr(128, second)))
            mstore(add(point, 64), and(second, 0xffffffffffffffffffffffffffffffff))
        }
    }

    /// @dev point = 2 point, by the next slope.
    function _double(uint256 point, uint256 slopes) private pure returns (uint256) {
        (uint256 lHigh, uint256 lLow) = _slope(slopes);
        (uint256 xHigh, uint256 xLow) = point.load();
        _requireTangent(point, xHigh, xLow, lHigh, lLow);
        // x' = l^2 - 2x
        (uint256 high, uint256 low) = Fp384.squared(lHigh, lLow);
        (high, low) = Fp384.minusTwice(high, low, xHigh, xLow);
        _move(point, high, low, xHigh, xLow, lHigh, lLow);
        return slopes + 48;
    }

    /// @dev Reverts unless l 2y = 3 x^2 - 3.
    function _requireTangent(uint256 point, uint256 xHigh, uint256 xLow, uint256 lHigh, uint256 lLow) private pure {
        (uint256 high, uint256 low) = (point + 64).load();
        assembly ("memory-safe") {
            high := or(shl(1, high), shr(255, low))
            low := shl(1, low)
        }
        (high, low) = Fp384.product(lHigh, lLow, high, low);
        (xHigh, xLow) = Fp384.squared(xHigh, xLow);
        assembly ("memory-safe") {
            // 4p - 3 - l 2y, and three times x^2 more: all above zero.
            let rest := sub(MINUS_THREE_LOW, low)
            high := sub(sub(MINUS_THREE_HIGH, high), lt(MINUS_THREE_LOW, low))
            let twice := add(xLow, xLow)
            let thrice := add(twice, xLow)
            low := add(rest, thrice)
            high := add(add(high, mul(3, xHigh)), add(add(lt(twice, xLow), lt(thrice, xLow)), lt(low, thrice)))
        }
        if (!Fp384.isMultiple(high, low)) revert P384_WrongHint();
    }

    /// @dev point = point + other, by the next slope; they have different x.
    function _add(uint256 point, uint256 other, uint256 slopes) private pure returns (uint256) {
        (uint256 lHigh, uint256 lLow) = _slope(slopes);
        (uint256 xHigh, uint256 xLow) = point.load();
        _requireChord(point, other, lHigh, lLow);
        // x' = l^2 - x1 - x2
        (uint256 high, uint256 low) = Fp384.squared(lHigh, lLow);
        (high, low) = Fp384.minus(high, low, xHigh, xLow);
        (uint256 otherHigh, uint256 otherLow) = other.load();
        (high, low) = Fp384.minus(high, low, otherHigh, otherLow);
        _move(point, high, low, xHigh, xLow, lHigh, lLow);
        return slopes + 48;
    }

    /// @dev Reverts unless l (x2 - x1) = y2 - y1 and x2 != x1.
    function _requireChord(uint256 point, uint256 other, uint256 lHigh, uint256 lLow) private pure {
        (uint256 high, uint256 low) = other.load();
        (uint256 firstHigh, uint256 firstLow) = point.load();
        (high, low) = Fp384.minus(high, low, firstHigh, firstLow);
        if (Fp384.maybeZero(high, low)) revert P384_WrongHint();
        (high, low) = Fp384.product(lHigh, lLow, high, low);
        // + y1 - y2, above zero.
        (firstHigh, firstLow) = (other + 64).load();
        (high, low) = Fp384.minus(high, low, firstHigh, firstLow);
        (firstHigh, firstLow) = (point + 64).load();
        assembly ("memory-safe") {
            low := add(low, firstLow)
            high := add(add(high, firstHigh), lt(low, firstLow))
        }
        if (!Fp384.isMultiple(high, low)) revert P384_WrongHint();
    }

    /// @dev point = (x', l (x - x') - y), of an x' that is not tidy yet.
    function _move(
        uint256 point,
        uint256 high,
        uint256 low,
        uint256 xHigh,
        uint256 xLow,
        uint256 lHigh,
        uint256 lLow
    ) private pure {
        (high, low) = Fp384.tidy(high, low);
        point.store(high, low);
        (high, low) = Fp384.minus(xHigh, xLow, high, low);
        (high, low) = Fp384.product(lHigh, lLow, high, low);
        (xHigh, xLow) = (point + 64).load();
        (high, low) = Fp384.minus(high, low, xHigh, xLow);
        (high, low) = Fp384.tidy(high, low);
        (point + 64).store(high, low);
    }

    /// @dev The slope at a place of calldata: any number of 48 bytes.
    function _slope(uint256 place) private pure returns (uint256 high, uint256 low) {
        assembly {
            high := shr(128, calldataload(place))
            low := calldataload(add(place, 16))
        }
    }

    function _allocate() private pure returns (uint256 m) {
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore(0x40, add(m, PLACE_END))
        }
    }

    function _requireOne(uint256 a) private pure {
        if (_word(a) != 0 || _word(a + 32) != 1) revert P384_WrongHint();
    }

    /// @dev a = n - a, for 0 < a < n.
    function _negateModN(uint256 a) private pure {
        uint256 high = P384Curve.N_HIGH;
        uint256 low = P384Curve.N_LOW;
        assembly ("memory-safe") {
            let lower := mload(add(a, 32))
            mstore(a, sub(sub(high, mload(a)), gt(lower, low)))
            mstore(add(a, 32), sub(low, lower))
        }
    }

    function _word(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }
}
