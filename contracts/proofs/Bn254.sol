// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Bn254
/// @notice Groth16's checks on BN254 through the precompiles of EIP-196 and EIP-197, which refuse coordinates that are not below {Q}, points
/// off their curve, and points of G2 outside of its group.
/// @dev A failed precompile leaves old memory behind, and Yul evaluates arguments from the right: success is always read before the
/// result, in a statement of its own. Points are 64 (G1) or 128 bytes (G2, imaginary parts first).
library Bn254 {
    /// @notice Order of the groups: the field of public inputs.
    uint256 internal constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    /// @notice The field of coordinates.
    uint256 internal constant Q = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47;
    /// @notice keccak256 of the generator of G2.
    bytes32 internal constant G2_HASH = keccak256(
        hex"198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c21800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa"
    );
    /// @dev Generator of G2, imaginary parts first, as EIP-197 has it.
    uint256 private constant G2_X1 = 0x198e9393920d483a7260bfb731fb5d25f1aa493335a9e71297e485b7aef312c2;
    uint256 private constant G2_X0 = 0x1800deef121f1e76426a00665e5c4479674322d4f75edadd46debd5cd992f6ed;
    uint256 private constant G2_Y1 = 0x090689d0585ff075ec9e99ad690c3395bc4b313370b38ef355acdadcd122975b;
    uint256 private constant G2_Y0 = 0x12c85ea5db8c6deb4aab71808dcb408fe3d1e7690c43d37b4ce6cc0166fa7daa;
    /// @notice Bytes of alpha, beta, gamma and delta: IC_0 follows.
    uint256 internal constant KEY_HEAD = 448;

    /// @notice Whether a point of G1 is on the curve and not at infinity.
    function isG1(bytes calldata point) internal view returns (bool isValid) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            calldatacopy(place, point.offset, 64)
            calldatacopy(add(place, 64), calldatasize(), 64)
            isValid := iszero(iszero(or(mload(place), mload(add(place, 32)))))
            let done := staticcall(gas(), 6, place, 128, place, 64)
            isValid := and(isValid, done)
        }
    }

    /// @notice Whether a point of G2 is on the curve, in the group, and not at infinity.
    function isG2(bytes calldata point) internal view returns (bool isValid) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            calldatacopy(place, calldatasize(), 64)
            calldatacopy(add(place, 64), point.offset, 128)
            isValid := or(mload(add(place, 64)), mload(add(place, 96)))
            isValid := or(isValid, or(mload(add(place, 128)), mload(add(place, 160))))
            isValid := iszero(iszero(isValid))
            let done := staticcall(gas(), 8, place, 192, place, 32)
            isValid := and(isValid, done)
        }
    }

    /// @notice Adds a point of G1 to the one at `place` in memory. False, with the memory undefined, when one of them is off the curve.
    function addPoint(uint256 place, uint256 x, uint256 y) internal view returns (bool added) {
        assembly ("memory-safe") {
            let terms := mload(0x40)
            mcopy(terms, place, 64)
            mstore(add(terms, 64), x)
            mstore(add(terms, 96), y)
            added := staticcall(gas(), 6, terms, 128, place, 64)
        }
    }

    /// @notice Whether e(W, k0) e(anchor, k1) = e(pi, 1): W and the anchor open to one vector.
    /// @param k place of k0 and k1
    /// @param linked W and pi: 128 bytes
    function checkLink(
        uint256 k,
        uint256 anchorX,
        uint256 anchorY,
        bytes calldata linked
    ) internal view returns (bool isValid) {
        assembly ("memory-safe") {
            let pairs := mload(0x40)
            calldatacopy(pairs, linked.offset, 64)
            mcopy(add(pairs, 64), k, 128)
            mstore(add(pairs, 192), anchorX)
            mstore(add(pairs, 224), anchorY)
            mcopy(add(pairs, 256), add(k, 128), 128)
            // pi with the generator's negative.
            calldatacopy(add(pairs, 384), add(linked.offset, 64), 64)
            mstore(add(pairs, 448), G2_X1)
            mstore(add(pairs, 480), G2_X0)
            mstore(add(pairs, 512), sub(Q, G2_Y1))
            mstore(add(pairs, 544), sub(Q, G2_Y0))

            let paired := staticcall(gas(), 8, pairs, 576, 0, 32)
            isValid := and(paired, eq(returndatasize(), 32))
            isValid := and(isValid, eq(mload(0), 1))
        }
    }

    /// @notice Whether e(-A, B) e(alpha, beta) e(F + sum publics_i IC_i, gamma) e(C, delta) = 1, for a key in the calling contract's code.
    /// @param pairs where the free memory begins
    /// @param key offset in the code of a key with one IC more than there are publics
    /// @param first place of F in memory: IC_0, or what it has become
    /// @param proof A, B and C: 256 bytes
    function checkOne(
        uint256 pairs,
        uint256 key,
        uint256 first,
        uint256[] calldata publics,
        bytes calldata proof
    ) internal view returns (bool isValid) {
        assembly ("memory-safe") {
            // Pairs of 192 bytes: -A B, alpha beta, sum gamma, C delta; behind delta stand the ICs. The sum grows in its place, with gamma's as
            // room for a term.
            let sum := add(pairs, 384)
            let term := add(pairs, 448)
            mcopy(sum, first, 64)
            codecopy(add(pairs, 192), key, 192)
            codecopy(add(pairs, 640), add(key, 320), add(192, shl(6, publics.length)))

            // From the last to the first: a factor is written over the point behind its own, which has been used by then.
            isValid := 1
            let ic := add(pairs, add(768, shl(6, publics.length)))
            for {
                let input := add(publics.offset, shl(5, publics.length))
            } gt(input, publics.offset) {} {
                input := sub(input, 32)
                let value := calldataload(input)
                mstore(add(ic, 64), value)
                isValid := and(isValid, lt(value, R))
                isValid := and(staticcall(gas(), 7, ic, 96, term, 64), isValid)
                isValid := and(staticcall(gas(), 6, sum, 128, sum, 64), isValid)
                ic := sub(ic, 64)
            }
            codecopy(term, add(key, 192), 128)

            calldatacopy(pairs, proof.offset, 192)
            calldatacopy(add(pairs, 576), add(proof.offset, 192), 64)
            let y := mload(add(pairs, 32))
            isValid := and(isValid, lt(y, Q))
            mstore(add(pairs, 32), mod(sub(Q, y), Q))

            let paired := staticcall(gas(), 8, pairs, 768, 0, 32)
            isValid := and(isValid, paired)
            isValid := and(isValid, eq(mload(0), 1))
        }
    }

    /// @notice Whether the product of e(-f_k A_k, B_k) over all proofs k, e(sum f_k alpha, beta), e(sum f_k (IC_0 + sum x_ki IC_i), gamma) and
    /// e(sum f_k C_k, delta) is 1, where f_0 = 1 and the other f_k are 128 bits of a hash of the seed and k.
    /// @param key place of a key with `width` public inputs
    /// @param publics `width` for each proof
    /// @param proofs 256 bytes each, one at least
    /// @param seed hash of everything that the batch says
    function checkMany(
        uint256 key,
        uint256 width,
        uint256[] calldata publics,
        bytes calldata proofs,
        bytes32 seed
    ) internal view returns (bool isValid) {
        // sum (64) | term (64) | factor (32) | factors of the ICs (width + 1 words) | pairs
        uint256 sum;
        uint256 pairs;
        assembly ("memory-safe") {
            sum := mload(0x40)
            pairs := add(add(sum, 160), shl(5, add(width, 1)))
            calldatacopy(sum, calldatasize(), sub(pairs, sum))
        }
        isValid =
            _foldPublics(sum + 160, width, publics, seed) &&
            _foldProofs(sum, pairs, proofs, seed) &&
            _pairKey(sum, pairs + 192 * (proofs.length / 256), key, width);
        if (!isValid) return false;

        uint256 size = 192 * (proofs.length / 256 + 3);
        assembly ("memory-safe") {
            let paired := staticcall(gas(), 8, pairs, size, 0, 32)
            isValid := and(paired, eq(returndatasize(), 32))
            isValid := and(isValid, eq(mload(0), 1))
        }
    }

    /// @dev Factors of IC_0 .. IC_n at `factors`: sum f_k, and sum f_k x_ki. False when a public input is no field element.
    function _foldPublics(
        uint256 factors,
        uint256 width,
        uint256[] calldata publics,
        bytes32 seed
    ) private pure returns (bool isValid) {
        assembly ("memory-safe") {
            isValid := 1
            let k := 0
            let end := add(publics.offset, shl(5, publics.length))
            for {
                let input := publics.offset
            } lt(input, end) {} {
                let factor := 1
                if k {
                    mstore(0, seed)
                    mstore(0x20, k)
                    factor := shr(128, keccak256(0, 0x40))
                }
                k := add(k, 1)
                mstore(factors, addmod(mload(factors), factor, R))
                let place := factors
                for {
                    let next := add(input, shl(5, width))
                } lt(input, next) {
                    input := add(input, 32)
                } {
                    let value := calldataload(input)
                    isValid := and(isValid, lt(value, R))
                    place := add(place, 32)
                    mstore(place, addmod(mload(place), mulmod(factor, value, R), R))
                }
            }
        }
    }

    /// @dev Pairs (-f_k A_k, B_k) at `pairs`, and sum f_k C_k at `sum`.
    function _foldProofs(
        uint256 sum,
        uint256 pairs,
        bytes calldata proofs,
        bytes32 seed
    ) private view returns (bool isValid) {
        assembly ("memory-safe") {
            isValid := 1
            let term := add(sum, 64)
            let end := add(proofs.offset, proofs.length)
            let k := 0
            for {
                let proof := proofs.offset
            } lt(proof, end) {
                proof := add(proof, 256)
            } {
                let factor := 1
                if k {
                    mstore(0, seed)
                    mstore(0x20, k)
                    factor := shr(128, keccak256(0, 0x40))
                }
                k := add(k, 1)
                mstore(add(sum, 128), factor)

                calldatacopy(term, add(proof, 192), 64)
                let multiplied := staticcall(gas(), 7, term, 96, term, 64)
                let added := multiplied
                if multiplied {
                    added := staticcall(gas(), 6, sum, 128, sum, 64)
                }
                isValid := added
                calldatacopy(pairs, proof, 192)
                calldatacopy(term, proof, 64)
                if isValid {
                    isValid := staticcall(gas(), 7, term, 96, pairs, 64)
                }
                // A precompile that refuses a point takes all gas that it was given: not a second time.
                if iszero(isValid) {
                    break
                }
                let y := mload(add(pairs, 32))
                if y {
                    mstore(add(pairs, 32), sub(Q, y))
                }
                pairs := add(pairs, 192)
            }
        }
    }

    /// @dev Pairs of delta, beta and gamma at `pairs`; sum f_k C_k and the factors of the ICs are at `sum`.
    function _pairKey(uint256 sum, uint256 pairs, uint256 key, uint256 width) private view returns (bool isValid) {
        assembly ("memory-safe") {
            let term := add(sum, 64)
            let factor := add(sum, 160)
            mcopy(pairs, sum, 64)
            mcopy(add(pairs, 64), add(key, 320), 128)

            mcopy(term, key, 64)
            mstore(add(sum, 128), mload(factor))
            isValid := staticcall(gas(), 7, term, 96, add(pairs, 192), 64)
            mcopy(add(pairs, 256), add(key, 64), 128)

            calldatacopy(sum, calldatasize(), 64)
            let ic := add(key, KEY_HEAD)
            for {
                let end := add(factor, shl(5, add(width, 1)))
            } lt(factor, end) {
                factor := add(factor, 32)
            } {
                mcopy(term, ic, 64)
                mstore(add(sum, 128), mload(factor))
                let multiplied := staticcall(gas(), 7, term, 96, term, 64)
                let added := staticcall(gas(), 6, sum, 128, sum, 64)
                isValid := and(isValid, and(multiplied, added))
                ic := add(ic, 64)
            }
            mcopy(add(pairs, 384), sum, 64)
            mcopy(add(pairs, 448), add(key, 192), 128)
        }
    }
}
