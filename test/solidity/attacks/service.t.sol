// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice What the chain makes of attacks on a node's or a payer's service, whose other half is tested off chain. Numbered as in the
/// threat list.
contract ServiceAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(OTHER_PAYER_KEY, 100);
    }

    /// @notice A voucher counts on a top-up that never arrived: its row pays what is there, and the channel and its neighbours go on.
    function test_Attack22_TopUpThatNeverArrived() external {
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 150, 150), _claim(OTHER_PAYER_KEY, optimistic, 7, 7)), 107, 0);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 150, 150)), 0, 1);
        _fund(PAYER, 50);
        vm.prank(PAYER);
        escrow.topUp(NODE, lineId, channel, 50);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 150, 150)), 50, 0);
    }

    /// @notice Two requests at once were granted the same headroom: amounts are absolute, so that it is paid once.
    function test_Attack59_SameHeadroomTwice() external {
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 60)), 40, 0);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 50)), 0, 1);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 80, 60)), 20, 0);
        assertEq(_channel(channel).paid, 60, "the highest voucher");
        // What lane O took counts towards the voucher of the same work.
        _debit(optimistic, 40);
        _expectPaid(_rows(_claim(OTHER_PAYER_KEY, optimistic, 60, 60)), 20, 0);
    }

    /// @notice A node restores an old state and bills what it billed before: nonces and amounts are the chain's, not its own.
    function test_Attack60_OldStateIsRestored() external {
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 40, 40));
        _expectPaid(rows, 40, 0);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 70, 70)), 30, 0);
        _expectPaid(rows, 0, 1);
        assertEq(escrow.earningsOf(NODE, lineId).nextNonce, 3, "next nonce");
        assertEq(_channel(channel).paid, 70, "what a payer recovers from");
    }

    /// @notice A node tells its payer of a higher meter than his: what it bills without his voucher he gets back, and it is slashed.
    function test_Attack61_NodeInflatesTheMeter() external {
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 90, 30)), 30, 0);
        _debit(optimistic, 90);
        _challenge(optimistic, 30);
        _answer(OTHER_PAYER_KEY, optimistic, 40);
        _uphold(optimistic);
        assertEq(escrow.owed(OTHER_PAYER), 60, "all but what he signed");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 2 * 50, "stake");
    }

    /// @notice A failed request is billed: without a new voucher in lane V it pays nothing, in lane O it is given back.
    function test_Attack63_FailedResponseIsBilled() external {
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 80, 40)), 0, 1);
        _debit(optimistic, 40);
        _debit(optimistic, 40);
        _challenge(optimistic, 40);
        _uphold(optimistic);
        assertEq(escrow.owed(OTHER_PAYER), 60, "rest and the failed one");
    }

    /// @notice A channel holds less than was served on it, or is over: the node gets what is there in time, nobody else pays.
    function test_Attack64_ServedBeyondTheDeposit() external {
        _expectPaid(Lane.Optimistic, _rows(_amount(optimistic, type(uint32).max)), 100, 0);
        uint40 closeAt = _requestClose(channel);
        vm.warp(closeAt + 1);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40), _claim(OTHER_PAYER_KEY, optimistic, 500, 500)), 0, 3);
        assertEq(escrow.earningsOf(NODE, lineId).vesting, 100, "vesting");
        assertEq(_withdraw(channel), 100, "refund");
    }

    /// @notice A payer shows an enclave's old word on his channel to close below what was paid: he pays what was paid.
    function test_Attack64_OldCloseIsShown() external {
        bytes memory old = _sign(ENCLAVE_KEY, _closeDigest(channel, 10, _now()));
        uint40 issuedAt = _now();
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        vm.startPrank(PAYER);
        assertEq(escrow.closeNow(NODE, lineId, channel, 10, issuedAt, old), 60, "refund");
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_ChannelClosing.selector, NODE, lineId, channel, 0)
        );
        escrow.closeNow(NODE, lineId, channel, 10, issuedAt, old);
        vm.stopPrank();
        Row memory late = _claim(PAYER_KEY, channel, 50, 50);
        _expectPaid(_rows(late), 0, 1);
    }
}
