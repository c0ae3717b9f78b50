// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DevelopmentTeeVerifier} from "../../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {DeltaLedger} from "../../../../contracts/DeltaLedger.sol";
import {InferenceArbiter} from "../../../../contracts/InferenceArbiter.sol";
import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Challenge} from "../../../../contracts/interfaces/IChallenges.sol";
import {Channel} from "../../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {NodeRegistry} from "../../../../contracts/NodeRegistry.sol";
import {PaymentsActions} from "../../utils/PaymentsActions.sol";
import {VoucherRow} from "../../utils/RowPacking.sol";

/// @notice Payers, one node and its enclave at random, and what each channel may have paid at most.
contract PaymentsHandler is PaymentsActions {
    /// @notice Highest amount that the payer of each channel signed, and what it must have paid.
    mapping(uint256 channel => uint64 units) public signed;
    mapping(uint256 channel => uint64 units) public expected;
    mapping(bytes32 outcome => uint256 times) public count;

    constructor(
        TestToken token_,
        DeltaLedger ledger_,
        DevelopmentTeeVerifier verifier_,
        NodeRegistry nodes_,
        InferenceEscrow escrow_,
        InferenceArbiter arbiter_,
        bytes32 lineId_,
        bytes32 versionHash_
    ) {
        token = token_;
        ledger = ledger_;
        verifier = verifier_;
        nodes = nodes_;
        escrow = escrow_;
        arbiter = arbiter_;
        lineId = lineId_;
        versionHash = versionHash_;
    }

    function open(uint256 seed) external {
        uint64 amount = uint64(bound(seed >> 8, 1, 1_000));
        if (seed & 1 == 0) _open(PAYER_KEY, NODE, amount);
        else _openOptimistic(PAYER_KEY, NODE, amount);
        ++count["open"];
    }

    function topUp(uint256 seed) external {
        (uint256 channel, Channel memory found) = _any(seed);
        if (found.closeAt != 0 || found.closed) return;
        _topUp(channel, uint64(bound(seed >> 8, 1, 500)));
        ++count["topUp"];
    }

    /// @dev One voucher row for a channel and one for a neighbour; meters and vouchers of any size, sometimes of a stranger.
    function settleVouchers(uint256 seed) external {
        (uint256 channel, ) = _any(seed);
        if (_isEnclaveOver()) return;
        uint64 sum = uint64(bound(seed >> 16, 0, 1_500));
        uint64 metered = uint64(bound(seed >> 48, 0, 1_500));
        bool isForged = (seed >> 80) % 5 == 0;
        VoucherRow[] memory rows = _rows(_row(isForged ? STRANGER_KEY : PAYER_KEY, channel, sum, metered));
        if (!isForged && sum > signed[channel]) signed[channel] = sum;

        Channel memory before = escrow.channelOf(NODE, lineId, channel);
        (uint64 total, bytes memory skipped) = _settle(_batch(Lane.Voucher, _now()), _packVouchers(rows));
        uint64 due = sum < metered ? sum : metered;
        if (due > before.deposited) due = before.deposited;
        bool pays =
            !isForged && due > before.paid && !before.closed && (before.closeAt == 0 || _now() <= before.closeAt);
        assertEq(total, pays ? due - before.paid : 0, "I5: what a voucher pays");
        assertEq(skipped.length == 0, pays, "skipped");
        expected[channel] += total;
        ++count[pays ? bytes32("voucher paid") : bytes32("voucher skipped")];
    }

    /// @dev A row of lane O, which the payer has signed for or not.
    function settleAmount(uint256 seed) external {
        (uint256 channel, Channel memory before) = _any(seed);
        if (_isEnclaveOver()) return;
        uint32 amount = uint32(bound(seed >> 16, 0, 700));
        uint64 total = _settleAmount(channel, amount);
        uint64 rest = before.deposited - before.paid;
        bool allowed = before.optimistic && before.closeAt == 0 && !before.closed;
        assertEq(
            total,
            !allowed
                ? 0
                : amount < rest
                    ? amount
                    : rest,
            "I5: what lane O takes"
        );
        expected[channel] += total;
        if ((seed >> 80) & 1 == 0 && expected[channel] > signed[channel]) signed[channel] = expected[channel];
        ++count[total == 0 ? bytes32("amount skipped") : bytes32("amount taken")];
    }

    /// @dev The payer says what he signed; when that is less than was taken, the node's vouchers decide.
    function challenge(uint256 seed) external {
        (uint256 channel, Channel memory found) = _any(seed);
        if (!found.optimistic || signed[channel] >= found.paid) return;
        if (arbiter.challengeOf(address(escrow), NODE, lineId, channel).answerBy != 0) return;
        token.mint(PAYER, BOND * escrow.UNIT());
        vm.startPrank(PAYER);
        token.approve(address(arbiter), BOND * escrow.UNIT());
        arbiter.challenge(address(escrow), NODE, lineId, channel, (seed >> 16) & 1 == 0 ? signed[channel] : 0);
        vm.stopPrank();
        ++count["challenged"];
    }

    function answer(uint256 seed) external {
        (uint256 channel, ) = _any(seed);
        Challenge memory running = arbiter.challengeOf(address(escrow), NODE, lineId, channel);
        if (running.answerBy == 0 || signed[channel] <= running.asserted || _now() > running.answerBy) return;
        bytes memory voucher = _signVoucher(PAYER_KEY, channel, signed[channel]);
        arbiter.answer(address(escrow), NODE, lineId, channel, signed[channel], voucher);
        ++count["answered"];
    }

    function uphold(uint256 seed) external {
        (uint256 channel, ) = _any(seed);
        Challenge memory running = arbiter.challengeOf(address(escrow), NODE, lineId, channel);
        if (running.answerBy == 0 || _now() <= running.answerBy) return;
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        expected[channel] = running.asserted;
        ++count["upheld"];
    }

    function requestClose(uint256 seed) external {
        (uint256 channel, Channel memory found) = _any(seed);
        if (found.closeAt != 0 || found.closed) return;
        _requestClose(PAYER_KEY, channel);
        ++count["requestClose"];
    }

    function leave(uint256 seed) external {
        (uint256 channel, Channel memory found) = _any(seed);
        if (found.closed || found.closeAt == 0 || _now() < found.closeAt) return;
        vm.prank(PAYER);
        uint64 refund = escrow.withdrawChannel(NODE, lineId, channel, PAYER);
        assertEq(refund, found.deposited - found.paid, "I8: the rest of a channel");
        ++count["withdrawn"];
    }

    function release(uint256 seed) external {
        (uint256 channel, Channel memory found) = _any(seed);
        if (found.closed || seed % 7 != 0) return;
        _release(channel);
        ++count["released"];
    }

    function collect() external {
        if (_earnings().earned == 0) return;
        escrow.collect(NODE, lineId);
        ++count["collected"];
    }

    function pass(uint256 seed) external {
        skip(bound(seed, 1, 9 hours));
    }

    function _any(uint256 seed) private view returns (uint256 channel, Channel memory found) {
        channel = seed % escrow.channelCount(NODE, lineId);
        found = escrow.channelOf(NODE, lineId, channel);
    }

    /// @dev The one enclave of this world lives for seven days.
    function _isEnclaveOver() private view returns (bool) {
        return !nodes.isPayable(NODE, ENCLAVE, lineId, _now());
    }
}
