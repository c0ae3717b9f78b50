// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title ISignatureValidator
/// @notice Checks signatures of any account: a key (ECDSA), a contract (ERC-1271), or a wallet that is deployed on the way (ERC-6492).
interface ISignatureValidator {
    /// @notice Whether `signature` over `digest` is the account's. Deploys the account when the signature says how (ERC-6492).
    function isValid(address account, bytes32 digest, bytes calldata signature) external returns (bool);
}
