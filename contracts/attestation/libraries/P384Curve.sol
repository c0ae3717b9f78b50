// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Fp384} from "./Fp384.sol";

/// @title P384Curve
/// @notice What both ways to check a signature share: the numbers of one signature, arithmetic modulo the group's order, the curve's equation.
/// @dev Numbers modulo n are plain (not in Montgomery form). They are few, so MODEXP (EIP-198) does them: 500 gas each under EIP-7883.
library P384Curve {
    using Fp384 for uint256;

    /// @dev Order of the group.
    uint256 internal constant N_HIGH = 0xffffffffffffffffffffffffffffffff;
    uint256 internal constant N_LOW = 0xffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973;
    /// @dev 2^1024 mod p, to enter Montgomery form; b and 1 in it.
    uint256 private constant R2_HIGH = 0x0000000200000000fffffffe00000002;
    uint256 private constant R2_LOW = 0x0000000300000002fffffffdfffffffd0000000100000002fffffffe00000000;
    uint256 private constant B_HIGH = 0xe3374bee94938ae277f2209b1920022f;
    uint256 private constant B_LOW = 0xc431bf24a7a404311e8c6a5ea5665f098bba71e5aa249e05972901601f022094;
    uint256 internal constant ONE_HIGH = 0x1;
    uint256 internal constant ONE_LOW = 0x00000000ffffffffffffffff0000000100000000000000000000000000000000;

    /// @notice Room for 240 bytes of input: digest, r, s, x and y, two words each.
    uint256 internal constant INPUT = 320;

    /// @notice Copies 48 bytes of calldata to two words.
    function read(uint256 out, uint256 place) internal pure {
        assembly ("memory-safe") {
            mstore(out, shr(128, calldataload(place)))
            mstore(add(out, 32), calldataload(add(place, 16)))
        }
    }

    /// @notice Whether a < (high, low).
    function isBelow(uint256 a, uint256 high, uint256 low) internal pure returns (bool below) {
        assembly ("memory-safe") {
            let upper := mload(a)
            below := or(lt(upper, high), and(eq(upper, high), lt(mload(add(a, 32)), low)))
        }
    }

    /// @notice Whether both words are zero.
    function isNothing(uint256 a) internal pure returns (bool nothing) {
        assembly ("memory-safe") {
            nothing := iszero(or(mload(a), mload(add(a, 32))))
        }
    }

    /// @notice out = a 2^512 mod p, for a < p.
    function toMontgomery(uint256 out, uint256 a, uint256 scratch) internal pure {
        Fp384.store(scratch, R2_HIGH, R2_LOW);
        out.mul(a, scratch);
    }

    /// @notice Whether y^2 = x^3 - 3x + b for the point (x, y) at `point`.
    function isOnCurve(uint256 point, uint256 scratch) internal pure returns (bool) {
        uint256 term = scratch + 64;
        scratch.square(point);
        scratch.mul(scratch, point);
        term.add(point, point);
        term.add(term, point);
        scratch.sub(scratch, term);
        Fp384.store(term, B_HIGH, B_LOW);
        scratch.add(scratch, term);
        term.square(point + 64);
        scratch.sub(scratch, term);
        return scratch.isZero();
    }

    /// @notice Reads 240 bytes of input to `out`: digest, r, s, x and y, two words each. Returns whether 0 < r, s < n, and x, y < p.
    function readInput(uint256 out, bytes calldata input) internal pure returns (bool) {
        uint256 place;
        assembly {
            place := input.offset
        }
        for (uint256 i = 0; i < 5; ++i) read(out + 64 * i, place + 48 * i);
        return
            isBelow(out + 64, N_HIGH, N_LOW) &&
            !isNothing(out + 64) &&
            isBelow(out + 128, N_HIGH, N_LOW) &&
            !isNothing(out + 128) &&
            isBelow(out + 192, Fp384.P_HIGH, Fp384.P_LOW) &&
            isBelow(out + 256, Fp384.P_HIGH, Fp384.P_LOW);
    }

    /// @notice out = a + n, without reduction; a < n. The upper word has 129 bits at most.
    function addN(uint256 out, uint256 a) internal pure {
        assembly ("memory-safe") {
            let low := add(mload(add(a, 32)), N_LOW)
            mstore(out, add(add(mload(a), N_HIGH), lt(low, N_LOW)))
            mstore(add(out, 32), low)
        }
    }

    /// @notice out = a b mod n.
    /// @param scratch 256 bytes
    function mulModN(uint256 out, uint256 a, uint256 b, uint256 scratch) internal view {
        uint256 t0;
        uint256 t1;
        uint256 t2;
        assembly ("memory-safe") {
            let max := not(0)
            let aHigh := mload(a)
            let aLow := mload(add(a, 32))
            let bHigh := mload(b)
            let bLow := mload(add(b, 32))
            t0 := mul(aLow, bLow)
            t1 := mulmod(aLow, bLow, max)
            t1 := sub(sub(t1, t0), lt(t1, t0))
            let low := mul(aLow, bHigh)
            let high := mulmod(aLow, bHigh, max)
            t2 := sub(sub(high, low), lt(high, low))
            t1 := add(t1, low)
            t2 := add(t2, lt(t1, low))
            low := mul(aHigh, bLow)
            high := mulmod(aHigh, bLow, max)
            t1 := add(t1, low)
            t2 := add(add(t2, sub(sub(high, low), lt(high, low))), add(lt(t1, low), mul(aHigh, bHigh)))

            // MODEXP: lengths 96, 1 and 48; base, exponent 1, modulus.
            mstore(scratch, 96)
            mstore(add(scratch, 0x20), 1)
            mstore(add(scratch, 0x40), 48)
            mstore(add(scratch, 0x60), t2)
            mstore(add(scratch, 0x80), t1)
            mstore(add(scratch, 0xa0), t0)
            mstore8(add(scratch, 0xc0), 1)
            mstore(add(scratch, 0xc1), or(shl(128, N_HIGH), shr(128, N_LOW)))
            mstore(add(scratch, 0xe1), shl(128, N_LOW))
            let done := staticcall(gas(), 5, scratch, 0xf1, scratch, 0x30)
            if iszero(done) {
                revert(0, 0)
            }
            t0 := mload(scratch)
            t1 := mload(add(scratch, 0x20))
            mstore(out, shr(128, t0))
            mstore(add(out, 32), or(shl(128, t0), shr(128, t1)))
        }
    }

    /// @notice out = base^(modulus - 2) mod modulus: the inverse, for a prime modulus.
    /// @param scratch 256 bytes
    function invert(uint256 out, uint256 base, uint256 high, uint256 low, uint256 scratch) internal view {
        assembly ("memory-safe") {
            mstore(scratch, 48)
            mstore(add(scratch, 0x20), 48)
            mstore(add(scratch, 0x40), 48)
            mstore(add(scratch, 0x60), or(shl(128, mload(base)), shr(128, mload(add(base, 32)))))
            mstore(add(scratch, 0x80), shl(128, mload(add(base, 32))))
            let exponent := sub(low, 2)
            mstore(add(scratch, 0x90), or(shl(128, high), shr(128, exponent)))
            mstore(add(scratch, 0xb0), shl(128, exponent))
            mstore(add(scratch, 0xc0), or(shl(128, high), shr(128, low)))
            mstore(add(scratch, 0xe0), shl(128, low))
            let done := staticcall(gas(), 5, scratch, 0xf0, scratch, 0x30)
            if iszero(done) {
                revert(0, 0)
            }
            let upper := mload(scratch)
            mstore(out, shr(128, upper))
            mstore(add(out, 32), or(shl(128, upper), shr(128, mload(add(scratch, 0x20)))))
        }
    }
}
