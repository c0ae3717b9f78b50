// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {TopUpCases} from "./TopUpCases.sol";

contract InferenceEscrowTopUpTest is TopUpCases {
    function _prepare(uint256, uint64 amount) internal override {
        _fund(STRANGER, amount);
    }

    function _do(uint256 index, uint64 amount) internal override {
        vm.prank(STRANGER);
        escrow.topUp(NODE, lineId, index, amount);
    }

    function test_RevertGiven_CallerApprovedTooLittle() external {
        _prepare(channel, 9);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 9, 10)
        );
        _do(channel, 10);
    }
}
