// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {FeeToken} from "../../../../contracts/mocks/FeeToken.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryAddStakeTest is PaymentsBase {
    function test_RevertGiven_CallerIsNotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownNode.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.addStake(1);
    }

    function test_RevertGiven_SlashersAreNotKnown() external {
        nodes = _newRegistry(false);
        vm.startPrank(NODE);
        nodes.register("", PAYOUT);
        vm.expectRevert(INodeRegistry.NodeRegistry_NoSlashers.selector);
        nodes.addStake(1);
        vm.stopPrank();
    }

    function test_RevertWhen_AmountIsZero() external {
        _expectInvalid(0);
        nodes.addStake(0);
    }

    function test_RevertWhen_StakeWouldPass128Bits() external {
        uint256 most = type(uint128).max - MIN_STAKE;
        _expectInvalid(most + 1);
        nodes.addStake(most + 1);
        _expectInvalid(type(uint256).max);
        nodes.addStake(type(uint256).max);
        _addStake(NODE, most);
        assertEq(nodes.nodeOf(NODE).stake, type(uint128).max, "stake");
    }

    function test_RevertGiven_TokenTakesFee() external {
        FeeToken money = new FeeToken();
        token = money;
        _replaceRegistry(false);
        money.mint(NODE, 100);
        vm.startPrank(NODE);
        nodes.register("", PAYOUT);
        money.approve(address(nodes), 100);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InexactTransfer.selector, 100, 99));
        nodes.addStake(100);
        vm.stopPrank();
    }

    function test_WhenEverythingIsInOrder() external {
        vm.prank(NODE);
        nodes.requestThaw(10);
        uint40 thawAt = _now() + THAW_PERIOD;
        skip(5);
        token.mint(NODE, 70);
        vm.startPrank(NODE);
        token.approve(address(nodes), 70);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.StakeAdded(NODE, 70, MIN_STAKE + 70);
        nodes.addStake(70);
        vm.stopPrank();

        Node memory node = nodes.nodeOf(NODE);
        assertEq(node.stake, MIN_STAKE + 70, "stake");
        assertEq(node.thawing, 10, "thawing");
        assertEq(node.thawAt, thawAt, "thawAt");
        assertEq(nodes.liabilities(), MIN_STAKE + 70, "liabilities");
        assertEq(token.balanceOf(address(nodes)), MIN_STAKE + 70, "tokens held");
        assertEq(token.balanceOf(NODE), 0, "tokens left");
    }

    function _expectInvalid(uint256 amount) private {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidAmount.selector, amount));
        vm.prank(NODE);
    }
}
