// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Opening, Permit} from "../../../../contracts/interfaces/IChannels.sol";
import {OpenCases} from "./OpenCases.sol";

contract InferenceEscrowOpenWithPermitTest is OpenCases {
    Permit private permit;

    function _prepare(Opening memory opening) internal override {
        uint256 value = opening.amount * escrow.UNIT();
        token.mint(PAYER, value);
        permit = _signPermit(PAYER_KEY, token, address(escrow), value, _now() + 1 hours);
    }

    function _do(Opening memory opening) internal override returns (uint256) {
        vm.prank(PAYER);
        return escrow.openWithPermit(opening, permit);
    }

    function test_GivenPermitWasCarriedBefore() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.prank(STRANGER);
        token.permit(PAYER, address(escrow), 10, permit.deadline, permit.v, permit.r, permit.s);
        assertEq(_do(opening), 0, "channel");
        _expectChannel(0, PAYER, 10, false);
    }

    function test_RevertGiven_PermitIsForAnotherAmount() external {
        _prepare(_ofPayer(9));
        _expectNoAllowance(_ofPayer(10));
    }

    function test_RevertGiven_PermitIsAnothersThanTheCallers() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, 10)
        );
        vm.prank(STRANGER);
        escrow.openWithPermit(opening, permit);
    }

    function test_RevertGiven_PermitIsLate() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.warp(permit.deadline + 1);
        _expectNoAllowance(opening);
    }

    function _expectNoAllowance(Opening memory opening) private {
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, 10)
        );
        _do(opening);
    }
}
