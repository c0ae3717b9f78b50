// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Address} from "@openzeppelin/contracts/utils/Address.sol";

import {TestToken} from "./TestToken.sol";

/// @title HookToken
/// @notice Calls a contract in the middle of every transfer, as ERC-777 does.
contract HookToken is TestToken {
    address private _hook;
    bytes private _data;

    constructor() TestToken(6) {}

    /// @notice Sets whom the next transfers call, and with what. Zero for nobody.
    function setHook(address hook, bytes calldata data) external {
        _hook = hook;
        _data = data;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_hook != address(0)) Address.functionCall(_hook, _data);
        super._update(from, to, value);
    }
}
