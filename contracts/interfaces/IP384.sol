// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title IP384
/// @notice ECDSA over P-384 (FIPS 186-5, SEC 2 secp384r1) for chains that have no precompile of it.
/// @dev High S is accepted: about half of all genuine signatures have it. A signature is therefore never a name of what it signs.
interface IP384 {
    /// @notice Whether a signature is valid. Malformed numbers, points off the curve and wrong signatures return false.
    /// @param input 240 bytes, big-endian: digest (48), r (48), s (48), x (48) and y (48) of the public key
    /// @param hints slopes of the additions, computed off-chain, which make it cheaper; each is checked: a wrong one
    /// may make the call revert or return false, and never makes it accept. Empty: works without.
    function verify(bytes calldata input, bytes calldata hints) external view returns (bool valid);
}
