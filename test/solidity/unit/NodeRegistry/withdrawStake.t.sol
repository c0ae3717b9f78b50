// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryWithdrawStakeTest is PaymentsBase {
    function test_RevertGiven_CallerIsNotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownNode.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.withdrawStake(STRANGER);
    }

    function test_RevertWhen_ReceiverIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        vm.prank(NODE);
        nodes.withdrawStake(address(0));
    }

    function test_RevertGiven_NothingThaws() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotThawed.selector, NODE, 0));
        vm.prank(NODE);
        nodes.withdrawStake(NODE);
    }

    function test_RevertGiven_ThawRuns() external {
        uint40 thawAt = _now() + THAW_PERIOD;
        vm.startPrank(NODE);
        nodes.requestThaw(1);
        vm.warp(thawAt - 1);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotThawed.selector, NODE, thawAt));
        nodes.withdrawStake(NODE);
        vm.stopPrank();
    }

    function test_GivenThawHasEnded() external {
        vm.startPrank(NODE);
        nodes.requestThaw(300);
        vm.warp(_now() + THAW_PERIOD);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.StakeWithdrawn(NODE, STRANGER, 300);
        nodes.withdrawStake(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotThawed.selector, NODE, 0));
        nodes.withdrawStake(STRANGER);
        vm.stopPrank();

        Node memory node = nodes.nodeOf(NODE);
        assertEq(node.stake, MIN_STAKE - 300, "stake");
        assertEq(node.thawing, 0, "thawing");
        assertEq(node.thawAt, 0, "thawAt");
        assertEq(token.balanceOf(STRANGER), 300, "tokens sent");
        assertEq(nodes.liabilities(), MIN_STAKE - 300, "liabilities");
    }
}
