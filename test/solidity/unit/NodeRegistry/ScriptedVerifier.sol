// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ITeeVerifier, TeeReport} from "../../../../contracts/interfaces/ITeeVerifier.sol";

/// @notice Claims to be a vendor's verifier, and reports what the evidence says. For what the registry must check of any
/// verifier.
contract ScriptedVerifier is ITeeVerifier {
    address private _target;
    bytes private _data;

    /// @notice Lets the next verification call back first.
    function setCallback(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function verify(bytes calldata evidence, bytes calldata) external returns (TeeReport memory) {
        if (_target != address(0)) {
            (bool success, bytes memory reason) = _target.call(_data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(reason, 0x20), mload(reason))
                }
            }
        }
        return abi.decode(evidence, (TeeReport));
    }

    function isDevelopment() external pure returns (bool) {
        return false;
    }
}
