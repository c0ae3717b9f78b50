// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title NoReturnToken
/// @notice Returns nothing from its transfers, as USDT does.
contract NoReturnToken {
    mapping(address account => uint256) public balanceOf;
    mapping(address account => mapping(address spender => uint256)) public allowance;

    error NoReturnToken_Insufficient();

    /// @notice See ERC-20.
    function decimals() external pure returns (uint8) {
        return 6;
    }

    /// @notice Makes `amount` out of nothing.
    function mint(address to, uint256 amount) external {
        balanceOf[to] += amount;
    }

    /// @notice See ERC-20, without its result.
    function approve(address spender, uint256 amount) external {
        allowance[msg.sender][spender] = amount;
    }

    /// @notice See ERC-20, without its result.
    function transfer(address to, uint256 amount) external {
        _move(msg.sender, to, amount);
    }

    /// @notice See ERC-20, without its result.
    function transferFrom(address from, address to, uint256 amount) external {
        if (allowance[from][msg.sender] < amount) revert NoReturnToken_Insufficient();
        allowance[from][msg.sender] -= amount;
        _move(from, to, amount);
    }

    function _move(address from, address to, uint256 amount) private {
        if (balanceOf[from] < amount) revert NoReturnToken_Insufficient();
        balanceOf[from] -= amount;
        balanceOf[to] += amount;
    }
}
