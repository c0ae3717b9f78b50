// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ITeeVerifier, TcbStatus, TeeReport} from "../interfaces/ITeeVerifier.sol";

/// @notice Claims to be a vendor's verifier, and reports what the evidence says. For what the registry must check of any
/// verifier.
contract ScriptedVerifier is ITeeVerifier {
    /// @notice Thrown by {recheck} when it was told to {refuse}.
    error ScriptedVerifier_ForeignAux();

    address private _target;
    bytes private _data;
    uint64 private _validUntil;
    TcbStatus private _status;
    bool private _reverts;

    /// @notice What {recheck} says from now on.
    function setVerdict(uint64 validUntil, TcbStatus status) external {
        (_validUntil, _status, _reverts) = (validUntil, status, false);
    }

    /// @notice Lets {recheck} refuse its aux.
    function refuse() external {
        _reverts = true;
    }

    /// @notice Lets the next verification call back first.
    function setCallback(address target, bytes calldata data) external {
        (_target, _data) = (target, data);
    }

    function verify(bytes calldata evidence, bytes calldata) external returns (TeeReport memory) {
        if (_target != address(0)) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory reason) = _target.call(_data);
            if (!success) {
                assembly ("memory-safe") {
                    revert(add(reason, 0x20), mload(reason))
                }
            }
        }
        return abi.decode(evidence, (TeeReport));
    }

    function recheck(bytes32, bytes calldata) external view returns (uint64, TcbStatus) {
        if (_reverts) revert ScriptedVerifier_ForeignAux();
        return (_validUntil, _status);
    }

    function isDevelopment() external pure returns (bool) {
        return false;
    }
}
