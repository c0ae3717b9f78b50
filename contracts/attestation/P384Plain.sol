// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IP384} from "../interfaces/IP384.sol";
import {Fp384} from "./libraries/Fp384.sol";
import {P384Curve} from "./libraries/P384Curve.sol";

/// @title P384Plain
/// @notice See {IP384}. Needs no hints, and ignores them: what {P384} falls back to.
/// @dev R = u1 G + u2 Q in Jacobian coordinates (x = X / Z^2, y = Y / Z^3; Explicit-Formulas Database, dbl-2001-b and madd-2007-bl): u2 in signed digits
/// of width 5 over 16 affine multiples of Q, u1 in 48 digits of 4 + 4 bits over the table that {P384} has too.
/// @custom:security-contact see SECURITY.md
contract P384Plain is IP384 {
    using Fp384 for uint256;
    using P384Curve for uint256;

    bytes32 private constant TABLE_HASH = 0x35a7bb90aa4efbd5f6c5b6e69f72f93fa6de3907cbf0924176ad2a942718cb29;

    /// @dev Places in memory, from one base. Points are 128 bytes affine, 192 Jacobian.
    uint256 private constant PLACE_R = 64;
    uint256 private constant PLACE_S = 128;
    uint256 private constant PLACE_Q = 192;
    uint256 private constant PLACE_ZERO = 320;
    uint256 private constant PLACE_SUM = 384;
    uint256 private constant PLACE_POINT = 576;
    uint256 private constant PLACE_SCRATCH = 704;
    uint256 private constant PLACE_TABLE = 1024;
    uint256 private constant PLACE_JACOBIAN = 3072;
    uint256 private constant PLACE_PRODUCTS = 6144;
    uint256 private constant PLACE_DIGITS = 7168;
    uint256 private constant PLACE_END = 9728;

    /// @notice See P384.TABLE.
    address public immutable TABLE;

    /// @notice Thrown when the table is not the one that the curve gives.
    error P384Plain_WrongTable(bytes32 codeHash);

    constructor(address table) {
        if (table.codehash != TABLE_HASH) revert P384Plain_WrongTable(table.codehash);
        TABLE = table;
    }

    /// @inheritdoc IP384
    function verify(bytes calldata input, bytes calldata) external view returns (bool) {
        if (input.length != 240) return false;
        uint256 m;
        assembly ("memory-safe") {
            m := mload(0x40)
            mstore(0x40, add(m, PLACE_END))
        }
        if (!P384Curve.readInput(m, input)) return false;
        Fp384.store(m + PLACE_ZERO, 0, 0);
        uint256 scratch = m + PLACE_SCRATCH;
        uint256 first = m + PLACE_TABLE;
        first.toMontgomery(m + PLACE_Q, scratch);
        (first + 64).toMontgomery(m + PLACE_Q + 64, scratch);
        if (!P384Curve.isOnCurve(first, scratch)) return false;

        // u1 in the place of the digest, u2 in that of s.
        P384Curve.invert(m + PLACE_S, m + PLACE_S, P384Curve.N_HIGH, P384Curve.N_LOW, scratch);
        m.mulModN(m, m + PLACE_S, scratch);
        (m + PLACE_S).mulModN(m + PLACE_R, m + PLACE_S, scratch);
        _fillTable(m);
        _fillDigits(m);
        _sum(m);
        return _isResult(m);
    }

    /// @dev Q, 2Q, .. 16Q, affine: Jacobian first, then all divided by their Z with one inversion (Montgomery's trick).
    function _fillTable(uint256 m) private view {
        uint256 first = m + PLACE_TABLE;
        uint256 jacobian = m + PLACE_JACOBIAN;
        uint256 products = m + PLACE_PRODUCTS;
        assembly ("memory-safe") {
            mcopy(jacobian, first, 128)
        }
        Fp384.store(jacobian + 128, P384Curve.ONE_HIGH, P384Curve.ONE_LOW);
        for (uint256 i = 1; i < 16; ++i) {
            uint256 point = jacobian + 192 * i;
            assembly ("memory-safe") {
                mcopy(point, sub(point, 192), 192)
            }
            if (i == 1) _double(m, point);
            else _addAffine(m, point, first);
        }
        assembly ("memory-safe") {
            mcopy(products, add(jacobian, 128), 64)
        }
        for (uint256 i = 1; i < 16; ++i) {
            (products + 64 * i).mul(products + 64 * i - 64, jacobian + 192 * i + 128);
        }
        _invertField(m, products + 64 * 15);
        _divideTable(m, first, jacobian, products);
    }

    /// @dev The inverse of the last product is at PLACE_POINT.
    function _divideTable(uint256 m, uint256 first, uint256 jacobian, uint256 products) private pure {
        uint256 inverse = m + PLACE_POINT;
        uint256 one = m + PLACE_SCRATCH;
        uint256 square = one + 64;
        for (uint256 i = 15; i != 0; --i) {
            uint256 point = jacobian + 192 * i;
            uint256 affine = first + 128 * i;
            one.mul(inverse, products + 64 * i - 64);
            inverse.mul(inverse, point + 128);
            square.square(one);
            affine.mul(point, square);
            square.mul(square, one);
            (affine + 64).mul(point + 64, square);
        }
    }

    /// @dev PLACE_POINT = 1 / value, both in Montgomery form.
    function _invertField(uint256 m, uint256 value) private view {
        uint256 out = m + PLACE_POINT;
        uint256 scratch = m + PLACE_SCRATCH;
        // Out of Montgomery form: times 1.
        Fp384.store(scratch, 0, 1);
        out.mul(value, scratch);
        P384Curve.invert(out, out, Fp384.P_HIGH, Fp384.P_LOW, scratch);
        out.toMontgomery(out, scratch);
    }

    /// @dev Digits of u2, from -15 to 16, one for each five bits, as two's complements; the 78th takes the carry.
    function _fillDigits(uint256 m) private pure {
        uint256 place = m + PLACE_DIGITS;
        uint256 source = m + PLACE_S;
        assembly ("memory-safe") {
            let high := mload(source)
            let low := mload(add(source, 32))
            let carry := 0
            for {
                let end := add(place, mul(78, 32))
            } lt(place, end) {
                place := add(place, 32)
            } {
                let digit := add(and(low, 31), carry)
                carry := gt(digit, 16)
                mstore(place, sub(digit, shl(5, carry)))
                low := or(shr(5, low), shl(251, high))
                high := shr(5, high)
            }
        }
    }

    function _sum(uint256 m) private view {
        uint256 low = _word(m + 32);
        uint256 high = (low >> 192) | (_word(m) << 64);
        Fp384.store(m + PLACE_SUM + 128, 0, 0);
        unchecked {
            uint256 five = 77;
            for (uint256 bit = 386; bit != 0;) {
                --bit;
                if (bit != 385) _double(m, m + PLACE_SUM);
                if (bit == 5 * five) {
                    _addDigit(m, _word(m + PLACE_DIGITS + 32 * five));
                    --five;
                }
                if (bit & 3 == 0 && bit < 192) {
                    uint256 index = ((low >> bit) & 15) | (((high >> bit) & 15) << 4);
                    if (index != 0) {
                        _load(m + PLACE_POINT, index);
                        _addAffine(m, m + PLACE_SUM, m + PLACE_POINT);
                    }
                }
            }
        }
    }

    /// @dev Adds a multiple of Q.
    function _addDigit(uint256 m, uint256 digit) private pure {
        if (digit == 0) return;
        unchecked {
            bool isNegative = digit >> 255 != 0;
            uint256 index = isNegative ? 0 - digit : digit;
            uint256 point = m + PLACE_TABLE + 128 * (index - 1);
            if (isNegative) {
                uint256 negated = m + PLACE_POINT;
                assembly ("memory-safe") {
                    mcopy(negated, point, 64)
                }
                (negated + 64).sub(m + PLACE_ZERO, point + 64);
                point = negated;
            }
            _addAffine(m, m + PLACE_SUM, point);
        }
    }

    /// @dev Whether X = r Z^2, or (r + n) Z^2 where r + n < p, and Z is not zero: x of R is r mod n.
    function _isResult(uint256 m) private pure returns (bool) {
        uint256 sum = m + PLACE_SUM;
        uint256 r = m + PLACE_R;
        if ((sum + 128).isZero()) return false;
        uint256 square = m + PLACE_POINT;
        square.square(sum + 128);
        if (_isAt(m, r, square)) return true;
        P384Curve.addN(r, r);
        return P384Curve.isBelow(r, Fp384.P_HIGH, Fp384.P_LOW) && _isAt(m, r, square);
    }

    function _isAt(uint256 m, uint256 x, uint256 square) private pure returns (bool) {
        uint256 t = m + PLACE_SCRATCH;
        t.toMontgomery(x, t + 64);
        t.mul(t, square);
        t.sub(t, m + PLACE_SUM);
        return t.isZero();
    }

    /// @dev point = 2 point. Infinity (Z = 0) stays infinity. All factors are below 2^387.
    function _double(uint256 m, uint256 point) private pure {
        uint256 alpha = m + PLACE_SCRATCH;
        uint256 beta = alpha + 64;
        uint256 eight = alpha + 128;
        _tangent(alpha, point);
        // gamma = Y^2; 4 beta = X 4 gamma; 4 gamma^2
        (uint256 high, uint256 low) = (point + 64).load();
        (high, low) = Fp384.squared(high, low);
        (high, low) = Fp384.timesPower(high, low, 1);
        eight.storeSquare(high, low);
        (high, low) = Fp384.timesPower(high, low, 1);
        beta.storeProduct(point, high, low);
        // Z' = 2 Y Z
        (high, low) = (point + 64).load();
        (high, low) = Fp384.timesPower(high, low, 1);
        (point + 128).storeProduct(point + 128, high, low);
        // X' = alpha^2 - 2 (4 beta)
        (uint256 otherHigh, uint256 otherLow) = alpha.load();
        (otherHigh, otherLow) = Fp384.squared(otherHigh, otherLow);
        (high, low) = beta.load();
        (otherHigh, otherLow) = Fp384.minusTwice(otherHigh, otherLow, high, low);
        (otherHigh, otherLow) = Fp384.tidy(otherHigh, otherLow);
        point.store(otherHigh, otherLow);
        // Y' = alpha (4 beta - X') - 2 (4 gamma^2)
        (high, low) = Fp384.minus(high, low, otherHigh, otherLow);
        (otherHigh, otherLow) = alpha.load();
        (high, low) = Fp384.product(otherHigh, otherLow, high, low);
        (otherHigh, otherLow) = eight.load();
        (high, low) = Fp384.minusTwice(high, low, otherHigh, otherLow);
        (high, low) = Fp384.tidy(high, low);
        (point + 64).store(high, low);
    }

    /// @dev out = 3 (X - Z^2) (X + Z^2), below 2^386.
    function _tangent(uint256 out, uint256 point) private pure {
        (uint256 high, uint256 low) = (point + 128).load();
        (high, low) = Fp384.squared(high, low);
        (uint256 xHigh, uint256 xLow) = point.load();
        (uint256 leftHigh, uint256 leftLow) = Fp384.minus(xHigh, xLow, high, low);
        (high, low) = Fp384.plus(high, low, xHigh, xLow);
        (high, low) = Fp384.product(leftHigh, leftLow, high, low);
        (leftHigh, leftLow) = Fp384.timesPower(high, low, 1);
        (high, low) = Fp384.plus(high, low, leftHigh, leftLow);
        out.store(high, low);
    }

    /// @dev point = point + other, other affine. Right for infinity, equal and opposite points too.
    function _addAffine(uint256 m, uint256 point, uint256 other) private pure {
        uint256 z = point + 128;
        if (z.isZero()) {
            assembly ("memory-safe") {
                mcopy(point, other, 128)
            }
            Fp384.store(z, P384Curve.ONE_HIGH, P384Curve.ONE_LOW);
            return;
        }
        uint256 h = m + PLACE_SCRATCH;
        uint256 r = h + 64;
        if (_differences(h, point, other)) {
            (uint256 high, uint256 low) = r.load();
            if (Fp384.isMultiple(high, low)) _double(m, point);
            else Fp384.store(z, 0, 0);
            return;
        }
        _addByDifferences(h, point);
    }

    /// @dev H = x2 Z^2 - X at a place and r = y2 Z^3 - Y behind it, both from 1 to 2^386. Returns whether H is zero.
    function _differences(uint256 place, uint256 point, uint256 other) private pure returns (bool) {
        (uint256 high, uint256 low) = (point + 128).load();
        (uint256 squareHigh, uint256 squareLow) = Fp384.squared(high, low);
        (high, low) = Fp384.product(high, low, squareHigh, squareLow);
        uint256 r = place + 64;
        r.storeProduct(other + 64, high, low);
        (high, low) = (point + 64).load();
        (uint256 rHigh, uint256 rLow) = r.load();
        (rHigh, rLow) = Fp384.minus(rHigh, rLow, high, low);
        r.store(rHigh, rLow);
        (high, low) = other.load();
        (high, low) = Fp384.product(high, low, squareHigh, squareLow);
        (squareHigh, squareLow) = point.load();
        (high, low) = Fp384.minus(high, low, squareHigh, squareLow);
        place.store(high, low);
        return Fp384.isMultiple(high, low);
    }

    /// @dev X' = r^2 - H^3 - 2V, Y' = r (V - X') - Y H^3, Z' = Z H, where V = X H^2.
    function _addByDifferences(uint256 h, uint256 point) private pure {
        uint256 r = h + 64;
        uint256 cube = h + 128;
        (uint256 high, uint256 low) = h.load();
        (point + 128).storeProduct(point + 128, high, low);
        (uint256 vHigh, uint256 vLow) = Fp384.squared(high, low);
        cube.storeProduct(h, vHigh, vLow);
        (high, low) = point.load();
        (vHigh, vLow) = Fp384.product(high, low, vHigh, vLow);
        (high, low) = r.load();
        (high, low) = Fp384.squared(high, low);
        (high, low) = Fp384.minusTwice(high, low, vHigh, vLow);
        (uint256 otherHigh, uint256 otherLow) = cube.load();
        (high, low) = Fp384.minus(high, low, otherHigh, otherLow);
        (high, low) = Fp384.tidy(high, low);
        point.store(high, low);

        (vHigh, vLow) = Fp384.minus(vHigh, vLow, high, low);
        (high, low) = (point + 64).load();
        (otherHigh, otherLow) = Fp384.product(high, low, otherHigh, otherLow);
        (high, low) = r.load();
        (high, low) = Fp384.product(high, low, vHigh, vLow);
        (high, low) = Fp384.minus(high, low, otherHigh, otherLow);
        (high, low) = Fp384.tidy(high, low);
        (point + 64).store(high, low);
    }

    /// @dev Point `index` of {TABLE}, from 1.
    function _load(uint256 point, uint256 index) private view {
        address table = TABLE;
        assembly ("memory-safe") {
            extcodecopy(table, add(point, 32), sub(mul(index, 96), 95), 96)
            let first := mload(add(point, 32))
            let second := mload(add(point, 64))
            mstore(point, shr(128, first))
            mstore(add(point, 32), or(shl(128, first), shr(128, second)))
            mstore(add(point, 64), and(second, 0xffffffffffffffffffffffffffffffff))
        }
    }

    function _word(uint256 place) private pure returns (uint256 word) {
        assembly ("memory-safe") {
            word := mload(place)
        }
    }
}
