// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, ISettlements, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice Rows of lane O.
contract InferenceEscrowSettleAmountRowsTest is ChannelBase {
    /// @dev The second channel of slot 0; the first is no optimistic one.
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        optimistic = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        // Enough for any row.
        _addStake(NODE, 2 ** 36);
    }

    function testFuzz_WhenRowIsInOrder(uint64 deposit, uint64 first, uint32 amount) external {
        deposit = uint64(bound(deposit, 1, escrow.MAX_DEPOSIT()));
        uint256 index = _openOptimistic(PAYER_KEY, NODE, deposit);
        first = uint64(bound(first, 0, deposit));
        assertEq(_settleVoucher(PAYER_KEY, index, first), first, "first");

        uint64 rest = deposit - first;
        uint64 pay = amount < rest ? amount : rest;
        (uint64 total, bytes memory skipped) = _settleRow(index, amount);
        assertEq(total, pay, "total");
        assertEq(skipped.length, pay == 0 ? 1 : 0, "skipped");
        assertEq(_channel(index).paid, first + pay, "paid");
        assertEq(_earnings().earned, first, "earned");
        assertEq(_earnings().vesting, pay, "vesting");
    }

    function test_WhenChannelIsNotOptimistic() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        _expectSkipped(channel, 10);
        assertEq(_channel(channel).paid, 30, "paid");
    }

    function test_WhenChannelIsUnknown() external {
        _expectSkipped(optimistic + 1, 10);
        _expectSkipped(2 ** 26 - 1, 10);
    }

    function test_WhenChannelIsClosed() external {
        _release(optimistic);
        _expectSkipped(optimistic, 10);
    }

    function test_WhenChannelCloses() external {
        _requestClose(PAYER_KEY, optimistic);
        _expectSkipped(optimistic, 10);
    }

    function test_WhenAmountIsZero() external {
        _expectSkipped(optimistic, 0);
    }

    function test_WhenChannelIsEmpty() external {
        assertEq(_settleAmount(optimistic, uint32(DEPOSIT)), DEPOSIT, "all of it");
        _expectSkipped(optimistic, 1);
    }

    function test_WhenRowsOfManyGroupsAreSkipped() external {
        // Channels 4 to 15 in three slots of four, at once and one by one; 5, 8 and 15 pay nothing.
        while (escrow.channelCount(NODE, lineId) < 4) _open(STRANGER_KEY, NODE, 1);
        uint256[] memory channels = new uint256[](12);
        uint32[] memory amounts = new uint32[](12);
        for (uint256 i = 0; i < 12; ++i) {
            channels[i] = i == 4 ? _open(PAYER_KEY, NODE, 9) : _openOptimistic(PAYER_KEY, NODE, 9);
            amounts[i] = i == 1 || i == 11 ? 0 : uint32(i + 1);
        }
        (uint64 total, bytes memory skipped) = _settle(
            _batch(Lane.Optimistic, _now()),
            _packAmounts(channels, amounts)
        );
        assertEq(bytes32(skipped), bytes32(hex"1208"), "skipped");
        uint64 sum = 0;
        for (uint256 i = 0; i < 12; ++i) {
            uint64 pay = i == 4 ? 0 : (amounts[i] < 9 ? amounts[i] : 9);
            assertEq(_channel(channels[i]).paid, pay, "paid");
            sum += pay;
        }
        assertEq(total, sum, "total");
    }

    /// @dev Runs of full groups, which are taken at once, with others between them: channels 4 to 27, of which 17 pays nothing.
    function test_WhenFullGroupsFollowOneAnother() external {
        bytes memory rows = _fullGroups();
        (uint64 total, bytes memory skipped) = _settle(_batch(Lane.Optimistic, _now()), rows);
        // Channel 14 has no row: 17 is row 12.
        assertEq(bytes32(skipped), bytes32(hex"0010"), "skipped");
        assertEq(total, 22 * 3, "total");
        for (uint256 i = 4; i < 28; ++i) assertEq(_channel(i).paid, i == 14 || i == 17 ? 0 : 3, "paid");
    }

    /// @dev Behind full groups, all that may be wrong with the next one.
    function test_RevertWhen_GroupBehindFullOnesIsMalformed() external {
        bytes memory rows = _fullGroups();
        bytes[6] memory wrong = [
            // The slot before again, and one lower.
            bytes(hex"0000060f00000001000000010000000100000001"),
            hex"0000050f00000001000000010000000100000001",
            // Cut within its rows, and within its header; no row; a mask over 15.
            hex"0000070f000000010000000100000001000000",
            hex"000007",
            hex"00000700",
            hex"0000071f00000001000000010000000100000001"
        ];
        for (uint256 i = 0; i < wrong.length; ++i) {
            bytes memory all = bytes.concat(rows, wrong[i]);
            Batch memory batch = _batch(Lane.Optimistic, _now());
            bytes memory signature = _signBatch(ENCLAVE_KEY, batch, all);
            vm.expectRevert(
                abi.encodeWithSelector(ISettlements.InferenceEscrow_MalformedRows.selector, wrong[i].length)
            );
            escrow.settle(batch, all, signature);
        }
        assertEq(_earnings().nextNonce, 0, "nonce");
    }

    /// @dev Rows of 3 units for all channels of slots 1 to 6, but no row for channel 14 and no amount for channel 17.
    function _fullGroups() private returns (bytes memory rows) {
        while (escrow.channelCount(NODE, lineId) < 4) _open(STRANGER_KEY, NODE, 1);
        for (uint256 i = 4; i < 28; ++i) _openOptimistic(PAYER_KEY, NODE, 9);
        for (uint24 slot = 1; slot < 7; ++slot) {
            rows = bytes.concat(rows, abi.encodePacked(slot, uint8(slot == 3 ? 11 : 15)));
            for (uint256 i = 0; i < (slot == 3 ? 3 : 4); ++i) {
                rows = bytes.concat(rows, abi.encodePacked(slot == 4 && i == 1 ? uint32(0) : uint32(3)));
            }
        }
    }

    /// @dev Any mix of lanes, rests and amounts, four at once: each channel ends where it should and no neighbour feels it.
    function testFuzz_GroupOfFour(uint256 seed, uint8 mask) external {
        while (escrow.channelCount(NODE, lineId) < 4) _open(STRANGER_KEY, NODE, 1);
        // Half of the time all four.
        mask = mask < 128 ? 15 : uint8(bound(mask, 1, 14));
        uint64[4] memory expected;
        bytes memory rows = abi.encodePacked(uint24(1), mask);
        uint64 total = 0;
        uint256 bits = 0;
        uint256 count = 0;
        for (uint256 i = 0; i < 4; ++i) {
            uint256 dice = uint256(keccak256(abi.encode(seed, i)));
            uint64 deposit = uint64(1 + (dice & 0xff));
            bool takes = (dice >> 8) & 7 != 0;
            uint256 index = takes ? _openOptimistic(PAYER_KEY, NODE, deposit) : _open(PAYER_KEY, NODE, deposit);
            expected[i] = _settleVoucher(PAYER_KEY, index, uint64((dice >> 16) & 0x7f));
            if (mask & (1 << i) == 0) continue;

            uint32 amount = (dice >> 32) & 7 == 0 ? 0 : uint32((dice >> 40) & 0xff);
            if ((dice >> 48) & 15 == 0) amount = type(uint32).max;
            rows = bytes.concat(rows, abi.encodePacked(amount));
            uint64 rest = takes ? deposit - expected[i] : 0;
            uint64 pay = amount < rest ? amount : rest;
            expected[i] += pay;
            total += pay;
            if (pay == 0) bits |= 1 << count;
            ++count;
        }
        (uint64 actual, bytes memory skipped) = _settle(_batch(Lane.Optimistic, _now()), rows);
        assertEq(actual, total, "total");
        assertEq(uint256(uint8(bytes1(skipped))), bits, "skipped");
        for (uint256 i = 0; i < 4; ++i) assertEq(_channel(4 + i).paid, expected[i], "paid");
    }

    function _settleRow(uint256 index, uint32 amount) private returns (uint64 total, bytes memory skipped) {
        return _settle(_batch(Lane.Optimistic, _now()), _packAmount(index, amount));
    }

    function _expectSkipped(uint256 index, uint32 amount) private {
        uint64 vesting = _earnings().vesting;
        (uint64 total, bytes memory skipped) = _settleRow(index, amount);
        assertEq(total, 0, "total");
        assertEq(bytes32(skipped), bytes32(hex"01"), "skipped");
        assertEq(_earnings().vesting, vesting, "vesting");
    }
}
