// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "../../utils/Test.sol";
import {PaymentsHandler} from "./PaymentsHandler.sol";

/// @notice What must hold of channels, earnings, challenges, stakes and the money behind them, whatever payers, nodes, governance and thieves
/// do. What concerns one action is judged around it, for all invariants here alike; the rest is judged after each call.
/// @dev Each call of the runner is {PaymentsHandler.MOVES_PER_CALL} actions that happened, and the runner gives each invariant here a campaign of its own:
/// test/ts/invariants.ts multiplies.
contract PaymentsInvariants is Test {
    PaymentsHandler private handler;

    function setUp() public {
        handler = new PaymentsHandler();
    }

    /// @dev Read by the runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    /// @dev Called by the runner at the end of each run.
    function afterInvariant() external {
        assertEq(handler.actions(), handler.calls() * handler.MOVES_PER_CALL(), "every call did what it counts for");
        handler.everybodyLeaves();
        _assertHolds();
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

    function invariant_I6_I9_NoPayForAStaleVersionOrADeadEnclave() external view {
        _assertHolds();
    }

    function invariant_I8_NeighboursNeverChangeAndEverybodyLeaves() external view {
        _assertHolds();
    }

    function invariant_I10_StakeStaysUntilEveryWindowIsOver() external view {
        _assertHolds();
    }

    function invariant_I11_APaymentSignatureIsGoodForOneThing() external view {
        _assertHolds();
    }

    function invariant_I12_GovernanceMovesNoMoney() external view {
        _assertHolds();
    }

    /// @dev A fixed walk in which each kind of action really happens, and each kind of attempt is really refused; then everybody leaves.
    function test_I8_EverybodyCanLeaveAtAnyTime() external {
        for (uint256 i = 0; i < 150; ++i) handler.act(i);
        _assertHolds();
        _assertSeen();
        handler.everybodyLeaves();
        handler.assertEscrowIsExact();
        handler.assertOthersAreExact();
        _assertHolds();
    }

    function _assertSeen() private view {
        string[27] memory done = [
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
            "govern"
        ];
        for (uint256 i = 0; i < done.length; ++i) {
            assertTrue(handler.count(bytes32(bytes(done[i]))) != 0, done[i]);
        }
        string[8] memory refused = [
            "not payable",
            "nonce",
            "early",
            "late answer",
            "honest",
            "thaw",
            "replay",
            "govern"
        ];
        for (uint256 i = 0; i < refused.length; ++i) {
            assertTrue(handler.refused(bytes32(bytes(refused[i]))) != 0, refused[i]);
        }
    }

    function _assertHolds() private view {
        assertEq(handler.breach(), bytes32(0), "an invariant that an action broke, in ASCII");
    }
}
