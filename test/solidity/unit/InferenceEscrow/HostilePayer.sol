// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A payer that is a contract, and can swallow what fails inside of it.
contract HostilePayer {
    /// @notice Calls, and fails when the call fails.
    function run(address target, bytes calldata data) external returns (bytes memory result) {
        bool success;
        (success, result) = target.call(data);
        if (!success) {
            assembly ("memory-safe") {
                revert(add(result, 0x20), mload(result))
            }
        }
    }

    /// @notice Calls, and never fails.
    function tryRun(address target, bytes calldata data) external {
        (bool success, ) = target.call(data);
        success;
    }
}
