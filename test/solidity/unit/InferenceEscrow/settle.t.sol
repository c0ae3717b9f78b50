// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {BatchCases} from "./BatchCases.sol";

contract InferenceEscrowSettleVouchersTest is BatchCases(Lane.Voucher) {
    function _rowsPaying(uint32 amount) internal view override returns (bytes memory) {
        uint64 cumulative = _channel(channel).paid + amount;
        return _packVouchers(_rows(_row(PAYER_KEY, channel, cumulative, cumulative)));
    }

    function test_WhenBatchIsInOrder_OwesThePayToTheNode() external {
        _expectPay(_batch(LANE, _now()), 40);
        assertEq(_earnings().earned, 40, "earned at once");
        assertEq(_earnings().vesting, 0, "vesting");
        assertEq(token.balanceOf(address(escrow)), DEPOSIT, "tokens held");
    }
}

contract InferenceEscrowSettleAmountsTest is BatchCases(Lane.Optimistic) {
    function setUp() public override {
        super.setUp();
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
    }

    function _rowsPaying(uint32 amount) internal view override returns (bytes memory) {
        return _packAmount(channel, amount);
    }

    function test_WhenBatchIsInOrder_LetsThePayVest() external {
        vm.warp((_now() / VEST_PERIOD + 1) * VEST_PERIOD);
        uint40 epoch = _now();
        _expectPay(_batch(LANE, epoch), 40);
        _expectEarnings(0, 40);
        vm.warp(epoch + VEST_PERIOD);
        _expectPay(_batch(LANE, epoch), 5);
        _expectEarnings(0, 45);
        vm.warp(epoch + 2 * VEST_PERIOD - 1);
        _expectEarnings(0, 45);
        vm.warp(epoch + 2 * VEST_PERIOD);
        _expectEarnings(40, 5);
        vm.warp(epoch + 3 * VEST_PERIOD);
        _expectEarnings(45, 0);
    }

    function test_RevertWhen_LaneIsNone() external {
        Batch memory batch = _batch(LANE, _now());
        bytes memory rows = _rowsPaying(10);
        bytes32 typeHash = keccak256(
            "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)"
        );
        bytes32 structHash = keccak256(
            abi.encode(typeHash, NODE, lineId, versionHash, 2, 0, batch.lastAt, keccak256(rows))
        );
        bytes memory data = abi.encodeCall(escrow.settle, (batch, rows, _sign(ENCLAVE_KEY, _digest(structHash))));
        // The lane is the struct's fourth word.
        data[4 + 4 * 32 - 1] = 0x02;
        (bool success, bytes memory result) = address(escrow).call(data);
        assertFalse(success, "settled");
        assertEq(result.length, 0, "refused by the decoder");
    }

    function _expectEarnings(uint64 earned, uint64 vesting) private view {
        assertEq(_earnings().earned, earned, "earned");
        assertEq(_earnings().vesting, vesting, "vesting");
    }
}
