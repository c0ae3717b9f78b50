// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks around closing and withdrawing. Numbered as in the threat list.
contract ExitAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice A payer leaves with vouchers outstanding, and the node never looks: it loses this channel's work, and no more.
    function test_Attack15_PayerWithdrawsBeforeTheNodeSettles() external {
        uint256 other = _open(OTHER_PAYER_KEY, 100);
        Row memory unsettled = _claim(PAYER_KEY, channel, 40, 40);
        _requestClose(channel);
        assertEq(_withdraw(channel), 100, "refund");
        _expectPaid(_rows(unsettled, _claim(OTHER_PAYER_KEY, other, 7, 7)), 7, 1);
    }

    /// @notice Node and payer race around the second of the close: before it only rows pay, at it both do, behind it neither.
    function test_Attack16_SettleAtTheBoundaryOfTheClose() external {
        uint40 closeAt = _requestClose(channel);
        vm.warp(closeAt - 1);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 10, 10)), 10, 0);
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_CloseNotDue.selector, NODE, lineId, channel, closeAt)
        );
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, channel, PAYER);

        vm.warp(closeAt);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 20, 20)), 10, 0);
        assertEq(_withdraw(channel), 80, "refund after a settlement in the same block");
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 30, 30)), 0, 1);
    }

    /// @notice The withdrawal comes first in the block: nothing is left for the row.
    function test_Attack16_SettleBehindTheWithdrawalInTheSameBlock() external {
        _requestClose(channel);
        assertEq(_withdraw(channel), 100, "refund");
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 20, 20)), 0, 1);
    }

    /// @notice Nobody withdraws, and the node comes a second late: the row does not pay, the payer still gets all.
    function test_Attack16_SettleAfterCloseAtThoughNobodyWithdrew() external {
        vm.warp(_requestClose(channel) + 1);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 20, 20)), 0, 1);
        assertEq(_withdraw(channel), 100, "refund");
    }

    /// @notice A node debits by lane O in the block of the close request, in both orders: behind it, only vouchers count.
    function test_Attack16_DebitAroundTheCloseRequest() external {
        _debit(optimistic, 10);
        uint40 closeAt = _requestClose(optimistic);
        _expectPaid(Lane.Optimistic, _rows(_amount(optimistic, 10)), 0, 1);
        vm.warp(closeAt);
        _expectPaid(_rows(_claim(PAYER_KEY, optimistic, 30, 30)), 20, 0);
        assertEq(_withdraw(optimistic), 70, "refund");
    }

    /// @notice A node is censored for the whole delay: in its last second anybody can bring what it signed.
    function test_Attack17_NodeCensoredUntilTheLastSecond() external {
        uint40 closeAt = _requestClose(channel);
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.warp(closeAt);
        vm.prank(STRANGER);
        (uint64 total, ) = escrow.settle(batch, rows, signature);
        assertEq(total, 40, "total");
    }

    /// @notice A payer requests the close before his first voucher: a node sees it, and has the whole delay for what it works.
    function test_Attack18_CloseRequestedBeforeTheFirstVoucher() external {
        uint40 closeAt = _requestClose(channel);
        assertEq(_channel(channel).closeAt, _now() + CLOSE_DELAY, "closeAt");
        vm.warp(closeAt);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
    }

    /// @notice Money or another request comes while the close runs, to end or restart it, or to inherit its end: refused.
    function test_Attack19_TopUpWhileClosing() external {
        uint40 closeAt = _requestClose(optimistic);
        skip(1 hours);
        bytes memory closing = _closing(optimistic, closeAt);
        _fund(PAYER, 10);
        vm.startPrank(PAYER);
        vm.expectRevert(closing);
        escrow.topUp(NODE, lineId, optimistic, 10);
        vm.expectRevert(closing);
        escrow.requestClose(NODE, lineId, optimistic);
        vm.stopPrank();
        bytes memory signature = _sign(PAYER_KEY, _closeRequestDigest(optimistic, _now()));
        vm.expectRevert(closing);
        escrow.requestCloseFor(NODE, lineId, optimistic, _now(), signature);
        assertEq(_channel(optimistic).closeAt, closeAt, "closeAt");
    }

    /// @notice What was rolled over begins anew: it takes top-ups, and its own close runs its own delay.
    function test_Attack19_RollOverInheritsNoClose() external {
        vm.warp(_requestClose(optimistic));
        vm.prank(PAYER);
        uint256 next = escrow.rollOver(NODE, lineId, optimistic, 30, PAYER, PAYER, CLOSE_DELAY, true);
        assertEq(_channel(next).closeAt, 0, "open");
        _fund(PAYER, 10);
        vm.prank(PAYER);
        escrow.topUp(NODE, lineId, next, 10);
        _debit(next, 80);
        assertEq(_requestClose(next), _now() + CLOSE_DELAY, "closeAt");
        assertEq(_withdraw(next), 0, "refund");
    }

    /// @notice A node keeps headroom of an old voucher for money that comes later: the voucher is of an index that is over.
    function test_Attack20_OldHeadroomOnNewDeposit() external {
        Row memory headroom = _claim(PAYER_KEY, channel, 200, 200);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 50, 50)), 50, 0);
        _requestClose(channel);
        assertEq(_withdraw(channel), 50, "refund");
        uint256 next = _open(PAYER_KEY, 100);
        _expectPaid(_rows(headroom), 0, 1);
        headroom.channel = next;
        _expectPaid(_rows(headroom), 0, 1);
        assertEq(_channel(next).paid, 0, "new channel");
    }

    /// @notice The same with a partial withdrawal, after which the rest goes on and is topped up, in both lanes.
    function test_Attack20_OldHeadroomOnRolledOverRest() external {
        Row memory headroom = _claim(PAYER_KEY, optimistic, 200, 200);
        _debit(optimistic, 50);
        vm.warp(_requestClose(optimistic));
        vm.prank(PAYER);
        uint256 next = escrow.rollOver(NODE, lineId, optimistic, 20, PAYER, PAYER, CLOSE_DELAY, true);
        _fund(PAYER, 100);
        vm.prank(PAYER);
        escrow.topUp(NODE, lineId, next, 100);

        _expectPaid(_rows(headroom), 0, 1);
        _expectPaid(Lane.Optimistic, _rows(_amount(optimistic, 10)), 0, 1);
        headroom.channel = next;
        _expectPaid(_rows(headroom), 0, 1);
        assertEq(_channel(next).deposited, 130, "deposited");
        assertEq(_channel(next).paid, 0, "paid");
    }

    /// @notice A node sends dust back, or dust in, to restart the exit's clock: what it gives up it gives up in whole.
    function test_Attack21_NodeRestartsTheClockWithDust() external {
        uint40 closeAt = _requestClose(channel);
        _fund(NODE, 1);
        vm.startPrank(NODE);
        vm.expectRevert(_closing(channel, closeAt));
        escrow.topUp(NODE, lineId, channel, 1);
        assertEq(escrow.release(lineId, channel), 100, "all at once");
        vm.expectRevert(_closing(channel, closeAt));
        escrow.release(lineId, channel);
        vm.stopPrank();
        assertEq(escrow.owed(PAYER), 100, "owed");
        vm.expectRevert(_closing(channel, closeAt));
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, channel, PAYER);
    }

    /// @notice A payer replaces his signer, to void vouchers: the old key's count until the close, and on the old channel only.
    function test_Attack27_SignerIsReplacedWithVouchersOutstanding() external {
        uint40 closeAt = _requestClose(channel);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 10, 10)), 10, 0);
        vm.warp(closeAt);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 30, 0);
        vm.prank(PAYER);
        uint256 next = escrow.rollOver(NODE, lineId, channel, 10, PAYER, OTHER_PAYER, CLOSE_DELAY, false);

        _expectPaid(_rows(_claim(PAYER_KEY, channel, 50, 50)), 0, 1);
        _expectPaid(_rows(_claim(PAYER_KEY, next, 50, 50)), 0, 1);
        _expectPaid(_rows(_claim(OTHER_PAYER_KEY, next, 7, 7)), 7, 0);
        // The money is the payer's, whoever signs.
        assertEq(_channel(next).payer, PAYER, "payer");
        _requestClose(next);
        assertEq(_withdraw(next), 43, "refund");
    }

    /// @notice Strangers, the signer, and the node close, withdraw, roll over or release what is not theirs.
    function test_Attack62_StrangerClosesOrRefunds() external {
        vm.warp(_requestClose(optimistic));
        address[2] memory callers = [STRANGER, NODE];
        for (uint256 i = 0; i < 2; ++i) {
            vm.startPrank(callers[i]);
            vm.expectRevert(_notPayer(channel, callers[i]));
            escrow.requestClose(NODE, lineId, channel);
            vm.expectRevert(_notPayer(channel, callers[i]));
            escrow.closeNow(NODE, lineId, channel, 0, _now(), "");
            vm.expectRevert(_notPayer(optimistic, callers[i]));
            escrow.withdrawChannel(NODE, lineId, optimistic, callers[i]);
            vm.expectRevert(_notPayer(optimistic, callers[i]));
            escrow.rollOver(NODE, lineId, optimistic, 1, callers[i], callers[i], CLOSE_DELAY, false);
            vm.stopPrank();
        }
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_UnknownChannel.selector, STRANGER, lineId, channel)
        );
        vm.prank(STRANGER);
        escrow.release(lineId, channel);
        bytes memory signature = _sign(STRANGER_KEY, _closeRequestDigest(channel, _now()));
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, PAYER));
        escrow.requestCloseFor(NODE, lineId, channel, _now(), signature);
        assertEq(_channel(channel).closeAt, 0, "open");
        assertEq(_withdraw(optimistic), 100, "refund");
    }

    function _closing(uint256 index, uint40 closeAt) private view returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_ChannelClosing.selector, NODE, lineId, index, closeAt);
    }

    function _notPayer(uint256 index, address account) private view returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_NotPayer.selector, NODE, lineId, index, account);
    }
}
