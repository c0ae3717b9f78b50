// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Channel, IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowOpenTest is PaymentsBase {
    function setUp() public override {
        super.setUp();
        token.mint(PAYER, type(uint128).max);
        vm.prank(PAYER);
        token.approve(address(escrow), type(uint256).max);
    }

    function test_RevertWhen_SignerIsZero() external {
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_ZeroAddress.selector);
        vm.prank(PAYER);
        escrow.open(NODE, address(0), 1);
    }

    function test_RevertWhen_NodeIsNotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownNode.selector, STRANGER));
        vm.prank(PAYER);
        escrow.open(STRANGER, PAYER, 1);
    }

    function test_RevertGiven_DepositsArePaused() external {
        escrow.setDepositsPaused(true);
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_DepositsPaused.selector);
        vm.prank(PAYER);
        escrow.open(NODE, PAYER, 1);
    }

    function test_RevertWhen_AmountIsZero() external {
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_ZeroAmount.selector);
        vm.prank(PAYER);
        escrow.open(NODE, PAYER, 0);
    }

    function test_RevertWhen_AllDepositsWouldPass64Bits() external {
        vm.prank(PAYER);
        escrow.open(NODE, PAYER, type(uint64).max - 5);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInferenceEscrow.InferenceEscrow_AmountTooLarge.selector,
                type(uint64).max - 5,
                uint64(6)
            )
        );
        vm.prank(PAYER);
        escrow.open(NODE, PAYER, 6);
        vm.prank(PAYER);
        escrow.open(NODE, PAYER, 5);
    }

    function test_RevertGiven_PayerApprovedTooLittle() external {
        vm.startPrank(PAYER);
        token.approve(address(escrow), 9);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 9, 10)
        );
        escrow.open(NODE, PAYER, 10);
        vm.stopPrank();
    }

    function test_WhenEverythingIsInOrder() external {
        TestToken money = new TestToken(18);
        InferenceEscrow wide = new InferenceEscrow(
            address(authority),
            money,
            ledger,
            nodes,
            CLOSE_DELAY,
            MAX_BATCH_AGE
        );
        money.mint(PAYER, 30e12);
        vm.startPrank(PAYER);
        money.approve(address(wide), 30e12);
        assertEq(wide.open(NODE, PAYER, 10), 0, "first index");
        vm.expectEmit(address(wide));
        emit IInferenceEscrow.ChannelOpened(NODE, 1, PAYER, STRANGER, 20);
        assertEq(wide.open(NODE, STRANGER, 20), 1, "second index");
        vm.stopPrank();

        assertEq(wide.channelCount(NODE), 2, "channels of the node");
        assertEq(wide.channelCount(OTHER_NODE), 0, "channels of another node");
        Channel memory channel = wide.channelOf(NODE, 1);
        assertEq(channel.payer, PAYER, "payer");
        assertEq(channel.signer, STRANGER, "signer");
        assertEq(channel.deposited, 20, "deposited");
        assertEq(channel.paid, 0, "paid");
        assertEq(channel.closeAt, 0, "closeAt");
        assertFalse(channel.closed, "closed");
        assertEq(money.balanceOf(address(wide)), 30e12, "tokens held");
        assertEq(money.balanceOf(PAYER), 0, "tokens left");
        assertEq(wide.liabilities(), 30, "liabilities");
    }
}
