// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Fp384
/// @notice The field of P-384 (FIPS 186-5; SP 800-186, 3.2.1.4) without MODEXP: p = 2^384 - D with D = 2^128 + 2^96 - 2^32 + 1.
/// @dev An element is two words at a place in memory, the upper 128 bits first and then the lower 256, in Montgomery form (x 2^384 mod p): any
/// representative below 2^384, so zero is 0 or p. The upper half of a product of words comes from `mulmod` by 2^256 - 1. Results may
/// overwrite arguments.
library Fp384 {
    uint256 internal constant P_HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant P_LOW = 0xfffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff;
    uint256 internal constant D = 0x0100000000ffffffffffffffff00000001;
    uint256 internal constant SIZE = 64;

    /// @dev 1 / D mod 2^256.
    uint256 private constant D_INVERSE = 0xfffffffcfffffffafffffffbfffffffe00000000000000010000000100000001;
    /// @dev D - 2^128.
    uint256 private constant E = 0xffffffffffffffff00000001;

    /// @notice out = a b / 2^384.
    function mul(uint256 out, uint256 a, uint256 b) internal pure {
        assembly ("memory-safe") {
            let max := not(0)
            let aHigh := mload(a)
            let aLow := mload(add(a, 32))
            let bHigh := mload(b)
            let bLow := mload(add(b, 32))

            // t2 t1 t0 = a b
            let t0 := mul(aLow, bLow)
            let t1 := mulmod(aLow, bLow, max)
            t1 := sub(sub(t1, t0), lt(t1, t0))
            let low := mul(aLow, bHigh)
            let high := mulmod(aLow, bHigh, max)
            let t2 := sub(sub(high, low), lt(high, low))
            t1 := add(t1, low)
            t2 := add(t2, lt(t1, low))
            low := mul(aHigh, bLow)
            high := mulmod(aHigh, bLow, max)
            t1 := add(t1, low)
            t2 := add(add(t2, sub(sub(high, low), lt(high, low))), add(lt(t1, low), mul(aHigh, bHigh)))

            // + m p, which makes t0 zero: m p = m 2^384 - m D, and the lower word of m D is t0.
            let m := mul(t0, D_INVERSE)
            high := mulmod(m, D, max)
            high := sub(sub(high, t0), lt(high, t0))
            let borrow := lt(t1, high)
            t1 := sub(t1, high)
            low := shl(128, m)
            t1 := add(t1, low)
            high := add(shr(128, m), lt(t1, low))
            t2 := add(t2, high)
            let t3 := sub(lt(t2, high), lt(t2, borrow))
            t2 := sub(t2, borrow)

            // + m p once more, for the lower half of t1; D = 2^128 + E.
            m := and(mul(t1, D_INVERSE), 0xffffffffffffffffffffffffffffffff)
            high := add(shr(128, mul(m, E)), m)
            low := or(shr(128, t1), shl(128, t2))
            t2 := sub(add(add(shr(128, t2), shl(128, t3)), m), lt(low, high))
            t1 := sub(low, high)

            // 2^384 = D
            for {
                let over := shr(128, t2)
            } over {
                over := shr(128, t2)
            } {
                low := mul(over, D)
                t1 := add(t1, low)
                t2 := add(and(t2, 0xffffffffffffffffffffffffffffffff), lt(t1, low))
            }
            mstore(out, t2)
            mstore(add(out, 32), t1)
        }
    }

    /// @notice out = a^2 / 2^384.
    function square(uint256 out, uint256 a) internal pure {
        assembly ("memory-safe") {
            let max := not(0)
            let aHigh := mload(a)
            let aLow := mload(add(a, 32))

            let t0 := mul(aLow, aLow)
            let t1 := mulmod(aLow, aLow, max)
            t1 := sub(sub(t1, t0), lt(t1, t0))
            // Twice the upper half has 129 bits: the product's upper word is below 2^129.
            let twice := add(aHigh, aHigh)
            let low := mul(twice, aLow)
            let high := mulmod(twice, aLow, max)
            t1 := add(t1, low)
            let t2 := add(sub(sub(high, low), lt(high, low)), add(lt(t1, low), mul(aHigh, aHigh)))

            let m := mul(t0, D_INVERSE)
            high := mulmod(m, D, max)
            high := sub(sub(high, t0), lt(high, t0))
            let borrow := lt(t1, high)
            t1 := sub(t1, high)
            low := shl(128, m)
            t1 := add(t1, low)
            high := add(shr(128, m), lt(t1, low))
            t2 := add(t2, high)
            let t3 := sub(lt(t2, high), lt(t2, borrow))
            t2 := sub(t2, borrow)

            m := and(mul(t1, D_INVERSE), 0xffffffffffffffffffffffffffffffff)
            high := add(shr(128, mul(m, E)), m)
            low := or(shr(128, t1), shl(128, t2))
            t2 := sub(add(add(shr(128, t2), shl(128, t3)), m), lt(low, high))
            t1 := sub(low, high)

            for {
                let over := shr(128, t2)
            } over {
                over := shr(128, t2)
            } {
                low := mul(over, D)
                t1 := add(t1, low)
                t2 := add(and(t2, 0xffffffffffffffffffffffffffffffff), lt(t1, low))
            }
            mstore(out, t2)
            mstore(add(out, 32), t1)
        }
    }

    /// @notice out = a + b.
    function add(uint256 out, uint256 a, uint256 b) internal pure {
        assembly ("memory-safe") {
            let low := mload(add(b, 32))
            let t1 := add(mload(add(a, 32)), low)
            let t2 := add(add(mload(a), mload(b)), lt(t1, low))
            for {} shr(128, t2) {} {
                t1 := add(t1, D)
                t2 := add(and(t2, 0xffffffffffffffffffffffffffffffff), lt(t1, D))
            }
            mstore(out, t2)
            mstore(add(out, 32), t1)
        }
    }

    /// @notice out = 2^bits a, for few bits: the loop's product must fit a word.
    function shift(uint256 out, uint256 a, uint256 bits) internal pure {
        assembly ("memory-safe") {
            let low := mload(add(a, 32))
            let t1 := shl(bits, low)
            let t2 := or(shl(bits, mload(a)), shr(sub(256, bits), low))
            for {
                let over := shr(128, t2)
            } over {
                over := shr(128, t2)
            } {
                low := mul(over, D)
                t1 := add(t1, low)
                t2 := add(and(t2, 0xffffffffffffffffffffffffffffffff), lt(t1, low))
            }
            mstore(out, t2)
            mstore(add(out, 32), t1)
        }
    }

    /// @notice out = a - b.
    function sub(uint256 out, uint256 a, uint256 b) internal pure {
        assembly ("memory-safe") {
            let low := mload(add(a, 32))
            let t1 := sub(low, mload(add(b, 32)))
            let t2 := sub(sub(mload(a), mload(b)), gt(t1, low))
            // Below zero: + p = + 2^384 - D.
            for {} shr(128, t2) {} {
                low := t1
                t1 := sub(t1, D)
                t2 := sub(add(t2, 0x100000000000000000000000000000000), gt(t1, low))
            }
            mstore(out, t2)
            mstore(add(out, 32), t1)
        }
    }

    /// @notice Whether a is zero: 0 or p.
    function isZero(uint256 a) internal pure returns (bool zero) {
        assembly ("memory-safe") {
            let high := mload(a)
            let low := mload(add(a, 32))
            zero := or(iszero(or(high, low)), and(eq(high, P_HIGH), eq(low, P_LOW)))
        }
    }
}
