// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Hints
/// @notice Hints of several signatures in one piece: each with its length in four bytes (big-endian) in front. Nothing at all
/// stands for no hints to any signature.
library Hints {
    error Hints_Truncated(uint256 length, uint256 needed);
    error Hints_TrailingBytes(uint256 length);

    /// @notice Hints of the next signature, and what follows.
    function take(bytes calldata input) internal pure returns (bytes calldata hints, bytes calldata rest) {
        if (input.length == 0) return (input, input);
        if (input.length < 4) revert Hints_Truncated(input.length, 4);
        uint256 size = 4 + uint32(bytes4(input));
        if (input.length < size) revert Hints_Truncated(input.length, size);
        return (input[4:size], input[size:]);
    }

    /// @notice Reverts unless nothing is left.
    function end(bytes calldata input) internal pure {
        if (input.length != 0) revert Hints_TrailingBytes(input.length);
    }
}
