// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Fp384
/// @notice The field of P-384 (FIPS 186-5; SP 800-186, 3.2.1.4) without MODEXP: p = 2^384 - D with D = 2^128 + 2^96 - 2^32 + 1.
/// @dev An element is two words, (upper, lower 256 bits), in Montgomery form (x 2^512 mod p). It is any representative: tidy ones are below
/// 2^384 + 2^263 and are what functions give; products take factors below 2^387, so that sums of some tidy ones need no reduction. A tidy zero is
/// 0 or p. Functions of three or two places work on memory, the upper word first; results may overwrite arguments.
///
/// The product: Montgomery's reduction adds m p to T = a b so that the sum V is divisible by 2^512, m = m2 2^256 + m1. Only the two lower words
/// of T are computed, which give m1 and m2. The result V / 2^512 is m2 2^128 + U, and U follows from two facts. It is known modulo
/// M = 2^256 - 1, where 2^256 = 1 and so p = -E: u = a b - m1 E - m2 D. And it is known nearly: it is T / 2^512 but for less than 2^130, which is
/// 256 q but for less than 2^140, where q = (a / 2^264) (b / 2^256), each quotient rounded down. So U = u + j M, where j is
/// (256 q - u) / 2^256 rounded to the nearest; it is from -1 to 64.
library Fp384 {
    uint256 internal constant P_HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant P_LOW = 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff;
    uint256 internal constant D = 0x0100000000ffffffffffffffff00000001;
    /// @dev 2p and 4p, which keep differences of tidy elements, and of an element and two of them, above zero.
    uint256 internal constant P2_HIGH = 0x1ffffffffffffffffffffffffffffffff;
    uint256 internal constant P2_LOW = 0xfffffffffffffffffffffffffffffffdfffffffe0000000000000001fffffffe;
    uint256 internal constant P4_HIGH = 0x3ffffffffffffffffffffffffffffffff;
    uint256 internal constant P4_LOW = 0xfffffffffffffffffffffffffffffffbfffffffc0000000000000003fffffffc;

    /// @dev 1 / D mod 2^256.
    uint256 private constant D_INVERSE = 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001;
    /// @dev -E and -D mod M, E = D - 2^128.
    uint256 private constant MINUS_E = 0xffffffffffffffffffffffffffffffffffffffff0000000000000000fffffffe;
    uint256 private constant MINUS_D = 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000fffffffe;
    /// @dev 2^247: half a unit of j.
    uint256 private constant HALF = 0x80000000000000000000000000000000000000000000000000000000000000;
    uint256 private constant MASK = 0xffffffffffffffffffffffffffffffff;

    /// @notice a b / 2^512, below p + 2^262.
    function product(
        uint256 aHigh,
        uint256 aLow,
        uint256 bHigh,
        uint256 bLow
    ) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            let max := not(0)
            let t0 := mul(aLow, bLow)
            let t1 := mulmod(aLow, bLow, max)
            t1 := add(add(sub(sub(t1, t0), lt(t1, t0)), mul(aHigh, bLow)), mul(aLow, bHigh))
            let u := mulmod(addmod(aHigh, aLow, max), addmod(bHigh, bLow, max), max)
            let q := mul(shr(8, aHigh), bHigh)

            // The lower word of m1 D is t0, which is taken away from t0.
            let m1 := mul(t0, D_INVERSE)
            let upper := mulmod(m1, D, max)
            t1 := add(sub(t1, sub(sub(upper, t0), lt(upper, t0))), shl(128, m1))
            let m2 := mul(t1, D_INVERSE)

            u := addmod(u, addmod(mulmod(m1, MINUS_E, max), mulmod(m2, MINUS_D, max), max), max)
            // From -1 to 64.
            let j := sar(248, add(sub(q, shr(8, u)), HALF))
            low := add(shl(128, m2), u)
            high := add(shr(128, m2), lt(low, u))
            // + j 2^256 - j
            high := add(sub(add(high, j), lt(low, j)), shr(255, j))
            low := sub(low, j)
        }
    }

    /// @notice a^2 / 2^512, below p + 2^262.
    function squared(uint256 aHigh, uint256 aLow) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            let max := not(0)
            let t0 := mul(aLow, aLow)
            let t1 := mulmod(aLow, aLow, max)
            t1 := add(sub(sub(t1, t0), lt(t1, t0)), shl(1, mul(aHigh, aLow)))
            let u := addmod(aHigh, aLow, max)
            u := mulmod(u, u, max)
            let q := mul(shr(8, aHigh), aHigh)

            let m1 := mul(t0, D_INVERSE)
            let upper := mulmod(m1, D, max)
            t1 := add(sub(t1, sub(sub(upper, t0), lt(upper, t0))), shl(128, m1))
            let m2 := mul(t1, D_INVERSE)

            u := addmod(u, addmod(mulmod(m1, MINUS_E, max), mulmod(m2, MINUS_D, max), max), max)
            let j := sar(248, add(sub(q, shr(8, u)), HALF))
            low := add(shl(128, m2), u)
            high := add(shr(128, m2), lt(low, u))
            high := add(sub(add(high, j), lt(low, j)), shr(255, j))
            low := sub(low, j)
        }
    }

    /// @notice The same element, tidy, of one below 2^392: 2^384 = D.
    function tidy(uint256 aHigh, uint256 aLow) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            let over := mul(shr(128, aHigh), D)
            low := add(aLow, over)
            high := add(and(aHigh, MASK), lt(low, over))
        }
    }

    /// @notice a + b, not tidy.
    function plus(
        uint256 aHigh,
        uint256 aLow,
        uint256 bHigh,
        uint256 bLow
    ) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            low := add(aLow, bLow)
            high := add(add(aHigh, bHigh), lt(low, bLow))
        }
    }

    /// @notice 2^bits a, not tidy.
    function timesPower(uint256 aHigh, uint256 aLow, uint256 bits) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := or(shl(bits, aHigh), shr(sub(256, bits), aLow))
            low := shl(bits, aLow)
        }
    }

    /// @notice a - b + 2p, not tidy, for a tidy b.
    function minus(
        uint256 aHigh,
        uint256 aLow,
        uint256 bHigh,
        uint256 bLow
    ) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            let sum := add(aLow, P2_LOW)
            low := sub(sum, bLow)
            high := sub(sub(add(add(aHigh, P2_HIGH), lt(sum, aLow)), bHigh), lt(sum, bLow))
        }
    }

    /// @notice a - 2b + 4p, not tidy, for a tidy b.
    function minusTwice(
        uint256 aHigh,
        uint256 aLow,
        uint256 bHigh,
        uint256 bLow
    ) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            let twice := shl(1, bLow)
            let sum := add(aLow, P4_LOW)
            low := sub(sum, twice)
            high := sub(add(add(aHigh, P4_HIGH), lt(sum, aLow)), or(shl(1, bHigh), shr(255, bLow)))
            high := sub(high, lt(sum, twice))
        }
    }

    /// @notice Whether an element in 1 to 2^392, tidy or not, is zero: k p = k 2^384 - k D.
    function isMultiple(uint256 high, uint256 low) internal pure returns (bool zero) {
        assembly ("memory-safe") {
            let next := add(high, 1)
            let k := shr(128, next)
            zero := iszero(or(add(low, mul(k, D)), xor(next, shl(128, k))))
        }
    }

    /// @notice Whether an element below 2^392 may be zero: always when it is.
    function maybeZero(uint256 high, uint256 low) internal pure returns (bool maybe) {
        assembly ("memory-safe") {
            maybe := iszero(add(low, mul(shr(128, add(high, 1)), D)))
        }
    }

    /// @notice The element at a place.
    function load(uint256 place) internal pure returns (uint256 high, uint256 low) {
        assembly ("memory-safe") {
            high := mload(place)
            low := mload(add(place, 32))
        }
    }

    function store(uint256 place, uint256 high, uint256 low) internal pure {
        assembly ("memory-safe") {
            mstore(place, high)
            mstore(add(place, 32), low)
        }
    }

    /// @notice out = a b / 2^512.
    function mul(uint256 out, uint256 a, uint256 b) internal pure {
        (uint256 aHigh, uint256 aLow) = load(a);
        (uint256 bHigh, uint256 bLow) = load(b);
        (aHigh, aLow) = product(aHigh, aLow, bHigh, bLow);
        store(out, aHigh, aLow);
    }

    /// @notice out = a b / 2^512, of a place and an element.
    function storeProduct(uint256 out, uint256 a, uint256 bHigh, uint256 bLow) internal pure {
        (uint256 aHigh, uint256 aLow) = load(a);
        (aHigh, aLow) = product(aHigh, aLow, bHigh, bLow);
        store(out, aHigh, aLow);
    }

    /// @notice out = a^2 / 2^512, of an element.
    function storeSquare(uint256 out, uint256 aHigh, uint256 aLow) internal pure {
        (aHigh, aLow) = squared(aHigh, aLow);
        store(out, aHigh, aLow);
    }

    /// @notice out = a^2 / 2^512.
    function square(uint256 out, uint256 a) internal pure {
        (uint256 high, uint256 low) = load(a);
        (high, low) = squared(high, low);
        store(out, high, low);
    }

    /// @notice out = a + b.
    function add(uint256 out, uint256 a, uint256 b) internal pure {
        uint256 high;
        uint256 low;
        assembly ("memory-safe") {
            let second := mload(add(b, 32))
            low := add(mload(add(a, 32)), second)
            high := add(add(mload(a), mload(b)), lt(low, second))
        }
        (high, low) = tidy(high, low);
        store(out, high, low);
    }

    /// @notice out = a - b.
    function sub(uint256 out, uint256 a, uint256 b) internal pure {
        (uint256 aHigh, uint256 aLow) = load(a);
        (uint256 bHigh, uint256 bLow) = load(b);
        (aHigh, aLow) = minus(aHigh, aLow, bHigh, bLow);
        (aHigh, aLow) = tidy(aHigh, aLow);
        store(out, aHigh, aLow);
    }

    /// @notice Whether a tidy element is zero: 0 or p.
    function isZero(uint256 a) internal pure returns (bool zero) {
        (uint256 high, uint256 low) = load(a);
        assembly ("memory-safe") {
            zero := or(iszero(or(high, low)), and(eq(high, P_HIGH), eq(low, P_LOW)))
        }
    }
}
