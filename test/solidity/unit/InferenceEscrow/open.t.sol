// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {OpenCases} from "./OpenCases.sol";

contract InferenceEscrowOpenTest is OpenCases {
    function _prepare(Opening memory opening) internal override {
        _fund(PAYER, opening.amount);
    }

    function _do(Opening memory opening) internal override returns (uint256) {
        vm.prank(PAYER);
        return escrow.open(opening);
    }

    function test_RevertGiven_CallerApprovedTooLittle() external {
        Opening memory opening = _ofPayer(10);
        _fund(PAYER, 9);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 9, 10)
        );
        _do(opening);
    }

    function test_WhenPayerIsZero() external {
        Opening memory opening = _opening(NODE, 10);
        _prepare(opening);
        _do(opening);
        _expectChannel(0, PAYER, 10, false);
    }

    function test_WhenPayerIsAnother() external {
        _openAs(STRANGER, _ofPayer(10));
        _expectChannel(0, PAYER, 10, false);
        assertEq(token.balanceOf(address(escrow)), 10, "the caller's tokens");
    }
}
