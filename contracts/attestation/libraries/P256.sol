// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {P256 as LowSP256} from "@openzeppelin/contracts/utils/cryptography/P256.sol";

/// @title P256
/// @notice ECDSA over P-256 with SHA-256 digests, by the precompile of EIP-7951 (RIP-7212) or without it.
/// @dev High S is accepted: about half of all signatures of Intel's have it, and the libraries that refuse it refuse those. The precompile returns
/// nothing at all for a wrong signature: success, length and value are checked, in this order.
library P256 {
    uint256 private constant PRECOMPILE = 0x100;
    uint256 private constant N = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551;

    /// @notice Whether the signature is valid, by the precompile where `native`, else in Solidity (about 330,000 gas).
    function verify(
        bool native,
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) internal view returns (bool) {
        if (native) return verifyNative(digest, r, s, x, y);
        if (s == 0 || s >= N) return false;
        // (r, s) and (r, n - s) are valid for the same keys and digests.
        return LowSP256.verifySolidity(digest, bytes32(r), bytes32(s > N / 2 ? N - s : s), bytes32(x), bytes32(y));
    }

    function verifyNative(
        bytes32 digest,
        uint256 r,
        uint256 s,
        uint256 x,
        uint256 y
    ) internal view returns (bool valid) {
        assembly ("memory-safe") {
            let place := mload(0x40)
            mstore(place, digest)
            mstore(add(place, 0x20), r)
            mstore(add(place, 0x40), s)
            mstore(add(place, 0x60), x)
            mstore(add(place, 0x80), y)
            let done := staticcall(gas(), PRECOMPILE, place, 0xa0, 0, 0x20)
            valid := and(done, eq(returndatasize(), 0x20))
            valid := and(valid, eq(mload(0), 1))
        }
    }

    /// @notice Whether this chain has the precompile: it accepts a signature that is valid, with low and with high S, and not one that is wrong.
    /// @dev Wycheproof, ecdsa_secp256r1_sha256_p1363_test.json, case 1.
    function hasPrecompile() internal view returns (bool) {
        bytes32 digest = 0xbb5a52f42f9c9261ed4361f59422a1e30036e7c32b270c8807a419feca605023;
        uint256 r = 0x2ba3a8be6b94d5ec80a6d9d1190a436effe50d85a1eee859b8cc6af9bd5c2e18;
        uint256 s = 0x4cd60b855d442f5b3c7b11eb6c4e0ae7525fe710fab9aa7c77a67f79e6fadd76;
        uint256 x = 0x2927b10512bae3eddcfe467828128bad2903269919f7086069c8c4df6c732838;
        uint256 y = 0xc7787964eaac00e5921fb1498a60f4606766b3d9685001558d1a974e7341513e;
        return
            verifyNative(digest, r, s, x, y) &&
            verifyNative(digest, r, N - s, x, y) &&
            !verifyNative(digest, r, s ^ 1, x, y);
    }
}
