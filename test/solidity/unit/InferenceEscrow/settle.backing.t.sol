// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, ISettlements, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice The stake behind lane O; limit and amounts in units, of which a token has one here.
contract InferenceEscrowSettleBackingTest is ChannelBase {
    uint32 private constant LIMIT = uint32(MIN_STAKE / 4);

    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        optimistic = _openOptimistic(PAYER_KEY, NODE, uint64(4 * MIN_STAKE));
    }

    function test_RevertGiven_NodeHasNotOptedIn() external {
        _setShare(0);
        _expectRefused(1, 1, 0);
    }

    function test_WhenUnvestedIsTheLimit() external {
        _settleAmount(optimistic, LIMIT - 1);
        assertEq(_settleAmount(optimistic, 1), 1, "the last unit");
        assertEq(_earnings().vesting, _earnings().limit, "vesting");
    }

    function test_RevertWhen_UnvestedIsAboveTheLimit() external {
        _settleAmount(optimistic, LIMIT);
        _expectRefused(1, uint256(LIMIT) + 1, LIMIT);
    }

    function testFuzz_LimitIsAShareOfTheFreeStake(uint8 share, uint256 thawing, uint32 amount) external {
        share = uint8(bound(share, 1, 15));
        thawing = bound(thawing, 0, MIN_STAKE);
        amount = uint32(bound(amount, 1, 2 * LIMIT));
        _setShare(share);
        vm.prank(NODE);
        nodes.requestThaw(thawing);
        uint256 limit = (MIN_STAKE - thawing) / 2 ** (uint256(share) + 1);
        if (amount > limit) _expectRefused(amount, amount, limit);
        else assertEq(_settleAmount(optimistic, amount), amount, "total");
    }

    function test_GivenPayHasVestedSince() external {
        vm.warp((_now() / VEST_PERIOD + 1) * VEST_PERIOD);
        _settleAmount(optimistic, LIMIT);
        vm.warp(_now() + 2 * VEST_PERIOD - 1);
        _expectRefused(1, uint256(LIMIT) + 1, LIMIT);
        vm.warp(_now() + 1);
        assertEq(_settleAmount(optimistic, LIMIT), LIMIT, "all anew");
    }

    function test_GivenStakeThaws() external {
        _settleAmount(optimistic, LIMIT / 2);
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE / 2);
        _expectRefused(1, LIMIT / 2 + 1, LIMIT / 2);
        vm.prank(NODE);
        nodes.requestThaw(0);
        assertEq(_settleAmount(optimistic, 1), 1, "thaw given up");
    }

    function test_GivenNodeWasSlashed() external {
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, MIN_STAKE / 2);
        _expectRefused(LIMIT, LIMIT, LIMIT / 2);
        _addStake(NODE, MIN_STAKE / 2);
        assertEq(_settleAmount(optimistic, LIMIT), LIMIT, "stake is back");
    }

    function test_GivenSomeIsHeld() external {
        _settleAmount(optimistic, LIMIT);
        vm.prank(address(arbiter));
        escrow.seize(NODE, lineId, LIMIT);
        assertEq(_earnings().vesting, 0, "vesting");
        _expectRefused(1, uint256(LIMIT) + 1, LIMIT);
        vm.prank(address(arbiter));
        escrow.assign(NODE, lineId, PAYER, 1);
        assertEq(_settleAmount(optimistic, 1), 1, "as much as was given away");
    }

    function test_GivenLaneIsV() external {
        _setShare(0);
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, MIN_STAKE);
        uint64 all = uint64(4 * MIN_STAKE);
        assertEq(_settleVoucher(PAYER_KEY, optimistic, all), all, "all the same");
        assertEq(_earnings().earned, all, "earned");
    }

    function test_GivenUnitIsNotTheTokensSmallest() external {
        _deployPayments(new TestToken(18));
        uint256 unit = escrow.UNIT();
        _addStake(NODE, 40 * unit);
        assertEq(_earnings().limit, (MIN_STAKE + 40 * unit) / unit / 4, "limit");
        optimistic = _openOptimistic(PAYER_KEY, NODE, 100);
        _expectRefused(11, 11, 10);
        assertEq(_settleAmount(optimistic, 10), 10, "total");
    }

    /// @dev The whole batch is refused: nonce, channel and earnings stay, and the same batch goes through once there is stake.
    function _expectRefused(uint32 amount, uint256 unvested, uint256 limit) private {
        Batch memory batch = _batch(Lane.Optimistic, _now());
        bytes memory rows = _packAmount(optimistic, amount);
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        uint64 paid = _channel(optimistic).paid;
        uint64 vesting = _earnings().vesting;
        bytes memory tooLow = abi.encodeWithSelector(
            ISettlements.InferenceEscrow_StakeTooLow.selector,
            unvested,
            limit
        );
        vm.expectRevert(tooLow);
        escrow.settle(batch, rows, signature);
        vm.expectRevert(tooLow);
        escrow.settleAndCollect(batch, rows, signature);
        assertEq(_earnings().nextNonce, batch.nonce, "nonce");
        assertEq(_earnings().vesting, vesting, "vesting");
        assertEq(_channel(optimistic).paid, paid, "paid");
    }
}
