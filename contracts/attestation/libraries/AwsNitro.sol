// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title AwsNitro
/// @notice What both routes to a report of AWS Nitro Enclaves, direct and by proof, must have alike.
library AwsNitro {
    bytes32 internal constant MEASUREMENT_TYPE = keccak256("Freehold measurement AwsNitro v1");
    /// @dev keccak256 of AWS_NitroEnclaves_Root-G1 in DER; its SHA-256 is 641a0321..9bb5b, as AWS publishes it.
    bytes32 internal constant ROOT_HASH = 0x311d96fcd5c5e0ccf72ef548e2ea7d4c0cd53ad7c4cc49e67471aed41d61f185;
}
