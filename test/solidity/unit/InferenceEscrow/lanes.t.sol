// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lanes} from "../../../../contracts/libraries/Lanes.sol";
import {Test} from "../../utils/Test.sol";

contract LanesTest is Test {
    uint256 private constant MOST = 2 ** 56 - 1;

    function testFuzz_WithPaid(uint256 lanes, uint256 channel, uint256 amount, uint256 deposited) external pure {
        amount = bound(amount, 0, MOST);
        uint256 changed = Lanes.withPaid(lanes, channel, amount);
        assertEq(Lanes.paid(changed, channel, deposited), amount, "paid, whatever was deposited");
        assertFalse(Lanes.isOptimistic(changed, channel), "isOptimistic");
        _expectNeighbours(lanes, changed, channel);
    }

    function testFuzz_WithRest(uint256 lanes, uint256 channel, uint256 deposited, uint256 rest) external pure {
        deposited = bound(deposited, 0, MOST);
        rest = bound(rest, 0, deposited);
        uint256 changed = Lanes.withRest(lanes, channel, rest);
        assertEq(Lanes.paid(changed, channel, deposited), deposited - rest, "paid");
        assertTrue(Lanes.isOptimistic(changed, channel), "isOptimistic");
        _expectNeighbours(lanes, changed, channel);
    }

    function test_Paid_GivenNothingWasWritten() external pure {
        for (uint256 i = 0; i < 4; ++i) {
            assertEq(Lanes.paid(0, i, 100), 0, "paid");
            assertFalse(Lanes.isOptimistic(0, i), "isOptimistic");
        }
    }

    function test_Positions() external pure {
        uint256 lanes = Lanes.withPaid(Lanes.withPaid(Lanes.withPaid(0, 4, 1), 9, 2), 2, 3);
        assertEq(Lanes.withRest(lanes, 3, 4), 1 | (2 << 64) | (3 << 128) | (4 << 192) | (1 << 255), "lanes");
    }

    function _expectNeighbours(uint256 lanes, uint256 changed, uint256 channel) private pure {
        assertEq((lanes ^ changed) & ~(uint256(type(uint64).max) << ((channel % 4) * 64)), 0, "neighbours");
    }
}
