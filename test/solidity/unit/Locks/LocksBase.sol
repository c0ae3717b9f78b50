// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lock} from "../../../../contracts/interfaces/ILocks.sol";
import {Test} from "../../utils/Test.sol";
import {LocksHarness} from "./LocksHarness.sol";

abstract contract LocksBase is Test {
    bytes32 internal constant KEY = keccak256("key");
    bytes32 internal constant OTHER_KEY = keccak256("other key");
    address internal constant OWNER = address(0x0123);
    address internal constant GUARDIAN = address(0x6a4d);
    address internal constant STRANGER = address(0x5742);
    uint32 internal constant DELAY = 2 days;
    uint256 internal constant START = 1_800_000_000;

    LocksHarness internal locks;

    function setUp() public {
        vm.warp(START);
        locks = new LocksHarness(OWNER);
    }

    function _locked() internal {
        locks.lock(KEY, DELAY, GUARDIAN);
    }

    function _requested() internal {
        _locked();
        locks.requestUnlock(KEY);
    }

    function _assertLock(
        Lock memory actual,
        address guardian,
        uint32 delay,
        uint40 unlockAt,
        bool locked
    ) internal pure {
        assertEq(actual.guardian, guardian, "guardian");
        assertEq(actual.delay, delay, "delay");
        assertEq(actual.unlockAt, unlockAt, "unlockAt");
        assertEq(actual.locked, locked, "locked");
    }

    function _expect(bytes4 selector) internal {
        vm.expectRevert(abi.encodeWithSelector(selector, KEY));
    }
}
