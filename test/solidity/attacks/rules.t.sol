// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceArbiter} from "../../../contracts/InferenceArbiter.sol";
import {IChannels, Opening} from "../../../contracts/interfaces/IChannels.sol";
import {INodeRegistry, Policy, Window} from "../../../contracts/interfaces/INodeRegistry.sol";
import {Batch, ISettlements, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {TcbStatus} from "../../../contracts/interfaces/ITeeVerifier.sol";
import {Vm} from "../utils/Vm.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks of nodes, owners and governance by changing the rules, and on who follows the events. Numbered as in the threat list.
contract RuleAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice A node changes its record, thaws, revokes its enclave: nobody's exit waits, and what it earned is still its own.
    function test_Attack41_NodeChangesItsRecordToFreezeExits() external {
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        _debit(optimistic, 40);
        vm.startPrank(NODE);
        nodes.update("", address(0xdead));
        nodes.requestThaw(MIN_STAKE);
        nodes.revokeEnclave(ENCLAVE);
        vm.stopPrank();
        _requestClose(channel);
        assertEq(_withdraw(channel), 60, "refund");
        _challenge(optimistic, 10);
        _uphold(optimistic);
        assertEq(escrow.owed(PAYER), 90, "rest and what nobody proved");
        vm.prank(NODE);
        nodes.update("https://node.example", PAYOUT);
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 50 * escrow.UNIT(), "voucher, and what was agreed");
        assertEq(token.balanceOf(PAYOUT), 50 * escrow.UNIT(), "payout");
    }

    /// @notice A line's owner takes back measurement and verifier after the work: work before stays payable, later work is not.
    function test_Attack41_OwnerTakesBackAcceptanceAfterTheWork() external {
        uint40 workedAt = _now();
        skip(1 hours);
        vm.startPrank(OWNER);
        nodes.setLineMeasurement(lineId, MEASUREMENT, Window(0, _now()));
        nodes.setLineVerifier(lineId, address(verifier), Window(0, _now()));
        vm.stopPrank();
        skip(1);
        Batch memory batch = _batch(Lane.Voucher);
        batch.lastAt = workedAt;
        (uint64 total, ) = _settle(batch, _rows(_claim(PAYER_KEY, channel, 40, 40)));
        assertEq(total, 40, "work before stays payable");

        (Batch memory later, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 50, 50)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, later, rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                lineId,
                address(verifier),
                MEASUREMENT
            )
        );
        escrow.settle(later, rows, signature);
    }

    /// @notice The same by a stricter policy, twice, so that the first change might be forgotten.
    function test_Attack41_OwnerTightensPolicyAfterTheWork() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        (bytes32 line, ) = _openLine(STRANGER, modelId);
        vm.startPrank(STRANGER);
        nodes.setPolicy(line, Policy(true, TcbStatus.UpToDate));
        skip(1 hours);
        uint40 workedAt = _now();
        skip(1 hours);
        nodes.setPolicy(line, Policy(false, TcbStatus.UpToDate));
        skip(1 hours);
        nodes.setPolicy(line, Policy(false, TcbStatus.OutOfDate));
        vm.stopPrank();
        assertTrue(nodes.isPayable(NODE, ENCLAVE, line, workedAt), "work before stays payable");
        assertFalse(nodes.isPayable(NODE, ENCLAVE, line, _now()), "later work is not");
    }

    /// @notice Graces, closes, delays and deposits that run are changed: what was begun ends by the rule it began with.
    function test_Attack47_RulesChangeAfterTheFact() external {
        uint40 closeAt = _requestClose(channel);
        uint40 lastAt = _now() + GRACE;
        bytes32 superseded = versionHash;
        _appendAndActivate(OWNER, modelId, "second delta");
        vm.prank(OWNER);
        ledger.setGrace(modelId, 0);
        assertEq(ledger.payableUntil(lineId, superseded), lastAt, "grace");
        vm.warp(lastAt);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        assertEq(_channel(channel).closeAt, closeAt, "closeAt");

        // A node that asks for more in new channels moves no old one, nor its way out.
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 20);
        _debit(optimistic, 10);
        vm.warp(_requestClose(optimistic));
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_DepositTooSmall.selector, uint64(80), 1 << 20)
        );
        vm.prank(PAYER);
        escrow.rollOver(NODE, lineId, optimistic, 10, PAYER, PAYER, CLOSE_DELAY, true);
        assertEq(_withdraw(optimistic), 90, "refund");
    }

    /// @notice A delay is chosen so that it is over before it begins, or never: each channel keeps its own, within bounds.
    function test_Attack47_DelaysOutOfBounds() external {
        uint32[4] memory delays = [0, 6 hours - 1, 30 days + 1, type(uint32).max];
        _fund(PAYER, 100);
        for (uint256 i = 0; i < 4; ++i) {
            Opening memory opening = _opening(100, false);
            opening.closeDelay = delays[i];
            vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_InvalidCloseDelay.selector, delays[i]));
            vm.prank(PAYER);
            escrow.open(opening);
        }
    }

    /// @notice Governance pauses deposits while exits run: settlement, collection, close, challenge and withdrawal go on.
    function test_Attack48_PauseWhileTheExitClockRuns() external {
        _requestClose(channel);
        escrow.setDepositsPaused(true);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        escrow.collect(NODE, lineId);
        _debit(optimistic, 40);
        _challenge(optimistic, 10);
        assertEq(_withdraw(channel), 60, "refund");

        uint40 closeAt = _requestClose(optimistic);
        _uphold(optimistic);
        assertEq(escrow.owed(PAYER), 90, "rest and what nobody proved");
        vm.prank(PAYER);
        escrow.withdraw(PAYER);
        vm.warp(closeAt);
        vm.expectRevert(IChannels.InferenceEscrow_DepositsPaused.selector);
        vm.prank(PAYER);
        escrow.open(_opening(100, false));
    }

    /// @notice The pause does not hold a rest that its payer moves on.
    function test_Attack48_PauseWhileARestIsRolledOver() external {
        vm.warp(_requestClose(channel));
        escrow.setDepositsPaused(true);
        vm.prank(PAYER);
        uint256 next = escrow.rollOver(NODE, lineId, channel, 10, PAYER, PAYER, CLOSE_DELAY, false);
        assertEq(_channel(next).deposited, 90, "rest");
    }

    /// @notice An indexer is told a channel's story twice: every event stands for one change, and the sums agree with the books.
    function test_Attack66_EventsTellAnotherStoryThanStorage() external {
        vm.recordLogs();
        uint256 index = _openOptimistic(PAYER_KEY, 30);
        _debit(index, 4);
        _expectPaid(_rows(_claim(PAYER_KEY, index, 10, 10), _claim(OTHER_PAYER_KEY, 99, 1, 1)), 6, 2);
        vm.prank(NODE);
        escrow.release(lineId, index);
        vm.prank(NODE);
        (bool again, ) = address(escrow).call(abi.encodeCall(escrow.release, (lineId, index)));
        assertFalse(again, "released twice");

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(_count(logs, IChannels.ChannelOpened.selector), 1, "ChannelOpened");
        assertEq(_count(logs, IChannels.ChannelClosed.selector), 1, "ChannelClosed");
        assertEq(_count(logs, ISettlements.RowsSkipped.selector), 1, "RowsSkipped");
        uint256 total;
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] != ISettlements.BatchSettled.selector) continue;
            (, uint32 nonce, uint64 paid) = abi.decode(logs[i].data, (Lane, uint32, uint64));
            assertLe(nonce, 1, "nonce");
            total += paid;
        }
        assertEq(total, _channel(index).paid, "paid");
        assertEq(total + escrow.owed(PAYER), 30, "all of the deposit");
        assertEq(escrow.channelCount(NODE, lineId), index + 1, "an index is never used again");
    }

    /// @notice A contract that looks like the escrow emits its events, and asks the arbiter to act: it is not one of its own.
    function test_Attack66_ForeignEscrowIsNoSource() external {
        InferenceArbiter elsewhere = _arbiterOf(new address[](0), PENALTY);
        _debit(optimistic, 10);
        vm.expectRevert(abi.encodeWithSignature("InferenceArbiter_UnknownEscrow(address)", address(escrow)));
        vm.prank(PAYER);
        elsewhere.challenge(address(escrow), NODE, lineId, optimistic, 0);
    }

    function _count(Vm.Log[] memory logs, bytes32 topic) private view returns (uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter == address(escrow) && logs[i].topics[0] == topic) ++count;
        }
    }
}
