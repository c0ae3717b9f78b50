// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Permit} from "../../../../contracts/interfaces/IChannels.sol";
import {TopUpCases} from "./TopUpCases.sol";

contract InferenceEscrowTopUpWithPermitTest is TopUpCases {
    Permit private permit;

    function _prepare(uint256, uint64 amount) internal override {
        uint256 value = amount * escrow.UNIT();
        token.mint(STRANGER, value);
        permit = _signPermit(STRANGER_KEY, token, address(escrow), value, _now() + 1 hours);
    }

    function _do(uint256 index, uint64 amount) internal override {
        vm.prank(STRANGER);
        escrow.topUpWithPermit(NODE, lineId, index, amount, permit);
    }

    function test_GivenPermitWasCarriedBefore() external {
        _prepare(channel, 10);
        token.permit(STRANGER, address(escrow), 10, permit.deadline, permit.v, permit.r, permit.s);
        _do(channel, 10);
        assertEq(_channel(channel).deposited, DEPOSIT + 10, "deposited");
    }

    function test_RevertGiven_PermitIsForAnotherAmount() external {
        _prepare(channel, 9);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 0, 10)
        );
        _do(channel, 10);
    }
}
