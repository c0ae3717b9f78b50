// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryRequestThawTest is PaymentsBase {
    function test_RevertGiven_CallerIsNotRegistered() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownNode.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.requestThaw(0);
    }

    function test_RevertWhen_AmountIsOverTheStake() external {
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_StakeExceeded.selector, MIN_STAKE + 1, MIN_STAKE)
        );
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE + 1);
    }

    function test_WhenAmountIsZero() external {
        _request(5);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.ThawRequested(NODE, 0, 0);
        _request(0);
        _expectThaw(0, 0);
    }

    function test_GivenThawRuns() external {
        _request(MIN_STAKE);
        skip(THAW_PERIOD);
        _request(5);
        _expectThaw(5, _now() + THAW_PERIOD);
    }

    function test_GivenNoThawRuns() external {
        vm.expectEmit(address(nodes));
        emit INodeRegistry.ThawRequested(NODE, MIN_STAKE, _now() + THAW_PERIOD);
        _request(MIN_STAKE);
        _expectThaw(MIN_STAKE, _now() + THAW_PERIOD);
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE, "stake");
    }

    function _request(uint256 amount) private {
        vm.prank(NODE);
        nodes.requestThaw(amount);
    }

    function _expectThaw(uint256 amount, uint256 thawAt) private view {
        assertEq(nodes.nodeOf(NODE).thawing, amount, "thawing");
        assertEq(nodes.nodeOf(NODE).thawAt, thawAt, "thawAt");
    }
}
