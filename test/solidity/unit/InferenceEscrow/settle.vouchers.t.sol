// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {VoucherRow} from "../../utils/RowPacking.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice Rows of lane V.
contract InferenceEscrowSettleVoucherRowsTest is ChannelBase {
    /// @dev Another channel of the same slot, from OTHER_PAYER.
    uint256 private other;

    function setUp() public override {
        super.setUp();
        other = _open(OTHER_PAYER_KEY, NODE, DEPOSIT);
    }

    function testFuzz_WhenRowIsInOrder(
        uint64 deposit,
        uint64 first,
        uint64 signed,
        uint64 metered,
        bool optimistic
    ) external {
        deposit = uint64(bound(deposit, 1, escrow.MAX_DEPOSIT()));
        first = uint64(bound(first, 1, deposit));
        uint256 index = optimistic ? _openOptimistic(PAYER_KEY, NODE, deposit) : _open(PAYER_KEY, NODE, deposit);
        assertEq(_settleVoucher(PAYER_KEY, index, first), first, "first");

        uint64 cap = metered < signed ? metered : signed;
        if (deposit < cap) cap = deposit;
        uint64 pay = cap > first ? cap - first : 0;
        (uint64 total, bytes memory skipped) = _settleVouchers(_rows(_row(PAYER_KEY, index, signed, metered)));
        assertEq(total, pay, "total");
        assertEq(skipped.length, pay == 0 ? 1 : 0, "skipped");
        assertEq(_channel(index).paid, first + pay, "paid");
        assertEq(_channel(index).deposited, deposit, "deposited");
        assertEq(_channel(index).optimistic, optimistic, "optimistic");
        assertEq(_earnings().earned, first + pay, "earned");
    }

    function test_WhenChannelIsUnknown() external {
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other + 1, 10, 10));
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, 2 ** 26 - 1, 10, 10));
        // Nobody's signature must not be the signer of nothing.
        _expectSkippedBehind(VoucherRow(other + 1, 10, 10, 0, 0));
    }

    function test_WhenChannelIsClosed() external {
        _release(other);
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other, 10, 10));
    }

    function test_WhenChannelClosesAndCloseAtHasNotPassed() external {
        vm.warp(_requestClose(OTHER_PAYER_KEY, other));
        assertEq(_settleVoucher(OTHER_PAYER_KEY, other, 10), 10, "total");
    }

    function test_WhenChannelClosesAndCloseAtHasPassed() external {
        vm.warp(_requestClose(OTHER_PAYER_KEY, other) + 1);
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other, 10, 10));
    }

    function test_WhenVoucherIsNotTheSigners() external {
        _expectSkippedBehind(_row(PAYER_KEY, other, 10, 10));
        VoucherRow memory row = _row(OTHER_PAYER_KEY, other, 10, 10);
        row.signed = 11;
        _expectSkippedBehind(row);
        row = _row(OTHER_PAYER_KEY, channel, 10, 10);
        row.channel = other;
        _expectSkippedBehind(row);
        row = _row(OTHER_PAYER_KEY, other, 10, 10);
        row.vs ^= bytes32(uint256(1) << 255);
        _expectSkippedBehind(row);
        row = _row(OTHER_PAYER_KEY, other, 10, 10);
        row.r ^= bytes32(uint256(1));
        _expectSkippedBehind(row);
        _expectSkippedBehind(VoucherRow(other, 10, 10, 0, 0));
        _expectSkippedBehind(VoucherRow(other, 10, 10, bytes32(type(uint256).max), bytes32(type(uint256).max)));
    }

    function test_WhenVoucherIsForAnotherNodeOrLine() external {
        _expectSkippedBehind(_rowFor(OTHER_PAYER_KEY, OTHER_NODE, lineId, other, 10, 10));
        _expectSkippedBehind(_rowFor(OTHER_PAYER_KEY, NODE, keccak256("another line"), other, 10, 10));
    }

    function test_WhenRowBringsNothingNew() external {
        assertEq(_settleVoucher(OTHER_PAYER_KEY, other, 10), 10, "first");
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other, 10, 10));
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other, 9, 20));
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other, 20, 9));
        _expectSkippedBehind(_row(OTHER_PAYER_KEY, other, 0, 0));
        assertEq(_channel(other).paid, 10, "paid");
    }

    function test_WhenRowsOfManyGroupsAreSkipped() external {
        // Channels 0 to 19 in five slots: 3, 8, 15 and 16 pay nothing.
        VoucherRow[] memory rows = new VoucherRow[](20);
        rows[0] = _row(PAYER_KEY, channel, 1, 1);
        rows[1] = _row(OTHER_PAYER_KEY, other, 1, 1);
        for (uint256 i = 2; i < 20; ++i) {
            bool bad = i == 3 || i == 8 || i == 15 || i == 16;
            rows[i] = _row(bad ? STRANGER_KEY : PAYER_KEY, _open(PAYER_KEY, NODE, 1), 1, 1);
        }
        (uint64 total, bytes memory skipped) = _settleVouchers(rows);
        assertEq(total, 16, "total");
        assertEq(skipped.length, 3, "length");
        assertEq(bytes32(skipped), bytes32(hex"088101"), "skipped");
        for (uint256 i = 0; i < 20; ++i) {
            bool bad = i == 3 || i == 8 || i == 15 || i == 16;
            assertEq(_channel(i).paid, bad ? 0 : 1, "paid");
        }
    }

    function test_WhenRowsAreManyAndFarApart() external {
        // Slots with one to four rows, over seven words of `skipped`.
        VoucherRow[] memory rows = new VoucherRow[](60);
        for (uint256 i = 0; i < 60; ++i) {
            rows[59 - i] = _row(PAYER_KEY, _open(PAYER_KEY, NODE, 3), 3, 2);
            if (i % 4 == 0) for (uint256 j = 0; j < i % 7; ++j) _open(PAYER_KEY, NODE, 1);
        }
        (uint64 total, bytes memory skipped) = _settleVouchers(rows);
        assertEq(total, 120, "total");
        assertEq(skipped.length, 0, "skipped");
    }

    /// @dev Any mix of lanes, rests and bad rows: each channel ends where it should and no neighbour feels it.
    function testFuzz_GroupOfFour(uint256 seed) external {
        uint256 first = 4;
        while (escrow.channelCount(NODE, lineId) < first) _open(STRANGER_KEY, NODE, 1);
        uint64[4] memory expected;
        uint64 total = 0;
        VoucherRow[] memory rows = new VoucherRow[](4);
        uint256 bits = 0;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint64 deposit = uint64(1 + (dice & 0xff));
            uint256 index =
                dice & 0x100 == 0 ? _open(PAYER_KEY, NODE, deposit) : _openOptimistic(PAYER_KEY, NODE, deposit);
            uint64 paid = _settleVoucher(PAYER_KEY, index, uint64((dice >> 16) & 0xff));
            uint64 signed = uint64((dice >> 32) & 0x1ff);
            uint64 metered = uint64((dice >> 48) & 0x1ff);
            bool genuine = (dice >> 64) & 7 != 0;
            rows[i] = _row(genuine ? PAYER_KEY : STRANGER_KEY, index, signed, metered);

            uint64 cap = signed < metered ? signed : metered;
            if (deposit < cap) cap = deposit;
            expected[i] = genuine && cap > paid ? cap : paid;
            total += expected[i] - paid;
            if (expected[i] == paid) bits |= 1 << i;
        }
        (uint64 actual, bytes memory skipped) = _settleVouchers(rows);
        assertEq(actual, total, "total");
        assertEq(uint256(uint8(bytes1(skipped))), bits, "skipped");
        for (uint256 i = 0; i < 4; ++i) assertEq(_channel(first + i).paid, expected[i], "paid");
    }

    /// @dev A good row of `channel`, and the bad one of the same batch: wherever that is, the good one is paid and it is not.
    function _expectSkippedBehind(VoucherRow memory bad) private {
        uint64 next = _channel(channel).paid + 1;
        uint64 before = _earnings().earned;
        (uint64 total, bytes memory skipped) = _settleVouchers(_rows(_row(PAYER_KEY, channel, next, next), bad));
        assertEq(total, 1, "total");
        assertEq(bytes32(skipped), bytes32(hex"02"), "skipped");
        assertEq(_earnings().earned, before + 1, "earned");
        (total, skipped) = _settle(_batch(Lane.Voucher, _now()), _packVouchers(_rows(bad)));
        assertEq(total, 0, "total, alone");
        assertEq(bytes32(skipped), bytes32(hex"01"), "skipped, alone");
    }
}
