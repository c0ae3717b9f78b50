// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {Audit, AuditState, IProofAudits, ReceiptSet} from "../../../../contracts/interfaces/IProofAudits.sol";
import {IProofChallenges} from "../../../../contracts/interfaces/IProofChallenges.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterProveDrawTest is ProofsBase {
    uint32 private constant COUNT = 4;

    Receipt[] private receipts;
    Batch private batch;

    function setUp() public override {
        super.setUp();
        _begin(COUNT);
    }

    function test_RevertGiven_AuditIsNotOpen() external {
        Batch memory other = batch;
        other.nonce += 1;
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditState.selector, _auditId(other), AuditState.None)
        );
        _proveDrawWith(other, 0, receipts[0], new bytes32[](2));
    }

    function test_RevertWhen_ItIsLate() external {
        _drawn(batch);
        uint40 deadline = arbiter.auditOf(_idOf(batch)).deadline;
        vm.warp(deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditTime.selector, deadline, uint256(deadline) + 1)
        );
        this.prove(0);
    }

    function test_WhenItIsTheLastSecond() external {
        _drawn(batch);
        vm.warp(arbiter.auditOf(_idOf(batch)).deadline);
        this.prove(0);
    }

    function test_RevertGiven_BlockHasNoHashYet() external {
        uint64 seedBlock = arbiter.auditOf(_idOf(batch)).seedBlock;
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_NoSeed.selector, seedBlock, vm.getBlockNumber())
        );
        _proveDrawWith(batch, 0, receipts[0], _path(receipts, 0));
    }

    function test_WhenSeedWasNotRecorded() external {
        uint256 id = vm.snapshotState();
        _drawn(batch);
        uint32 index = arbiter.drawnIndex(_idOf(batch), 0);
        vm.revertToState(id);
        vm.roll(vm.getBlockNumber() + 3);
        _show(receipts[index], address(0), arbiter.auditOf(_idOf(batch)).deadline);
        _proveDrawWith(batch, 0, receipts[index], _path(receipts, index));
        assertTrue(arbiter.auditOf(_idOf(batch)).seed != 0, "seed");
    }

    function test_RevertWhen_ThereIsNoSuchDraw() external {
        _drawn(batch);
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_InvalidDraw.selector, uint32(2)));
        _proveDrawWith(batch, 2, receipts[0], _path(receipts, 0));
    }

    function test_RevertWhen_ReceiptIsOfAnotherNodeLineOrTime() external {
        Receipt[] memory others = receipts;
        others[0].node = OTHER_NODE;
        others[1].lineId = "another line";
        others[2].workedAt = batch.lastAt + 1;
        for (uint256 i = 0; i < 3; ++i) {
            // As if the set had it.
            for (uint256 j = 0; j < COUNT; ++j) receipts[j] = others[i];
            _reopen();
            _expectNotDrawn(0, others[i]);
            this.proveAt(0);
        }
    }

    function test_RevertWhen_ReceiptIsOfAnotherVersion() external {
        for (uint256 j = 0; j < COUNT; ++j) receipts[j].versionHash = staleHash;
        _reopen();
        vm.expectRevert(
            abi.encodeWithSelector(IProofChallenges.InferenceArbiter_WrongVersion.selector, staleHash, version)
        );
        this.proveAt(0);
    }

    function test_RevertWhen_ReceiptIsNotTheDrawnOne() external {
        _drawn(batch);
        uint32 index = arbiter.drawnIndex(_idOf(batch), 0);
        for (uint32 i = 0; i < COUNT; ++i) {
            if (i == index) continue;
            _show(receipts[i], address(0), arbiter.auditOf(_idOf(batch)).deadline);
            _expectNotDrawn(0, receipts[i]);
            _proveDrawWith(batch, 0, receipts[i], _path(receipts, i));
        }
    }

    function test_RevertWhen_PathIsAnotherOne() external {
        _drawn(batch);
        uint32 index = arbiter.drawnIndex(_idOf(batch), 0);
        bytes32[] memory path = _path(receipts, index);
        bytes32[][3] memory wrong = [new bytes32[](1), new bytes32[](3), new bytes32[](2)];
        wrong[0][0] = path[0];
        (wrong[1][0], wrong[1][1]) = (path[0], path[1]);
        (wrong[2][0], wrong[2][1]) = (path[1], path[0]);
        for (uint256 i = 0; i < 3; ++i) {
            _expectNotDrawn(0, receipts[index]);
            _proveDrawWith(batch, 0, receipts[index], wrong[i]);
        }
    }

    function test_RevertWhen_ProofShowsAnotherStatement() external {
        _drawn(batch);
        uint32 index = arbiter.drawnIndex(_idOf(batch), 0);
        uint40 deadline = arbiter.auditOf(_idOf(batch)).deadline;
        _show(receipts[index], NODE, deadline);
        _show(receipts[index], address(0), deadline + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IProofChallenges.InferenceArbiter_InvalidProof.selector, _receiptId(receipts[index]))
        );
        this.proveAt(0);
    }

    function test_RevertGiven_DrawIsProven() external {
        _begin(16);
        _drawn(batch);
        _proveDraw(batch, receipts, 0);
        uint32 index = arbiter.drawnIndex(_idOf(batch), 0);
        // The receipt is used up before the draw is.
        _expectNotDrawn(0, receipts[index]);
        this.proveAt(0);
        Receipt memory other = receipts[(index + 1) % 16];
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_InvalidDraw.selector, uint32(0)));
        _proveDrawWith(batch, 0, other, _path(receipts, index));
    }

    function test_GivenTwoDrawsChoseOneReceipt() external {
        // 2 of 3: the receipt in the middle lies in both halves.
        for (uint256 i = 0; i < 64; ++i) {
            _begin(3);
            _drawn(batch);
            uint32 second = arbiter.drawnIndex(_idOf(batch), 1);
            if (arbiter.drawnIndex(_idOf(batch), 0) != second) continue;
            _proveDraw(batch, receipts, uint32(i % 2));
            assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Passed, "both");
            return;
        }
        assertTrue(false, "never in 64 audits, of which each does with 1/9");
    }

    function test_GivenShareIsOne() external {
        _setPolicy(WHOLE);
        skip(PROOF_NOTICE);
        _begin(7);
        _drawn(batch);
        for (uint32 draw = 0; draw < 7; ++draw) {
            assertEq(arbiter.drawnIndex(_idOf(batch), draw), draw, "every receipt");
            _proveDraw(batch, receipts, draw);
        }
        assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Passed, "passed");
    }

    function test_WhenADrawIsProven() external {
        _begin(16);
        _drawn(batch);
        uint32 index = arbiter.drawnIndex(_idOf(batch), 7);
        _show(receipts[index], address(0), arbiter.auditOf(_idOf(batch)).deadline);
        bytes32[] memory path = _path(receipts, index);
        vm.expectEmit(address(arbiter));
        emit IProofAudits.DrawProven(_auditId(batch), 7, _receiptId(receipts[index]), RESULT);
        _proveDrawWith(batch, 7, receipts[index], path);
        Audit memory audit = arbiter.auditOf(_idOf(batch));
        assertTrue(audit.proven >= 1, "counted");
        assertTrue(audit.state == AuditState.Open, "others are missing");
        assertEq(audit.held, 8, "held");
    }

    function test_WhenTheLastDrawIsProven() external {
        _begin(16);
        uint64 vesting = _earnings().vesting;
        assertEq(_earnings().held, 8 + 2, "of both audits");
        _drawn(batch);
        vm.recordLogs();
        _proveAll(batch, receipts);
        Audit memory audit = arbiter.auditOf(_idOf(batch));
        assertTrue(audit.state == AuditState.Passed, "passed");
        assertEq(audit.proven, audit.draws, "proven");
        assertEq(audit.held, 0, "nothing is held");
        assertEq(_earnings().held, 2, "of the other audit");
        assertEq(_earnings().vesting, vesting + 8, "it vests anew");
    }

    /// @dev Proves the receipt that a draw chose; external, so that a refusal is expected of the whole.
    function prove(uint32 draw) external {
        _proveDraw(batch, receipts, draw);
    }

    /// @dev The same, without letting the proof pass before.
    function proveAt(uint32 draw) external {
        uint32 index = arbiter.drawnIndex(_idOf(batch), draw);
        bytes32[] memory path = _path(receipts, index);
        Receipt memory receipt = receipts[index];
        vm.prank(NODE);
        arbiter.proveDraw(_idOf(batch), draw, receipt, path, RESULT, PROOF);
    }

    function _begin(uint32 count) private {
        Receipt[] memory made;
        (made, batch) = _settleReceipts(count);
        delete receipts;
        for (uint256 i = 0; i < count; ++i) {
            made[i].seq += uint64(batch.nonce) * 100;
            receipts.push(made[i]);
        }
        _openAudit(batch, receipts);
    }

    /// @dev Audits a batch over what `receipts` now is, and draws.
    function _reopen() private {
        (, batch) = _settleReceipts(COUNT);
        _openAudit(batch, receipts);
        _drawn(batch);
    }

    function _expectNotDrawn(uint32 draw, Receipt memory receipt) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_NotDrawn.selector, draw, _receiptId(receipt))
        );
    }
}
