// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TestToken} from "./TestToken.sol";

/// @title BlocklistToken
/// @notice Refuses transfers from and to blocked accounts, as USDC does.
contract BlocklistToken is TestToken {
    mapping(address account => bool) private _blocked;

    error BlocklistToken_Blocked(address account);

    constructor() TestToken(6) {}

    /// @notice Blocks or unblocks an account.
    function setBlocked(address account, bool blocked) external {
        _blocked[account] = blocked;
    }

    function _update(address from, address to, uint256 value) internal override {
        if (_blocked[from]) revert BlocklistToken_Blocked(from);
        if (_blocked[to]) revert BlocklistToken_Blocked(to);
        super._update(from, to, value);
    }
}
