// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "@openzeppelin/contracts/token/ERC20/ERC20.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";
import {ERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/ERC20Permit.sol";

/// @title TestToken
/// @notice Money and stake of local deployments and tests, with EIP-2612 and EIP-3009 as USDC has them. Anybody may mint.
contract TestToken is ERC20, ERC20Permit, ERC3009 {
    uint8 private immutable _DECIMALS;

    constructor(uint8 decimals_) ERC20("Freehold Test Dollar", "fUSD") ERC20Permit("Freehold Test Dollar") {
        _DECIMALS = decimals_;
    }

    /// @notice Makes `amount` of the token's smallest unit out of nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    /// @inheritdoc ERC20
    function decimals() public view override returns (uint8) {
        return _DECIMALS;
    }
}
