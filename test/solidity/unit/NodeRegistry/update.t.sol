// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryUpdateTest is PaymentsBase {
    function test_RevertGiven_CallerIsNotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownNode.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.update("", PAYOUT);
    }

    function test_RevertWhen_PayoutAddressIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        vm.prank(NODE);
        nodes.update("", address(0));
    }

    function test_WhenEverythingIsInOrder() external {
        vm.expectEmit(address(nodes));
        emit INodeRegistry.NodeUpdated(NODE, "https://moved.example", STRANGER);
        vm.prank(NODE);
        nodes.update("https://moved.example", STRANGER);

        Node memory node = nodes.nodeOf(NODE);
        assertEq(keccak256(bytes(node.endpoint)), keccak256("https://moved.example"), "endpoint");
        assertEq(node.payout, STRANGER, "payout");
        assertEq(node.stake, MIN_STAKE, "stake");
        assertEq(nodes.nodeCount(), 1, "nodeCount");
    }
}
