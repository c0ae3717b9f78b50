// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryRegisterTest is PaymentsBase {
    function test_RevertGiven_CallerIsRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_AlreadyRegistered.selector, NODE));
        vm.prank(NODE);
        nodes.register("https://other.example", PAYOUT);
    }

    function test_RevertWhen_PayoutAddressIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        vm.prank(OTHER_NODE);
        nodes.register("https://other.example", address(0));
    }

    function test_WhenEverythingIsInOrder() external {
        vm.expectEmit(address(nodes));
        emit INodeRegistry.NodeRegistered(OTHER_NODE, "https://other.example", STRANGER);
        vm.prank(OTHER_NODE);
        nodes.register("https://other.example", STRANGER);

        Node memory node = nodes.nodeOf(OTHER_NODE);
        assertEq(keccak256(bytes(node.endpoint)), keccak256("https://other.example"), "endpoint");
        assertEq(node.payout, STRANGER, "payout");
        assertEq(nodes.payoutOf(OTHER_NODE), STRANGER, "payoutOf");
        assertEq(node.stake, 0, "stake");
        assertEq(nodes.nodeCount(), 2, "nodeCount");
        assertEq(nodes.nodes(1, 1)[0], OTHER_NODE, "second of the list");
    }

    function test_Nodes_WhenPageLiesBehindTheEnd() external view {
        assertEq(nodes.nodes(1, 5).length, 0, "one behind");
        assertEq(nodes.nodes(type(uint256).max, type(uint256).max).length, 0, "far behind");
    }

    function test_Nodes_WhenPageReachesOverTheEnd() external {
        vm.prank(OTHER_NODE);
        nodes.register("", PAYOUT);
        address[] memory page = nodes.nodes(0, type(uint256).max);
        assertEq(page.length, 2, "length");
        assertEq(page[0], NODE, "first");
        assertEq(page[1], OTHER_NODE, "second");
    }
}
