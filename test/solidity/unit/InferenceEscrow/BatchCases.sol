// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, ISettlements, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {Vm} from "../../utils/Vm.sol";
import {EnclaveCases} from "./EnclaveCases.sol";

/// @notice What both lanes have in common, whoever is paid at once. The heir says how a row looks.
abstract contract BatchCases is EnclaveCases {
    Lane internal immutable LANE;

    Batch private batch;
    bytes private rows;

    constructor(Lane lane) {
        LANE = lane;
    }

    /// @dev Rows that pay so much from `channel`.
    function _rowsPaying(uint32 amount) internal view virtual returns (bytes memory);

    /// @dev One call.
    function _submit(
        Batch memory batch_,
        bytes memory rows_,
        bytes memory signature
    ) internal virtual returns (uint64, bytes memory) {
        vm.prank(STRANGER);
        return escrow.settle(batch_, rows_, signature);
    }

    function _prepare(uint40 time) internal override returns (bytes32) {
        batch = _batch(LANE, time);
        rows = _rowsPaying(10);
        return _batchDigest(batch, keccak256(rows));
    }

    function _do(bytes memory signature) internal override {
        _submit(batch, rows, signature);
    }

    function _expectDone() internal view override {
        assertEq(_channel(channel).paid, 10, "paid");
    }

    function test_RevertGiven_VersionWasNeverActivated() external {
        Batch memory bad = _batch(LANE, _now());
        bad.versionHash = keccak256("no version");
        _expectVersionRefusal(bad, 0);
    }

    function test_RevertGiven_VersionIsAnotherLines() external {
        _openLine(STRANGER, modelId);
        Batch memory bad = _batch(LANE, _now());
        bad.versionHash = _appendAndActivate(STRANGER, modelId, "a stranger's delta");
        _expectVersionRefusal(bad, 0);
    }

    function test_GivenVersionWasSuperseded_WhenBatchLiesInItsGrace() external {
        Batch memory good = _batch(LANE, _now() + GRACE);
        _appendAndActivate(OWNER, modelId, "second delta");
        vm.warp(good.lastAt);
        _expectPay(good, 10);
        vm.warp(good.lastAt + 1 days);
        good.nonce = 1;
        _expectPay(good, 5);
    }

    function test_RevertGiven_VersionWasSuperseded_WhenBatchLiesBehindItsGrace() external {
        uint40 until = _now() + GRACE;
        _appendAndActivate(OWNER, modelId, "second delta");
        vm.warp(until + 1);
        Batch memory bad = _batch(LANE, until + 1);
        bad.versionHash = versionHash;
        _expectVersionRefusal(bad, until);
    }

    function test_RevertGiven_NonceIsNotTheNext() external {
        _expectNonceRefusal(1, 0);
        _expectPay(_batch(LANE, _now()), 10);
        _expectNonceRefusal(0, 1);
        _expectNonceRefusal(2, 1);
        _expectNonceRefusal(type(uint32).max, 1);
        _expectPay(_batch(LANE, _now()), 5);
    }

    function test_RevertWhen_RowsAreMalformed() external {
        uint256 length = LANE == Lane.Voucher ? 80 : 4;
        bytes memory good = abi.encodePacked(uint24(5), uint8(1), new bytes(length));

        // Less than a header.
        for (uint256 i = 1; i < 4; ++i) _expectMalformed(bytes.concat(good, new bytes(i)), i);
        // A header with no bit, or with one too many, before rows or without.
        _expectMalformed(hex"00000000", 4);
        _expectMalformed(hex"00000010", 4);
        _expectMalformed(abi.encodePacked(uint24(0), uint8(0), new bytes(length)), 4 + length);
        _expectMalformed(abi.encodePacked(uint24(0), uint8(17), new bytes(length)), 4 + length);
        _expectMalformed(abi.encodePacked(uint24(0), uint8(255), new bytes(8 * length)), 4 + 8 * length);
        // Fewer rows than bits, by one or by a byte.
        _expectMalformed(abi.encodePacked(uint24(0), uint8(15), new bytes(3 * length)), 4 + 3 * length);
        _expectMalformed(abi.encodePacked(uint24(0), uint8(2), new bytes(length - 1)), 3 + length);
        // More.
        _expectMalformed(bytes.concat(good, new bytes(length)), length);
        // A slot that does not rise.
        _expectMalformed(bytes.concat(good, good), good.length);
        _expectMalformed(bytes.concat(good, abi.encodePacked(uint24(4), uint8(1), new bytes(length))), good.length);

        assertEq(_earnings().nextNonce, 0, "nonce");
        assertEq(_channel(channel).paid, 0, "paid");
    }

    function test_WhenThereAreNoRows() external {
        Batch memory good = _batch(LANE, _now());
        bytes memory signature = _signBatch(ENCLAVE_KEY, good, "");
        vm.expectEmit(address(escrow));
        emit ISettlements.BatchSettled(NODE, lineId, versionHash, LANE, 0, 0);
        (uint64 total, bytes memory skipped) = _submit(good, "", signature);
        assertEq(total, 0, "total");
        assertEq(skipped.length, 0, "skipped");
        assertEq(_earnings().nextNonce, 1, "nonce");
    }

    function test_WhenAllRowsAreSkipped() external {
        Batch memory good = _batch(LANE, _now());
        bytes memory nothing = _rowsPaying(0);
        bytes memory signature = _signBatch(ENCLAVE_KEY, good, nothing);
        vm.expectEmit(address(escrow));
        emit ISettlements.BatchSettled(NODE, lineId, versionHash, LANE, 0, 0);
        vm.expectEmit(address(escrow));
        emit ISettlements.RowsSkipped(NODE, lineId, 0, hex"01");
        (uint64 total, bytes memory skipped) = _submit(good, nothing, signature);
        assertEq(total, 0, "total");
        assertEq(bytes32(skipped), bytes32(hex"01"), "skipped");
        assertEq(_earnings().nextNonce, 1, "nonce");
        assertEq(_earnings().earned + _earnings().vesting, 0, "earned");
    }

    function test_WhenBatchIsInOrder() external {
        Batch memory good = _batch(LANE, _now());
        bytes memory paying = _rowsPaying(40);
        bytes memory signature = _signBatch(ENCLAVE_KEY, good, paying);
        vm.recordLogs();
        (uint64 total, bytes memory skipped) = _submit(good, paying, signature);
        _expectOneBatchSettled(40);
        assertEq(total, 40, "total");
        assertEq(skipped.length, 0, "skipped");
        assertEq(_channel(channel).paid, 40, "paid");
        assertEq(_channel(channel).deposited, DEPOSIT, "deposited");
        assertEq(_earnings().nextNonce, 1, "nonce");
    }

    function test_GivenDepositsArePaused() external {
        escrow.setDepositsPaused(true);
        _expectPay(_batch(LANE, _now()), 10);
    }

    /// @dev BatchSettled, and no RowsSkipped.
    function _expectOneBatchSettled(uint64 total) private {
        uint256 settled = 0;
        bytes32 data = keccak256(abi.encode(LANE, 0, total));
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            assertTrue(logs[i].topics[0] != ISettlements.RowsSkipped.selector, "RowsSkipped");
            if (logs[i].topics[0] != ISettlements.BatchSettled.selector) continue;
            assertEq(keccak256(logs[i].data), data, "data of BatchSettled");
            ++settled;
        }
        assertEq(settled, 1, "BatchSettled");
    }

    function _expectPay(Batch memory good, uint32 amount) internal {
        bytes memory paying = _rowsPaying(amount);
        (uint64 total, bytes memory skipped) = _submit(good, paying, _signBatch(ENCLAVE_KEY, good, paying));
        assertEq(total, amount, "total");
        assertEq(skipped.length, 0, "skipped");
    }

    function _expectVersionRefusal(Batch memory bad, uint40 until) private {
        _expectRefusal(
            bad,
            _rowsPaying(10),
            abi.encodeWithSelector(
                ISettlements.InferenceEscrow_VersionNotPayable.selector,
                bad.lineId,
                bad.versionHash,
                bad.lastAt,
                until
            )
        );
    }

    function _expectNonceRefusal(uint32 nonce, uint32 expected) private {
        Batch memory bad = _batch(LANE, _now());
        bad.nonce = nonce;
        _expectRefusal(
            bad,
            _rowsPaying(10),
            abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, nonce, expected)
        );
    }

    function _expectMalformed(bytes memory bad, uint256 remaining) private {
        _expectRefusal(
            _batch(LANE, _now()),
            bad,
            abi.encodeWithSelector(ISettlements.InferenceEscrow_MalformedRows.selector, remaining)
        );
    }

    function _expectRefusal(Batch memory bad, bytes memory rows_, bytes memory refusal) private {
        bytes memory signature = _signBatch(ENCLAVE_KEY, bad, rows_);
        vm.expectRevert(refusal);
        _submit(bad, rows_, signature);
    }
}
