// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, ISettlements, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks on batches as a whole, on their rows' form, and on who shares a slot. Numbered as in the threat list.
contract BatchAttacksTest is AttackBase {
    uint256[] private channels;

    /// @dev Two slots: of each, the odd channels allow lane O.
    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < 8; ++i) channels.push(_open(PAYER_KEY, 1_000, i % 2 == 1));
    }

    /// @notice One row is of a closed channel, one of a stranger, one of no channel: each is skipped, the others are paid.
    function test_Attack11_OneBadRowStopsTheOthers() external {
        vm.prank(NODE);
        escrow.release(lineId, 0);
        Row[] memory rows = new Row[](5);
        rows[0] = _claim(PAYER_KEY, 0, 40, 40);
        rows[1] = _claim(PAYER_KEY, 1, 40, 40);
        rows[2] = _claim(STRANGER_KEY, 2, 40, 40);
        rows[3] = _claim(PAYER_KEY, 4, 5, 5);
        rows[4] = _claim(PAYER_KEY, 99, 40, 40);
        _expectPaid(_pack(rows), 45, 21);

        rows[0] = _amount(0, 40);
        rows[1] = _amount(1, 40);
        rows[2] = _amount(3, 0);
        rows[3] = _amount(5, 5);
        rows[4] = _amount(99, 40);
        _expectPaid(Lane.Optimistic, _pack(rows), 45, 21);
    }

    /// @notice A channel stands in a batch twice, to be paid twice: slots must rise, and a slot has one row a channel.
    function test_Attack12_SameChannelTwiceInOneBatch() external {
        bytes memory row = _rows(_claim(PAYER_KEY, 1, 40, 40));
        _expectMalformed(Lane.Voucher, bytes.concat(row, row), 84);
        row = _rows(_amount(1, 40));
        _expectMalformed(Lane.Optimistic, bytes.concat(row, row), 8);
        // Another channel of the slot is no better.
        _expectMalformed(Lane.Optimistic, bytes.concat(row, _rows(_amount(3, 40))), 8);
        assertEq(_channel(1).paid, 0, "paid");
    }

    /// @notice Groups fall, masks are empty or wide, bytes are missing or left over.
    function test_Attack13_RowsOfTheWrongForm() external {
        bytes memory low = _rows(_amount(1, 40));
        bytes memory high = _rows(_amount(5, 40));
        _expectMalformed(Lane.Optimistic, bytes.concat(high, low), 8);
        _expectMalformed(Lane.Optimistic, hex"00000000", 4);
        _expectMalformed(Lane.Optimistic, hex"00000010_00000001", 8);
        _expectMalformed(Lane.Optimistic, hex"000000ff_00000001", 8);
        _expectMalformed(Lane.Optimistic, hex"00000002_000001", 7);
        _expectMalformed(Lane.Optimistic, hex"0000000f_00000001_00000001_00000001", 16);
        _expectMalformed(Lane.Optimistic, bytes.concat(low, hex"000000"), 3);
        _expectMalformed(Lane.Voucher, low, 8);
        // The last slot there is, and no row at all.
        _expectPaid(Lane.Optimistic, hex"ffffff0f_00000001_00000001_00000001_00000001", 0, 15);
        _expectPaid(Lane.Optimistic, "", 0, 0);
        _expectPaid(Lane.Voucher, "", 0, 0);
    }

    /// @notice An enclave signs any bytes as rows of lane O: they are refused, or read as the form says, to the unit and the bit.
    function testFuzz_Attack13_AnyBytesAsAmounts(bytes calldata noise, uint256 seed) external {
        bytes memory rows = seed % 4 == 0 ? noise : _plausible(seed);
        (bool valid, uint64 total, uint256 bitmap) = _modelOf(rows);
        Batch memory batch = _batch(Lane.Optimistic);
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        try escrow.settle(batch, rows, signature) returns (uint64 paid, bytes memory skipped) {
            assertTrue(valid, "malformed rows were read");
            assertEq(paid, total, "total");
            assertEq(_number(skipped), bitmap, "skipped");
            assertEq(escrow.earningsOf(NODE, lineId).vesting, total, "vesting");
        } catch (bytes memory reason) {
            assertEq(bytes32(bytes4(reason)), ISettlements.InferenceEscrow_MalformedRows.selector, "reason");
            assertFalse(valid, "rows of the right form were refused");
        }
    }

    /// @notice The same for lane V, where no noise is a signature: nothing is ever paid. Cut calldata is refused.
    function testFuzz_Attack13_AnyBytesAsVouchers(bytes calldata noise, uint256 cut) external {
        bytes memory row = _rows(_claim(PAYER_KEY, 1, 40, 40));
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory data = abi.encodeCall(escrow.settle, (batch, row, _signBatch(ENCLAVE_KEY, batch, row)));
        // The last 31 bytes pad the signature.
        uint256 length = bound(cut, 0, data.length - 32);
        assembly ("memory-safe") {
            mstore(data, length)
        }
        (bool success, ) = address(escrow).call(data);
        assertFalse(success, "truncated");

        bytes memory rows = bytes.concat(hex"0000010f", noise);
        (success, ) = address(escrow).call(
            abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)))
        );
        assertEq(success, noise.length == 320, "four rows, or nothing");
        assertEq(escrow.earningsOf(NODE, lineId).earned, 0, "earned");
    }

    /// @notice What is done to one channel moves a unit of another in its slot: any steps on four, against four kept apart.
    function testFuzz_Attack14_NeighboursChange(uint256 seed) external {
        uint64[4] memory paid;
        uint64[4] memory deposited = [uint64(1_000), 1_000, 1_000, 1_000];
        bool[4] memory closing;
        for (uint256 step = 0; step < 12; ++step) {
            seed = uint256(keccak256(abi.encode(seed)));
            uint256 i = seed % 4;
            uint64 amount = uint64((seed >> 8) % 700) + 1;
            uint64 rest = deposited[i] - paid[i];
            if ((seed >> 32) % 8 == 0) {
                if (!closing[i]) _requestClose(i);
                closing[i] = true;
            } else if ((seed >> 32) % 8 == 1) {
                if (closing[i]) continue;
                _fund(STRANGER, amount);
                vm.prank(STRANGER);
                escrow.topUp(NODE, lineId, i, amount);
                deposited[i] += amount;
            } else if ((seed >> 32) % 2 == 0) {
                uint64 pay =
                    i % 2 == 0 || closing[i]
                        ? 0
                        : amount < rest
                            ? amount
                            : rest;
                _expectPaid(Lane.Optimistic, _rows(_amount(i, uint32(amount))), pay, pay == 0 ? 1 : 0);
                paid[i] += pay;
            } else {
                uint64 pay = amount < rest ? amount : rest;
                uint64 sum = paid[i] + amount;
                _expectPaid(_rows(_claim(PAYER_KEY, i, sum, sum)), pay, pay == 0 ? 1 : 0);
                paid[i] += pay;
            }
            for (uint256 j = 0; j < 4; ++j) {
                assertEq(_channel(j).paid, paid[j], "paid");
                assertEq(_channel(j).deposited, deposited[j], "deposited");
            }
        }
    }

    /// @notice Strangers open channels of dust, to thin out a node's slots: it sets what a new channel must hold, old ones go on.
    function test_Attack54_DustChannels() external {
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 6);
        _fund(STRANGER, 64);
        vm.startPrank(STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_DepositTooSmall.selector, uint64(63), 64));
        escrow.open(_opening(63, false));
        assertEq(escrow.open(_opening(64, false)), 8, "at the least");
        vm.stopPrank();
        _expectPaid(_rows(_claim(PAYER_KEY, 0, 10, 10)), 10, 0);
    }

    /// @notice They open all the channels that rows can name: no index comes twice, and who is in has lost nothing.
    function test_Attack54_BookIsFilled() external {
        _storeCount(2 ** 26 - 2);
        uint256 last = _openOptimistic(STRANGER_KEY, 100);
        _fund(STRANGER, 100);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BookFull.selector, NODE, lineId));
        vm.prank(STRANGER);
        escrow.open(_opening(100, false));

        _debit(last, 40);
        _expectPaid(_rows(_claim(PAYER_KEY, 0, 10, 10), _claim(STRANGER_KEY, last, 50, 50)), 20, 0);
        _requestClose(0);
        assertEq(_withdraw(0), 990, "refund");
    }

    /// @notice A payer overfills a channel.
    function test_Attack56_DepositOverTheMost() external {
        uint64 most = escrow.MAX_DEPOSIT();
        _fund(PAYER, most);
        _fund(PAYER, most);
        vm.startPrank(PAYER);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_AmountTooLarge.selector, uint64(0), most + 1));
        escrow.open(_opening(most + 1, false));
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_AmountTooLarge.selector, uint64(1_000), most));
        escrow.topUp(NODE, lineId, 1, most);
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_AmountTooLarge.selector, uint64(1_000), type(uint64).max)
        );
        escrow.topUp(NODE, lineId, 1, type(uint64).max);
        vm.stopPrank();
    }

    /// @notice Earnings pass what their bits hold: a batch waits for a collection, and no collection ever waits for anything.
    function test_Attack56_EarningsOverflow() external {
        uint64 most = escrow.MAX_DEPOSIT();
        uint256 full = _open(PAYER_KEY, most);
        _debit(1, 500);
        _expectPaid(_rows(_claim(PAYER_KEY, full, most, most)), most, 0);
        skip(2 * VEST_PERIOD);
        assertEq(escrow.earningsOf(NODE, lineId).earned, most, "no more than fits");
        assertEq(escrow.earningsOf(NODE, lineId).vesting, 500, "the rest waits");
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory rows = _rows(_claim(PAYER_KEY, 0, 7, 7));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSignature("BookState_Overflow(uint256)", uint256(most) + 7));
        escrow.settle(batch, rows, signature);

        // A challenge finds the newest money all the same, and gives it back.
        _challenge(1, 0);
        _answer(PAYER_KEY, 1, 500);
        assertEq(escrow.collect(NODE, lineId), most, "collected");
        escrow.settle(batch, rows, signature);
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 507, "collected");
    }

    function _expectMalformed(Lane lane, bytes memory rows, uint256 remaining) private {
        Batch memory batch = _batch(lane);
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_MalformedRows.selector, remaining));
        escrow.settle(batch, rows, signature);
    }

    /// @dev Rows that are nearly right: up to four groups whose slots mostly rise, sometimes cut.
    function _plausible(uint256 seed) private pure returns (bytes memory rows) {
        uint256 slot;
        for (uint256 i = 0; i < seed % 5; ++i) {
            seed = uint256(keccak256(abi.encode(seed)));
            slot += (seed >> 16) % 8 == 0 ? 0 : ((seed >> 16) % 2) + (i == 0 ? 0 : 1);
            uint256 mask = (seed >> 24) % 32 == 0 ? (seed >> 32) % 256 : 1 + ((seed >> 32) % 15);
            rows = bytes.concat(rows, bytes4(uint32((slot << 8) | mask)));
            for (uint256 j = 0; j < 4; ++j) {
                if ((mask >> j) & 1 != 0) rows = bytes.concat(rows, bytes4(uint32((seed >> (64 + 16 * j)) % 1_500)));
            }
        }
        if (seed % 9 != 0) return rows;
        assembly ("memory-safe") {
            mstore(rows, sub(mload(rows), gt(mload(rows), 0)))
        }
    }

    /// @dev Reads rows of lane O a second time, a byte at a time. Only the first eight channels are there.
    function _modelOf(bytes memory rows) private pure returns (bool valid, uint64 total, uint256 bitmap) {
        uint256 position;
        uint256 row;
        uint256 least;
        while (position < rows.length) {
            if (rows.length - position < 4) return (false, 0, 0);
            uint256 slot = _read(rows, position, 3);
            uint256 mask = _read(rows, position + 3, 1);
            position += 4;
            if (mask == 0 || mask > 15 || slot < least) return (false, 0, 0);
            least = slot + 1;
            for (uint256 i = 0; i < 4; ++i) {
                if ((mask >> i) & 1 == 0) continue;
                if (rows.length - position < 4) return (false, 0, 0);
                uint256 amount = _read(rows, position, 4);
                position += 4;
                if (slot > 1 || i % 2 == 0) amount = 0;
                if (amount > 1_000) amount = 1_000;
                if (amount == 0) bitmap |= 1 << row;
                total += uint64(amount);
                ++row;
            }
        }
        return (true, total, bitmap);
    }

    function _read(bytes memory data, uint256 from, uint256 length) private pure returns (uint256 number) {
        for (uint256 i = from; i < from + length; ++i) number = (number << 8) | uint8(data[i]);
    }
}
