// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySlashTest is PaymentsBase {
    function test_RevertWhen_CallerIsNoSlasher() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotSlasher.selector, address(this)));
        nodes.slash(NODE, PAYER, 1, 1);
    }

    function test_RevertGiven_NoSlasherWasNamed() external {
        nodes = _newRegistry(false);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotSlasher.selector, address(arbiter)));
        vm.prank(address(arbiter));
        nodes.slash(NODE, PAYER, 1, 1);
    }

    function test_WhenNodeIsUnknown() external {
        _expectSlash(STRANGER, 5, 5, 0, 0);
        assertEq(nodes.liabilities(), MIN_STAKE, "liabilities");
    }

    function test_WhenStakeCoversOwedAndPenalty() external {
        vm.expectEmit(address(nodes));
        emit INodeRegistry.Slashed(NODE, PAYER, 30, 12);
        _expectSlash(NODE, 30, 12, 30, 12);
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 42, "stake");
        assertEq(nodes.compensationOf(PAYER), 30, "compensation");
        assertEq(nodes.liabilities(), MIN_STAKE, "liabilities");
        assertEq(token.balanceOf(address(nodes)), MIN_STAKE, "tokens held");
    }

    function test_WhenStakeCoversOwedOnly() external {
        _expectSlash(NODE, MIN_STAKE - 5, 12, MIN_STAKE / 2, 12);
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE / 2 - 12, "stake");
    }

    function testFuzz_WhenStakeDoesNotCoverOwed(uint256 owed, uint256 penalty) external {
        owed = bound(owed, MIN_STAKE, type(uint256).max - 1);
        uint256 half = MIN_STAKE / 2;
        _expectSlash(NODE, owed, penalty, half, penalty < half ? penalty : half);
        assertEq(nodes.compensationOf(PAYER), half, "compensation");
    }

    function test_GivenPartThaws() external {
        _thaw(MIN_STAKE - 100);
        _expectSlash(NODE, 60, 40, 60, 40);
        _expectStake(MIN_STAKE - 100, MIN_STAKE - 100);
        assertEq(nodes.nodeOf(NODE).thawAt, _now() + THAW_PERIOD, "thawAt");
        _expectSlash(NODE, 10, 20, 10, 20);
        _expectStake(MIN_STAKE - 130, MIN_STAKE - 130);
    }

    function test_GivenAllThawsAndAllIsTaken() external {
        _thaw(MIN_STAKE);
        _expectSlash(NODE, MIN_STAKE, MIN_STAKE, MIN_STAKE / 2, MIN_STAKE / 2);
        _expectStake(0, 0);
        assertEq(nodes.nodeOf(NODE).thawAt, 0, "thawAt");
    }

    function _thaw(uint256 amount) private {
        vm.prank(NODE);
        nodes.requestThaw(amount);
    }

    function _expectSlash(address node, uint256 owed, uint256 penalty, uint256 paid, uint256 burned) private {
        vm.prank(address(arbiter));
        (uint256 paid_, uint256 burned_) = nodes.slash(node, PAYER, owed, penalty);
        assertEq(paid_, paid, "paid");
        assertEq(burned_, burned, "burned");
    }

    function _expectStake(uint256 stake, uint256 thawing) private view {
        Node memory node = nodes.nodeOf(NODE);
        assertEq(node.stake, stake, "stake");
        assertEq(node.thawing, thawing, "thawing");
    }
}
