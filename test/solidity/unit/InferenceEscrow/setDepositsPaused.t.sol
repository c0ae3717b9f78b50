// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";
import {IAccessManager} from "@openzeppelin/contracts/access/manager/IAccessManager.sol";

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowSetDepositsPausedTest is PaymentsBase {
    function test_RevertWhen_CallerIsNotGovernance() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        escrow.setDepositsPaused(true);
    }

    function test_WhenGovernanceHasDelay() external {
        uint64 role = 7;
        bytes4[] memory selectors = new bytes4[](1);
        selectors[0] = escrow.setDepositsPaused.selector;
        authority.setTargetFunctionRole(address(escrow), selectors, role);
        authority.grantRole(role, STRANGER, 1 days);
        bytes memory data = abi.encodeCall(escrow.setDepositsPaused, (true));

        vm.startPrank(STRANGER);
        vm.expectRevert(
            abi.encodeWithSelector(
                IAccessManager.AccessManagerNotScheduled.selector,
                authority.hashOperation(STRANGER, address(escrow), data)
            )
        );
        escrow.setDepositsPaused(true);
        authority.schedule(address(escrow), data, 0);
        skip(1 days);
        escrow.setDepositsPaused(true);
        vm.stopPrank();
        assertTrue(escrow.depositsPaused(), "paused");
    }

    function test_WhenPaused() external {
        uint256 channel = _open(PAYER_KEY, NODE, 100);
        uint256 released = _open(PAYER_KEY, NODE, 5);
        uint256 ended = _open(PAYER_KEY, NODE, 7);
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.DepositsPaused(true);
        escrow.setDepositsPaused(true);
        assertTrue(escrow.depositsPaused(), "paused");

        assertEq(_settleVoucher(PAYER_KEY, channel, 40), 40, "settlement");
        assertEq(escrow.collect(NODE, lineId), 40, "collection");
        assertEq(_settleVoucher(PAYER_KEY, released, 1), 1, "settlement");
        _release(released);
        bytes memory signature = _signClose(ENCLAVE_KEY, ended, 2, _now());
        vm.startPrank(PAYER);
        assertEq(escrow.closeNow(NODE, lineId, ended, 2, _now(), signature), 5, "close by the enclave");
        assertEq(escrow.withdraw(PAYER), 9, "withdrawal");
        escrow.requestClose(NODE, lineId, channel);
        vm.warp(_now() + CLOSE_DELAY);
        assertEq(escrow.withdrawChannel(NODE, lineId, channel, PAYER), 60, "close");
        vm.stopPrank();
    }

    function test_WhenAllowedAgain() external {
        escrow.setDepositsPaused(true);
        escrow.setDepositsPaused(false);
        assertFalse(escrow.depositsPaused(), "paused");
        assertEq(_channel(_open(PAYER_KEY, NODE, 9)).deposited, 9, "deposited");
    }
}
