// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Cold, Colds} from "../../../../contracts/libraries/Cold.sol";
import {Test} from "../../utils/Test.sol";

contract ColdTest is Test {
    uint256 private constant MOST = 2 ** 56 - 1;

    function test_Exists_GivenNothingWasWritten() external pure {
        assertFalse(Cold.wrap(0).exists(), "exists");
    }

    function testFuzz_Open(address signer, uint256 amount, uint32 delay, bool optimistic, bool separate) external pure {
        amount = bound(amount, 1, MOST);
        Cold cold = Colds.open(signer, amount, delay, optimistic, separate);
        assertTrue(cold.exists(), "exists");
        assertEq(cold.closeAt(), 0, "closeAt");
        assertEq(cold.closeDelay(), delay, "closeDelay");
        assertFalse(cold.isClosing(), "isClosing");
        assertFalse(cold.isClosed(), "isClosed");
        assertFalse(cold.isOver(type(uint256).max), "isOver");
        _expectRest(cold, signer, amount, optimistic, separate);
    }

    function testFuzz_WithDeposited(Cold cold, uint256 amount) external pure {
        amount = bound(amount, 0, MOST);
        Cold changed = cold.withDeposited(amount);
        assertEq(changed.deposited(), amount, "deposited");
        assertEq(Cold.unwrap(changed.withDeposited(cold.deposited())), Cold.unwrap(cold), "nothing else changed");
    }

    function testFuzz_Closing(
        address signer,
        uint256 amount,
        uint32 delay,
        bool optimistic,
        bool separate,
        uint32 closeAt
    ) external pure {
        amount = bound(amount, 1, MOST);
        Cold cold = Colds.open(signer, amount, delay, optimistic, separate).closing(closeAt);
        assertTrue(cold.isClosing(), "isClosing");
        assertFalse(cold.isClosed(), "isClosed");
        assertEq(cold.closeAt(), closeAt, "closeAt");
        assertEq(cold.closeDelay(), 0, "closeDelay");
        if (closeAt != 0) assertFalse(cold.isOver(closeAt - 1), "before");
        assertFalse(cold.isOver(closeAt), "at closeAt");
        assertTrue(cold.isOver(uint256(closeAt) + 1), "behind");
        _expectRest(cold, signer, amount, optimistic, separate);
    }

    function testFuzz_Closed(address signer, uint256 amount, uint32 closeAt, bool closes, uint256 paid) external pure {
        amount = bound(amount, 1, MOST);
        paid = bound(paid, 0, amount);
        Cold cold = Colds.open(signer, amount, 9, true, true);
        if (closes) cold = cold.closing(closeAt);
        Cold closed = cold.closed(paid);
        assertTrue(closed.isClosed(), "isClosed");
        assertEq(closed.isClosing(), closes, "isClosing");
        assertEq(closed.closeAt(), closes ? closeAt : 0, "closeAt");
        assertTrue(closed.exists(), "exists");
        _expectRest(closed, signer, paid, true, true);
    }

    function _expectRest(Cold cold, address signer, uint256 amount, bool optimistic, bool separate) private pure {
        assertEq(cold.signer(), signer, "signer");
        assertEq(cold.deposited(), amount, "deposited");
        assertEq(cold.isOptimistic(), optimistic, "isOptimistic");
        assertEq(cold.hasSeparatePayer(), separate, "hasSeparatePayer");
    }
}
