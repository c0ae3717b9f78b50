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
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.DepositsPaused(true);
        escrow.setDepositsPaused(true);
        assertTrue(escrow.depositsPaused(), "paused");

        (uint64 total, ) = _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
        assertEq(total, 40, "settlement");
        assertEq(escrow.collect(NODE), 40, "collection");
        vm.prank(NODE);
        escrow.release(released);
        vm.startPrank(PAYER);
        assertEq(escrow.withdraw(PAYER), 5, "withdrawal");
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
        assertEq(escrow.withdrawChannel(NODE, channel, PAYER), 60, "close");
        vm.stopPrank();
    }

    function test_WhenAllowedAgain() external {
        escrow.setDepositsPaused(true);
        escrow.setDepositsPaused(false);
        assertFalse(escrow.depositsPaused(), "paused");
        assertEq(escrow.channelOf(NODE, _open(PAYER_KEY, NODE, 9)).deposited, 9, "deposited");
    }
}
