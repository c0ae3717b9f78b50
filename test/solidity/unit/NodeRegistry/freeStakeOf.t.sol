// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryFreeStakeOfTest is PaymentsBase {
    function test_GivenNodeIsUnknown() external view {
        assertEq(nodes.freeStakeOf(STRANGER), 0, "nothing");
    }

    function testFuzz_GivenSomeStakeThaws(uint128 added, uint128 thawing) external {
        added = uint128(bound(added, 1, type(uint128).max - MIN_STAKE));
        thawing = uint128(bound(thawing, 0, MIN_STAKE + added));
        _addStake(NODE, added);
        assertEq(nodes.freeStakeOf(NODE), MIN_STAKE + added, "all");
        vm.prank(NODE);
        nodes.requestThaw(thawing);
        assertEq(nodes.freeStakeOf(NODE), MIN_STAKE + added - thawing, "less what thaws, at once");
        vm.prank(NODE);
        nodes.requestThaw(0);
        assertEq(nodes.freeStakeOf(NODE), MIN_STAKE + added, "all again");
    }

    function testFuzz_GivenNodeWasSlashed(uint256 thawing, uint256 penalty) external {
        thawing = bound(thawing, 0, MIN_STAKE);
        penalty = bound(penalty, 0, 2 * MIN_STAKE);
        vm.prank(NODE);
        nodes.requestThaw(thawing);
        vm.prank(address(arbiter));
        (, uint256 burned) = nodes.slash(NODE, STRANGER, 0, penalty);
        uint256 left = MIN_STAKE - burned;
        assertEq(nodes.freeStakeOf(NODE), left > thawing ? left - thawing : 0, "what neither burned nor thaws");
    }
}
