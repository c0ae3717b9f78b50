// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Vm} from "./Vm.sol";

/// @notice Base of the Solidity tests: cheat codes and assertions that name both values.
abstract contract Test {
    Vm internal constant vm = Vm(address(uint160(uint256(keccak256("hevm cheat code")))));

    error AssertFailed(string what);
    error AssertEqFailed(string what, uint256 actual, uint256 expected);
    error AssertLeFailed(string what, uint256 actual, uint256 limit);

    /// @dev Deploys a contract from its artifact: the code that is deployed elsewhere, and none of it in the test's own, whose compilation
    /// would take minutes.
    /// @param args ABI-encoded arguments of the constructor
    function _create(string memory artifact, bytes memory args) internal returns (address created) {
        bytes memory code = bytes.concat(vm.getCode(artifact), args);
        assembly ("memory-safe") {
            created := create(0, add(code, 0x20), mload(code))
            if iszero(created) {
                let reason := mload(0x40)
                returndatacopy(reason, 0, returndatasize())
                revert(reason, returndatasize())
            }
        }
    }

    function assertTrue(bool condition, string memory what) internal pure {
        if (!condition) revert AssertFailed(what);
    }

    function assertFalse(bool condition, string memory what) internal pure {
        if (condition) revert AssertFailed(what);
    }

    function assertEq(uint256 actual, uint256 expected, string memory what) internal pure {
        if (actual != expected) revert AssertEqFailed(what, actual, expected);
    }

    function assertEq(bytes32 actual, bytes32 expected, string memory what) internal pure {
        if (actual != expected) revert AssertEqFailed(what, uint256(actual), uint256(expected));
    }

    function assertEq(address actual, address expected, string memory what) internal pure {
        if (actual != expected) revert AssertEqFailed(what, uint160(actual), uint160(expected));
    }

    function assertEq(bool actual, bool expected, string memory what) internal pure {
        if (actual != expected) revert AssertEqFailed(what, actual ? 1 : 0, expected ? 1 : 0);
    }

    function assertLe(uint256 actual, uint256 limit, string memory what) internal pure {
        if (actual > limit) revert AssertLeFailed(what, actual, limit);
    }

    /// @dev Maps any number into [low, high].
    function bound(uint256 x, uint256 low, uint256 high) internal pure returns (uint256) {
        return low + (x % (high - low + 1));
    }
}
