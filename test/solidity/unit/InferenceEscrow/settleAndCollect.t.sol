// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {BatchCases} from "./BatchCases.sol";

contract InferenceEscrowSettleAndCollectTest is BatchCases(Lane.Voucher) {
    function _rowsPaying(uint32 amount) internal view override returns (bytes memory) {
        uint64 cumulative = _channel(channel).paid + amount;
        return _packVouchers(_rows(_row(PAYER_KEY, channel, cumulative, cumulative)));
    }

    function _submit(
        Batch memory batch,
        bytes memory rows,
        bytes memory signature
    ) internal override returns (uint64, bytes memory) {
        vm.prank(STRANGER);
        return escrow.settleAndCollect(batch, rows, signature);
    }

    function test_GivenNodeHadEarned() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        Batch memory batch = _batch(LANE, _now());
        bytes memory rows = _rowsPaying(12);
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectEmit(address(escrow));
        emit IChannels.Withdrawn(NODE, PAYOUT, 42);
        (uint64 total, ) = _submit(batch, rows, signature);
        assertEq(total, 12, "total");
        assertEq(token.balanceOf(PAYOUT), 42, "tokens sent");
        assertEq(_earnings().earned, 0, "earned");
        assertEq(_channel(channel).paid, 42, "paid");
    }

    function test_WhenNothingIsEarned() external {
        uint256 supply = token.balanceOf(address(escrow));
        Batch memory batch = _batch(LANE, _now());
        bytes memory rows = _rowsPaying(0);
        _submit(batch, rows, _signBatch(ENCLAVE_KEY, batch, rows));
        assertEq(token.balanceOf(address(escrow)), supply, "tokens held");
        assertEq(_earnings().nextNonce, 1, "nonce");
    }

    function test_WhenLaneIsOptimistic() external {
        uint256 optimistic = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(optimistic, 30);
        vm.warp(_now() + 2 * VEST_PERIOD);
        Batch memory batch = _batch(Lane.Optimistic, _now());
        bytes memory rows = _packAmount(optimistic, 12);
        (uint64 total, ) = _submit(batch, rows, _signBatch(ENCLAVE_KEY, batch, rows));
        assertEq(total, 12, "total");
        assertEq(token.balanceOf(PAYOUT), 30, "what has vested");
        assertEq(_earnings().vesting, 12, "vesting");
    }
}
