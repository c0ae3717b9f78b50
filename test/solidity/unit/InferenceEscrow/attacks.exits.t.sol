// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IInferenceEscrow, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {Vm} from "../../utils/Vm.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice Attacks around opening, closing and withdrawing. Numbered as in the threat list.
contract InferenceEscrowExitAttacksTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
    }

    function test_Attack07_NodePaysItself() external {
        uint256 own = _open(NODE_KEY, NODE, 50);
        _settle(_batch(_now()), _rows(_row(NODE_KEY, own, type(uint64).max, type(uint64).max)));
        assertEq(escrow.collect(NODE), 50 * escrow.UNIT(), "no more than its own deposit");
        assertEq(token.balanceOf(address(escrow)), 100 * escrow.UNIT(), "the others' money");
        _requestClose();
        assertEq(_withdraw(), 100, "the other payer's rest");
    }

    function test_Attack15_PayerWithdrawsBeforeTheNodeSettles() external {
        uint256 other = _open(OTHER_PAYER_KEY, NODE, 100);
        Row memory unsettled = _row(PAYER_KEY, channel, 40, 40);
        _requestClose();
        assertEq(_withdraw(), 100, "refund");
        _expectPaid(_rows(unsettled, _row(OTHER_PAYER_KEY, other, 7, 7)), 7, 1);
    }

    function test_Attack16_SettleAtTheBoundaryOfTheClose() external {
        uint40 closeAt = _requestClose();
        vm.warp(closeAt - 1);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 10, 10)), 10, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_CloseNotDue.selector, NODE, channel, closeAt)
        );
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, channel, PAYER);

        vm.warp(closeAt);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 20, 20)), 10, 0);
        assertEq(_withdraw(), 80, "refund after a settlement in the same block");
    }

    function test_Attack16_SettleBehindTheWithdrawalInTheSameBlock() external {
        _requestClose();
        assertEq(_withdraw(), 100, "refund");
        _expectPaid(_rows(_row(PAYER_KEY, channel, 20, 20)), 0, 1);
    }

    function test_Attack16_SettleAfterCloseAtThoughNobodyWithdrew() external {
        uint40 closeAt = _requestClose();
        vm.warp(closeAt + 1);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 20, 20)), 0, 1);
        assertEq(_withdraw(), 100, "refund");
    }

    function test_Attack17_NodeCensoredUntilTheLastSecond() external {
        uint40 closeAt = _requestClose();
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(ENCLAVE_KEY, _batch(_now()), rows);
        (uint40 lastAt, address watchtower) = (_now(), STRANGER);
        vm.warp(closeAt);
        vm.prank(watchtower);
        (uint64 total, ) = escrow.settle(_batch(lastAt), rows, signature);
        assertEq(total, 40, "total");
    }

    function test_Attack18_CloseRequestedBeforeTheFirstVoucher() external {
        uint40 closeAt = _requestClose();
        assertEq(escrow.channelOf(NODE, channel).closeAt, closeAt, "a node sees it before it works");
        _expectPaid(_rows(_row(PAYER_KEY, channel, 40, 40)), 40, 0);
    }

    function test_Attack19_TopUpWhileClosing() external {
        uint40 closeAt = _requestClose();
        token.mint(PAYER, 10);
        vm.startPrank(PAYER);
        token.approve(address(escrow), 10);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_ChannelClosing.selector, NODE, channel, closeAt)
        );
        escrow.topUp(NODE, channel, 10);
        vm.stopPrank();
        assertEq(escrow.channelOf(NODE, channel).closeAt, closeAt, "closeAt");
    }

    function test_Attack20_OldHeadroomOnNewDeposit() external {
        Row memory headroom = _row(PAYER_KEY, channel, 200, 200);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 50, 50)), 50, 0);
        _requestClose();
        assertEq(_withdraw(), 50, "refund");
        uint256 next = _open(PAYER_KEY, NODE, 100);
        _expectPaid(_rows(headroom), 0, 1);
        headroom.channel = next;
        _expectPaid(_rows(headroom), 0, 1);
        assertEq(escrow.channelOf(NODE, next).paid, 0, "new channel");
    }

    function test_Attack27_SignerIsReplacedWithVouchersOutstanding() external {
        Row memory old = _row(PAYER_KEY, channel, 40, 40);
        token.mint(PAYER, 100);
        vm.startPrank(PAYER);
        token.approve(address(escrow), 100);
        uint256 next = escrow.open(NODE, OTHER_PAYER, 100);
        vm.stopPrank();
        _expectPaid(_rows(old, _row(OTHER_PAYER_KEY, next, 7, 7)), 47, 0);
        _expectPaid(_rows(_row(PAYER_KEY, next, 50, 50), _row(OTHER_PAYER_KEY, channel, 50, 50)), 0, 3);
    }

    function test_Attack47_RulesChangeAfterTheFact() external {
        uint40 closeAt = _requestClose();
        // A line's owner cannot shorten a grace that runs, nor a close that runs.
        uint40 lastAt = _now() + GRACE;
        bytes32 superseded = versionHash;
        _appendAndActivate(OWNER, modelId, "second delta");
        vm.prank(OWNER);
        ledger.setGrace(modelId, 0);
        assertEq(ledger.payableUntil(lineId, superseded), lastAt, "grace");
        vm.warp(lastAt);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 40, 40)), 40, 0);
        assertEq(escrow.channelOf(NODE, channel).closeAt, closeAt, "closeAt");
    }

    function test_Attack48_PauseWhileTheExitClockRuns() external {
        _requestClose();
        escrow.setDepositsPaused(true);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 40, 40)), 40, 0);
        escrow.collect(NODE);
        assertEq(_withdraw(), 60, "refund");
    }

    function test_Attack55_ManyChannelsMakeSettlementImpossible() external {
        for (uint256 i = 0; i < 300; ++i) _open(STRANGER_KEY, NODE, 1);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 40, 40)), 40, 0);

        Row[] memory rows = new Row[](256);
        for (uint256 i = 0; i < 256; ++i) rows[i] = _row(STRANGER_KEY, channel + 1 + i, 1, 1);
        bytes memory signature = _signBatch(ENCLAVE_KEY, _batch(_now()), rows);
        uint256 before = gasleft();
        escrow.settle(_batch(_now()), rows, signature);
        // EIP-7825.
        assertLe(before - gasleft(), 1 << 24, "gas of the largest batch");
    }

    function test_Attack58_SomebodyElseTakesTheExpectedIndex() external {
        // The payer signed for index `channel + 1`, and a stranger opens it first.
        Row memory row = _row(PAYER_KEY, channel + 1, 40, 40);
        uint256 taken = _open(STRANGER_KEY, NODE, 100);
        assertEq(taken, channel + 1, "index");
        _expectPaid(_rows(row), 0, 1);
    }

    function test_Attack62_StrangerClosesOrRefunds() external {
        bytes memory notPayer = abi.encodeWithSelector(
            IInferenceEscrow.InferenceEscrow_NotPayer.selector,
            NODE,
            channel,
            STRANGER
        );
        vm.expectRevert(notPayer);
        vm.prank(STRANGER);
        escrow.requestClose(NODE, channel);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownChannel.selector, STRANGER, channel)
        );
        vm.prank(STRANGER);
        escrow.release(channel);
        vm.warp(_requestClose());
        vm.expectRevert(notPayer);
        vm.prank(STRANGER);
        escrow.withdrawChannel(NODE, channel, STRANGER);
    }

    function test_Attack66_EventsTellAnotherStoryThanStorage() external {
        vm.recordLogs();
        uint256 index = _open(PAYER_KEY, NODE, 30);
        vm.prank(NODE);
        escrow.release(index);
        vm.prank(NODE);
        (bool again, ) = address(escrow).call(abi.encodeCall(escrow.release, (index)));
        assertFalse(again, "released twice");
        vm.prank(PAYER);
        escrow.withdraw(PAYER);

        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(_count(logs, IInferenceEscrow.ChannelOpened.selector, index), 1, "ChannelOpened");
        assertEq(_count(logs, IInferenceEscrow.ChannelClosed.selector, index), 1, "ChannelClosed");
        assertEq(_count(logs, IInferenceEscrow.ChannelOpened.selector, channel), 0, "of another channel");
        assertTrue(escrow.channelOf(NODE, index).closed, "closed");
    }

    function _count(Vm.Log[] memory logs, bytes32 topic, uint256 index) private view returns (uint256 count) {
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].emitter != address(escrow) || logs[i].topics[0] != topic) continue;
            if (uint256(logs[i].topics[2]) == index) ++count;
        }
    }

    function _requestClose() private returns (uint40) {
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        return escrow.channelOf(NODE, channel).closeAt;
    }

    function _withdraw() private returns (uint64) {
        Channel memory closing = escrow.channelOf(NODE, channel);
        if (_now() < closing.closeAt) vm.warp(closing.closeAt);
        vm.prank(PAYER);
        return escrow.withdrawChannel(NODE, channel, PAYER);
    }

    function _expectPaid(Row[] memory rows, uint64 pay, uint256 bitmap) private {
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), rows);
        assertEq(total, pay, "total");
        assertEq(skipped, bitmap, "skipped");
    }
}
