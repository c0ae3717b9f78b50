// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, IInferenceEscrow, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowSettleTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
    }

    function test_RevertWhen_ThereAreNoRows() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_InvalidRowCount.selector, 0));
        escrow.settle(_batch(_now()), new Row[](0), "");
    }

    function test_RevertWhen_ThereAreMoreThan256Rows() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_InvalidRowCount.selector, 257));
        escrow.settle(_batch(_now()), new Row[](257), "");
    }

    function test_WhenThereAre256Rows() external {
        Row[] memory rows = new Row[](256);
        for (uint256 i = 0; i < 256; ++i) rows[i] = _row(PAYER_KEY, _open(PAYER_KEY, NODE, 2), 1, 1);
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), rows);
        assertEq(total, 256, "total");
        assertEq(skipped, 0, "skipped");
    }

    function test_RevertWhen_BatchLiesInTheFuture() external {
        _expectBadTime(_now() + 1);
        escrow.settle(_batch(_now() + 1), new Row[](1), "");
    }

    function test_WhenBatchIsAsOldAsAllowed() external {
        uint40 lastAt = _now();
        vm.warp(lastAt + MAX_BATCH_AGE);
        _expectPay(_batch(lastAt), _row(PAYER_KEY, channel, 10, 10), 10);
    }

    function test_RevertWhen_BatchIsTooOld() external {
        uint40 lastAt = _now();
        vm.warp(lastAt + MAX_BATCH_AGE + 1);
        _expectBadTime(lastAt);
        escrow.settle(_batch(lastAt), new Row[](1), "");
    }

    function test_RevertWhen_EnclaveSignatureIsMalformed() external {
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 10, 10));
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_BadBatchSignature.selector);
        escrow.settle(_batch(_now()), rows, new bytes(64));
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_BadBatchSignature.selector);
        escrow.settle(_batch(_now()), rows, new bytes(65));
    }

    function test_RevertGiven_SignerIsNoEnclave() external {
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 10, 10));
        _expectRefusal(
            NODE_KEY,
            _batch(_now()),
            rows,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, NODE)
        );
    }

    function test_RevertGiven_EnclaveIsAnotherNodes() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 10, 10));
        _expectRefusal(
            OTHER_ENCLAVE_KEY,
            _batch(_now()),
            rows,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_WrongNode.selector, OTHER_ENCLAVE, NODE)
        );
    }

    function test_RevertGiven_EnclaveExpiredBeforeTheBatch() external {
        uint40 validUntil = nodes.enclaveOf(ENCLAVE).validUntil;
        vm.warp(validUntil + 1);
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 10, 10));
        _expectRefusal(
            ENCLAVE_KEY,
            _batch(validUntil + 1),
            rows,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_EnclaveExpired.selector,
                ENCLAVE,
                validUntil,
                validUntil + 1
            )
        );
        _expectPay(_batch(validUntil), rows[0], 10);
    }

    function test_RevertGiven_LineDoesNotAcceptTheEnclave() external {
        (bytes32 other, ) = _openLine(STRANGER, modelId);
        Batch memory batch = Batch(NODE, other, staleHash, _now());
        Row[] memory rows = _rows(_rowFor(PAYER_KEY, NODE, other, channel, 10, 10));
        _expectRefusal(
            ENCLAVE_KEY,
            batch,
            rows,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                other,
                address(verifier),
                MEASUREMENT
            )
        );
    }

    function test_RevertGiven_VersionWasNeverActivated() external {
        Batch memory batch = _batch(_now());
        batch.versionHash = keccak256("no version");
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 10, 10));
        _expectVersionRefusal(batch, rows, 0);
    }

    function test_RevertGiven_VersionIsAnotherLines() external {
        _openLine(STRANGER, modelId);
        bytes32 theirs = _appendAndActivate(STRANGER, modelId, "a stranger's delta");
        Batch memory batch = _batch(_now());
        batch.versionHash = theirs;
        _expectVersionRefusal(batch, _rows(_row(PAYER_KEY, channel, 10, 10)), 0);
    }

    function test_GivenVersionWasSuperseded_WhenBatchLiesInItsGrace() external {
        Batch memory batch = _batch(_now() + GRACE);
        _appendAndActivate(OWNER, modelId, "second delta");
        vm.warp(batch.lastAt);
        _expectPay(batch, _row(PAYER_KEY, channel, 10, 10), 10);
        vm.warp(batch.lastAt + 1 days);
        _expectPay(batch, _row(PAYER_KEY, channel, 15, 15), 5);
    }

    function test_RevertGiven_VersionWasSuperseded_WhenBatchLiesBehindItsGrace() external {
        uint40 until = _now() + GRACE;
        _appendAndActivate(OWNER, modelId, "second delta");
        vm.warp(until + 1);
        _expectVersionRefusal(_batch(until + 1), _rows(_row(PAYER_KEY, channel, 10, 10)), until);
    }

    function testFuzz_WhenRowIsInOrder(uint64 deposit, uint64 first, uint64 metered, uint64 signed) external {
        deposit = uint64(bound(deposit, 1, type(uint64).max / 2));
        first = uint64(bound(first, 1, deposit));
        uint256 index = _open(OTHER_PAYER_KEY, NODE, deposit);
        _expectPay(_batch(_now()), _row(OTHER_PAYER_KEY, index, first, first), first);
        uint256 held = escrow.liabilities();

        uint64 cap = metered < signed ? metered : signed;
        if (deposit < cap) cap = deposit;
        uint64 pay = cap > first ? cap - first : 0;
        Row[] memory rows = _rows(_row(OTHER_PAYER_KEY, index, metered, signed));
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.BatchSettled(NODE, lineId, versionHash, ENCLAVE, pay, pay == 0 ? 1 : 0);
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), rows);

        assertEq(total, pay, "total");
        assertEq(skipped, pay == 0 ? 1 : 0, "skipped");
        assertEq(escrow.channelOf(NODE, index).paid, first + pay, "paid");
        assertEq(escrow.earned(NODE), first + pay, "earned");
        assertEq(escrow.liabilities(), held, "liabilities");
    }

    function test_WhenChannelIsUnknown() external {
        _expectSkipped(_row(PAYER_KEY, channel + 1, 10, 10));
        _expectSkipped(_row(PAYER_KEY, type(uint256).max, 10, 10));
    }

    function test_WhenChannelIsClosed() external {
        uint256 released = _open(OTHER_PAYER_KEY, NODE, 100);
        vm.prank(NODE);
        escrow.release(released);
        _expectSkipped(_row(OTHER_PAYER_KEY, released, 10, 10));
    }

    function test_WhenChannelClosesAndCloseAtHasNotPassed() external {
        vm.prank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
        _expectPay(_batch(_now()), _row(PAYER_KEY, channel, 10, 10), 10);
    }

    function test_WhenChannelClosesAndCloseAtHasPassed() external {
        uint256 closing = _open(OTHER_PAYER_KEY, NODE, 100);
        vm.prank(OTHER_PAYER);
        escrow.requestClose(NODE, closing);
        vm.warp(_now() + CLOSE_DELAY + 1);
        _expectSkipped(_row(OTHER_PAYER_KEY, closing, 10, 10));
    }

    function test_WhenVoucherIsNotTheSigners() external {
        uint256 other = _open(OTHER_PAYER_KEY, NODE, 100);
        _expectSkipped(_row(PAYER_KEY, other, 10, 10));
        Row memory row = _row(OTHER_PAYER_KEY, other, 10, 10);
        row.signed = 11;
        _expectSkipped(row);
        row = _row(OTHER_PAYER_KEY, other, 10, 10);
        row.channel = channel;
        _expectSkippedAlone(row);
    }

    function test_WhenVoucherIsForAnotherLine() external {
        uint256 other = _open(OTHER_PAYER_KEY, NODE, 100);
        _expectSkipped(_rowFor(OTHER_PAYER_KEY, NODE, keccak256("another line"), other, 10, 10));
    }

    function test_WhenRowBringsNothingNew() external {
        uint256 other = _open(OTHER_PAYER_KEY, NODE, 100);
        _expectPay(_batch(_now()), _row(OTHER_PAYER_KEY, other, 10, 10), 10);
        _expectSkipped(_row(OTHER_PAYER_KEY, other, 10, 10));
        _expectSkipped(_row(OTHER_PAYER_KEY, other, 9, 20));
        _expectSkipped(_row(OTHER_PAYER_KEY, other, 20, 9));
    }

    function test_WhenAllRowsAreSkipped() external {
        Row[] memory rows = _rows(_row(STRANGER_KEY, channel, 10, 10), _row(PAYER_KEY, channel, 0, 10));
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.BatchSettled(NODE, lineId, versionHash, ENCLAVE, 0, 3);
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), rows);
        assertEq(total, 0, "total");
        assertEq(skipped, 3, "skipped");
        assertEq(escrow.earned(NODE), 0, "earned");
    }

    /// @dev The bad row comes first and pays nothing; the good one behind it is paid all the same.
    function _expectSkipped(Row memory bad) private {
        uint64 next = escrow.channelOf(NODE, channel).paid + 1;
        uint64 before = escrow.earned(NODE);
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), _rows(bad, _row(PAYER_KEY, channel, next, next)));
        assertEq(total, 1, "total");
        assertEq(skipped, 1, "skipped");
        assertEq(escrow.earned(NODE), before + 1, "earned");
    }

    function _expectSkippedAlone(Row memory bad) private {
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), _rows(bad));
        assertEq(total, 0, "total");
        assertEq(skipped, 1, "skipped");
    }

    function _expectPay(Batch memory batch, Row memory row, uint64 pay) private {
        (uint64 total, uint256 skipped) = _settle(batch, _rows(row));
        assertEq(total, pay, "total");
        assertEq(skipped, 0, "skipped");
    }

    function _expectRefusal(uint256 key, Batch memory batch, Row[] memory rows, bytes memory reason) private {
        bytes memory signature = _signBatch(key, batch, rows);
        vm.expectRevert(reason);
        escrow.settle(batch, rows, signature);
    }

    function _expectVersionRefusal(Batch memory batch, Row[] memory rows, uint40 until) private {
        _expectRefusal(
            ENCLAVE_KEY,
            batch,
            rows,
            abi.encodeWithSelector(
                IInferenceEscrow.InferenceEscrow_VersionNotPayable.selector,
                batch.lineId,
                batch.versionHash,
                batch.lastAt,
                until
            )
        );
    }

    function _expectBadTime(uint40 lastAt) private {
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_BatchTimeInvalid.selector, lastAt, _now())
        );
    }
}
