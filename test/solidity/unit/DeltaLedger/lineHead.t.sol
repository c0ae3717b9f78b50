// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {LineHead, LineHeads} from "../../../../contracts/libraries/LineHead.sol";
import {Test} from "../../utils/Test.sol";

/// @notice Each change of a packed head changes its own field only.
contract LineHeadTest is Test {
    function testFuzz_Open(bytes32 base) external pure {
        LineHead head = LineHeads.open(base);
        _assertRest(head, base, 0, 0, false);
        assertFalse(LineHead.wrap(0).isOpen(), "nothing");
    }

    function testFuzz_MoveTo(uint256 word, bytes32 hash, uint32 version) external pure {
        LineHead head = LineHead.wrap(word);
        _assertRest(head.moveTo(hash, version), hash, version, head.grace(), head.isLocked());
    }

    function testFuzz_WithGrace(uint256 word, uint24 grace) external pure {
        LineHead head = LineHead.wrap(word);
        _assertRest(head.withGrace(grace), bytes32(word), head.count(), grace, head.isLocked());
    }

    function testFuzz_WithLock(uint256 word, bool locked) external pure {
        LineHead head = LineHead.wrap(word);
        _assertRest(head.withLock(locked), bytes32(word), head.count(), head.grace(), locked);
    }

    function testFuzz_IsAt(bytes32 base, bytes32 other) external pure {
        LineHead head = LineHeads.open(base);
        assertEq(head.isAt(other), uint256(base) >> 64 == uint256(other) >> 64, "is at");
    }

    function _assertRest(LineHead head, bytes32 hash, uint32 count, uint24 grace, bool locked) private pure {
        assertTrue(head.isAt(hash), "hash");
        assertEq(head.isOpen(), uint256(hash) >> 64 != 0, "open");
        assertEq(head.count(), count, "count");
        assertEq(head.grace(), grace, "grace");
        assertEq(head.isLocked(), locked, "locked");
    }
}
