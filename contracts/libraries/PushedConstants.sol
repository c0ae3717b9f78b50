// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title PushedConstants
/// @notice Which constants a contract's code pushes on the stack.
library PushedConstants {
    /// @dev PUSH1, and PUSH32.
    uint256 private constant FIRST = 0x60;
    uint256 private constant LAST = 0x7f;

    /// @notice Bit i is set when some push instruction of `code` has `constants[i]` as its argument, in any width.
    /// @dev Walks the instructions, so that bytes within another argument do not count.
    function find(bytes memory code, uint256[] memory constants) internal pure returns (uint256 found) {
        assembly ("memory-safe") {
            let place := add(code, 0x20)
            let end := add(place, mload(code))
            let first := add(constants, 0x20)
            let count := mload(constants)
            for {} lt(place, end) {} {
                let instruction := byte(0, mload(place))
                place := add(place, 1)
                if iszero(or(lt(instruction, FIRST), gt(instruction, LAST))) {
                    let width := sub(instruction, sub(FIRST, 1))
                    let value := shr(sub(256, shl(3, width)), mload(place))
                    place := add(place, width)
                    // What the end cuts off is no argument of this code.
                    if gt(place, end) {
                        break
                    }
                    for {
                        let i := 0
                    } lt(i, count) {
                        i := add(i, 1)
                    } {
                        if eq(value, mload(add(first, shl(5, i)))) {
                            found := or(found, shl(i, 1))
                        }
                    }
                }
            }
        }
    }
}
