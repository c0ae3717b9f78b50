// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryWithdrawCompensationTest is PaymentsBase {
    function setUp() public override {
        super.setUp();
        vm.startPrank(address(arbiter));
        nodes.slash(NODE, PAYER, 30, 1);
        nodes.slash(NODE, PAYER, 12, 1);
        vm.stopPrank();
    }

    function test_RevertWhen_ReceiverIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        vm.prank(PAYER);
        nodes.withdrawCompensation(address(0));
    }

    function test_RevertGiven_NothingIsOwedToTheCaller() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NothingOwed.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.withdrawCompensation(STRANGER);
    }

    function test_GivenSlashesOweTheCaller() external {
        vm.expectEmit(address(nodes));
        emit INodeRegistry.CompensationWithdrawn(PAYER, STRANGER, 42);
        vm.prank(PAYER);
        nodes.withdrawCompensation(STRANGER);
        assertEq(token.balanceOf(STRANGER), 42, "tokens sent");
        assertEq(nodes.compensationOf(PAYER), 0, "compensation");
        assertEq(nodes.liabilities(), MIN_STAKE - 42, "liabilities");
    }
}
