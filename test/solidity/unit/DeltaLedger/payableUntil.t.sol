// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerPayableUntilTest is LedgerBase {
    function test_GivenLineIsNotOpen() external view {
        assertEq(payableUntil(base), 0, "base");
        assertEq(payableUntil(0), 0, "zero is the active hash of no line");
        assertEq(ledger.payableUntil(0, 0), 0, "no line at all");
    }

    function test_GivenVersionWasNeverActive() external {
        open();
        assertEq(payableUntil(append("delta 1")), 0, "appended only");
        assertEq(payableUntil(keccak256("unknown")), 0, "unknown");
        assertEq(payableUntil(0), 0, "zero");
    }

    function test_GivenVersionIsActive() external {
        open();
        bytes32 hash = append("delta 1");
        activate(1);
        vm.warp(START + 10_000 days);
        assertEq(payableUntil(hash), ACTIVE, "active");
        assertEq(ledger.versionOf(lineId, 1).payableUntil, ACTIVE, "as part of the version");
    }

    /// @dev One second decides: the end of the grace is the last second that is paid.
    function testFuzz_GivenVersionWasSuperseded(uint32 grace, uint32 wait) external {
        grace = uint32(bound(grace, 0, ledger.MAX_GRACE()));
        vm.prank(owner);
        ledger.openLine(modelId, grace);
        append("delta 1");
        vm.warp(START + (wait % 1000 days));
        uint256 activatedAt = vm.getBlockTimestamp();
        activate(1);
        uint256 until = activatedAt + grace;
        assertEq(payableUntil(base), until, "until");
        assertTrue(until >= activatedAt, "work of this very second is paid");
        assertTrue(until + 1 > payableUntil(base), "one second later is not");
        vm.warp(until + 1);
        assertEq(payableUntil(base), until, "time does not move it");
        assertEq(ledger.versionOf(lineId, 0).payableUntil, until, "as part of the version");
    }

    function test_GivenHashIsOfAnotherLine() external {
        open();
        bytes32 hash = append("delta 1");
        activate(1);
        bytes32 same = appendAs(stranger, modelId, "delta 1");
        assertEq(same, hash, "equal history, equal hash");
        bytes32 line = ledger.lineIdOf(modelId, stranger);
        assertEq(ledger.payableUntil(line, hash), 0, "his line never activated it");
        assertEq(payableUntil(hash), ACTIVE, "this one did");
    }
}
