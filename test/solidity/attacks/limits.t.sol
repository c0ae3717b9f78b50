// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Earnings, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks by lists that grow, and on what a call says before it is sent. Numbered as in the threat list.
contract LimitAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice Channels, nodes, policies and a long endpoint are piled up: settling, leaving and slashing cost what they did.
    function test_Attack55_ListsGrowWithoutEnd() external {
        uint256 id = vm.snapshotState();
        uint256 before = _gasOfEverything();
        vm.revertToState(id);

        for (uint256 i = 0; i < 100; ++i) _open(STRANGER_KEY, 1);
        for (uint160 i = 0; i < 50; ++i) {
            vm.prank(address(0x1000 + i));
            nodes.register("https://node.example", PAYOUT);
        }
        vm.prank(NODE);
        nodes.update(string(new bytes(20_000)), PAYOUT);
        for (uint256 i = 0; i < 50; ++i) {
            skip(1);
            _pin(OWNER, lineId, MEASUREMENT);
        }
        // Policies of old are found by halving.
        assertLe(_gasOfEverything(), before + 30_000, "gas");
        assertEq(nodes.nodes(40, 5).length, 5, "lists are read in parts");
        assertEq(nodes.nodes(48, 500).length, 3, "and end where they end");
    }

    /// @notice A call is tried before it is sent, and says something else than it then does: total, bitmap and books agree.
    function testFuzz_Attack68_TriedSettlementEqualsSentOne(uint256 seed, bool isOptimistic) external {
        Batch memory batch = _batch(isOptimistic ? Lane.Optimistic : Lane.Voucher);
        Row[] memory rows = new Row[](6);
        for (uint256 i = 0; i < 6; ++i) {
            uint256 index = i < 2 ? i : _open(PAYER_KEY, 100, i % 2 == 0);
            uint64 amount = uint64(uint256(keccak256(abi.encode(seed, i))) % 150);
            uint256 key = amount % 5 == 0 ? STRANGER_KEY : PAYER_KEY;
            rows[i] = isOptimistic ? _amount(index, uint32(amount)) : _claim(key, index, amount, amount);
        }
        bytes memory packed = _pack(rows);
        bytes memory call = abi.encodeCall(escrow.settle, (batch, packed, _signBatch(ENCLAVE_KEY, batch, packed)));

        uint256 id = vm.snapshotState();
        (bool success, bytes memory tried) = address(escrow).call(call);
        assertTrue(success, "tried");
        vm.revertToState(id);
        bytes memory sent;
        (success, sent) = address(escrow).call(call);
        assertTrue(success, "sent");
        assertEq(keccak256(tried), keccak256(sent), "result");

        (uint64 total, bytes memory skipped) = abi.decode(sent, (uint64, bytes));
        uint256 sum;
        for (uint256 i = 0; i < 6; ++i) {
            uint64 paid = _channel(i).paid;
            assertEq(paid == 0, (_number(skipped) >> i) & 1 == 1, "skipped, and nothing paid");
            sum += paid;
        }
        Earnings memory earnings = _earnings();
        assertEq(total, sum, "channels");
        assertEq(total, isOptimistic ? earnings.vesting : earnings.earned, "earnings");
    }

    /// @notice The books say that something can be collected or withdrawn, and less comes, at any time, or more.
    function testFuzz_Attack68_ViewsEqualWhatIsPaid(uint32 time, uint8 debit, uint8 voucher) external {
        uint64 taken = uint64(bound(debit, 1, 99));
        _debit(optimistic, uint32(taken));
        skip(bound(time, 0, 3 days));
        uint64 signed = uint64(bound(voucher, taken + 1, 100));
        _expectPaid(_rows(_claim(PAYER_KEY, optimistic, signed, signed)), signed - taken, 0);
        skip(bound(uint256(keccak256(abi.encode(time))), 0, 3 days));

        Earnings memory earnings = _earnings();
        assertEq(uint256(earnings.earned) + earnings.vesting, signed, "all of it is somewhere");
        assertEq(escrow.collect(NODE, lineId), uint256(earnings.earned) * escrow.UNIT(), "collected");
        assertEq(_earnings().vesting, earnings.vesting, "vesting");
        _requestClose(optimistic);
        uint64 rest = _channel(optimistic).deposited - _channel(optimistic).paid;
        assertEq(_withdraw(optimistic), rest, "refund");
        assertEq(rest, 100 - signed, "rest");
    }

    /// @notice The registry says that an enclave is payable, and the settlement finds otherwise, or the other way round.
    function testFuzz_Attack68_PayableEqualsSettled(uint40 age, uint8 revokedAfter) external {
        uint40 from = _now();
        skip(bound(revokedAfter, 1, 200) * 1 hours);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        skip(2 days);
        uint40 workedAt = uint40(bound(age, from, _now()));
        Batch memory batch = _batch(Lane.Optimistic, workedAt);
        bytes memory rows = _rows(_amount(optimistic, 7));
        bool isPayable = nodes.isPayable(NODE, ENCLAVE, lineId, workedAt) && _now() - workedAt <= MAX_BATCH_AGE;
        (bool success, ) = address(escrow).call(
            abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)))
        );
        assertEq(success, isPayable, "settled");
    }

    /// @dev A settlement of each lane, a close, a withdrawal, a challenge and its end.
    function _gasOfEverything() private returns (uint256) {
        bytes memory first = _rows(_claim(PAYER_KEY, channel, 40, 40));
        bytes memory second = _rows(_amount(optimistic, 40));
        _fundBond(PAYER);
        uint256 before = gasleft();
        _expectPaid(first, 40, 0);
        _expectPaid(Lane.Optimistic, second, 40, 0);
        _requestClose(channel);
        _withdraw(channel);
        _challenge(optimistic, 0);
        _uphold(optimistic);
        return before - gasleft();
    }
}
