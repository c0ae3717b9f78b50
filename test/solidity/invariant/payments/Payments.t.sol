// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "../../utils/Test.sol";
import {PaymentsHandler} from "./PaymentsHandler.sol";

/// @notice How the runner of the tests is told what it may call.
struct FuzzSelector {
    address addr;
    bytes4[] selectors;
}

/// @notice What must hold of channels, earnings, challenges, stakes and the money behind them, whatever payers, nodes, governance and thieves
/// do. What concerns one action is judged around it, under the name of the invariant that it would break; the rest after it.
/// @dev The number of actions is that of the walks: {WALK} times the fuzzer's runs, see test/ts/invariants.ts. The invariants are the same
/// actions in the runner's own order. When one test file is run alone, PaymentsHandler.sol must be named behind it.
contract PaymentsInvariants is Test {
    /// @dev Actions of one walk, and after how many of them everything is added up.
    uint256 private constant WALK = 400;
    uint256 private constant STRIDE = 100;

    PaymentsHandler private handler;

    function setUp() public {
        handler = new PaymentsHandler();
    }

    /// @dev Read by the runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Read by the runner.
    function targetSelectors() external view returns (FuzzSelector[] memory targets) {
        targets = new FuzzSelector[](1);
        targets[0].addr = address(handler);
        targets[0].selectors = new bytes4[](1);
        targets[0].selectors[0] = PaymentsHandler.act.selector;
    }

    function invariant_I4_EscrowHoldsWhatItOwes() external view {
        _assertHolds();
        handler.assertEscrowIsExact();
    }

    function invariant_I4_RegistryHoldsWhatItOwes() external view {
        _assertHolds();
        handler.assertOthersAreExact();
    }

    function invariant_I5_PaidIsMeteredSignedAndDeposited() external view {
        _assertHolds();
        handler.assertPaidIsSigned();
    }

    /// @dev I4, I5, I6, I8 to I12, neighbours and signed amounts: any walk, all of it, and then everybody leaves.
    function testFuzz_I4_I12_AnyWalkKeepsThePromises(uint256 seed) external {
        for (uint256 done = 0; done < WALK; done += STRIDE) {
            handler.walk(uint256(keccak256(abi.encode(seed, done))), STRIDE);
            _assertAll();
        }
        assertEq(handler.actions(), WALK, "actions that happened");
        handler.everybodyLeaves();
        _assertAll();
    }

    /// @dev A fixed walk in which each kind of action really happens, and each kind of attempt is really refused; then everybody leaves.
    function test_I8_EverybodyCanLeaveAtAnyTime() external {
        for (uint256 i = 0; i < 12; ++i) {
            handler.walk(i, 100);
            _assertAll();
        }
        _assertSeen();
        handler.everybodyLeaves();
        _assertAll();
    }

    function _assertAll() private view {
        _assertHolds();
        handler.assertEscrowIsExact();
        handler.assertOthersAreExact();
        handler.assertPaidIsSigned();
    }

    function _assertSeen() private view {
        string[31] memory done = [
            "open",
            "topUp",
            "V",
            "O",
            "V of nothing",
            "O of nothing",
            "challenge",
            "answer",
            "partial answer",
            "uphold",
            "requestClose",
            "leave",
            "rollOver",
            "closeNow",
            "release",
            "withdraw",
            "withdrawBonds",
            "withdrawCompensation",
            "convict",
            "pass",
            "version",
            "register",
            "revoke",
            "addStake",
            "requestThaw",
            "replayed voucher",
            "govern",
            "fallen",
            "shorter",
            "worse",
            "list"
        ];
        for (uint256 i = 0; i < done.length; ++i) {
            assertTrue(handler.count(bytes32(bytes(done[i]))) != 0, done[i]);
        }
        string[12] memory refused = [
            "not payable",
            "nonce",
            "early",
            "late answer",
            "honest",
            "thaw",
            "replay",
            "govern",
            "bounty of the dead",
            "bounty twice",
            "recheck",
            "list"
        ];
        for (uint256 i = 0; i < refused.length; ++i) {
            assertTrue(handler.refused(bytes32(bytes(refused[i]))) != 0, refused[i]);
        }
    }

    function _assertHolds() private view {
        assertEq(handler.breach(), bytes32(0), "an invariant that an action broke, in ASCII");
    }
}
