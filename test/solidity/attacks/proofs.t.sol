// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {AuditState, IProofAudits, ReceiptSet} from "../../../contracts/interfaces/IProofAudits.sol";
import {IProofChallenges, ProofState} from "../../../contracts/interfaces/IProofChallenges.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../utils/ProofsBase.sol";

/// @notice What a node, its friends or a line's owner could try against proofs, one test each.
contract ProofAttacksTest is ProofsBase {
    Receipt private receipt;

    function setUp() public override {
        super.setUp();
        receipt = _receipt(channel, 1, 1);
    }

    function _share() internal pure override returns (uint32) {
        return WHOLE;
    }

    // Challenges

    function test_Attack_ProofReplayedForAnotherReceipt() external {
        _challengeReceipt(receipt);
        _show(receipt, STRANGER, _now() + ANSWER_PERIOD);
        _prove(receipt);
        // The same question and answer, receipted once more.
        receipt.seq = 2;
        _expectInvalid(_challengeReceipt(receipt));
    }

    function test_Attack_ProofOfAnotherChain() external {
        uint40 deadline = _now() + ANSWER_PERIOD;
        vm.chainId(block.chainid + 1);
        uint256 context = _context(receipt, STRANGER, deadline);
        vm.chainId(block.chainid - 1);
        _showContext(receipt, context);
        _expectInvalid(_challengeReceipt(receipt));
    }

    function test_Attack_ProofOfAnotherLine() external {
        uint40 deadline = _now() + ANSWER_PERIOD;
        Receipt memory other = receipt;
        other.lineId = "another line";
        _showContext(receipt, _context(other, STRANGER, deadline));
        _expectInvalid(_challengeReceipt(receipt));
    }

    function test_Attack_ProofForAnotherChallengerOrDeadline() external {
        uint40 deadline = _now() + ANSWER_PERIOD;
        _show(receipt, PAYER, deadline);
        _show(receipt, address(0), deadline);
        _show(receipt, STRANGER, deadline - 1);
        _show(receipt, STRANGER, deadline + 1);
        _expectInvalid(_challengeReceipt(receipt));
    }

    function test_Attack_StaleVersionsWeights() external {
        // The node answers with the weights of the version before, and proves that.
        (versionHash, version) = _appendCommitted(OWNER, modelId, "newer", bytes32(uint256(ROOT) + 1));
        receipt = _receipt(channel, 1, 1);
        bytes32 receiptId = _challengeReceipt(receipt);
        scripted.show(_publics(uint256(ROOT), receipt, _context(receipt, STRANGER, _now() + ANSWER_PERIOD)));
        _expectInvalid(receiptId);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        arbiter.refuteReceipt(address(escrow), receipt);
        assertTrue(arbiter.proofChallengeOf(receiptId).state == ProofState.Failed, "loses");
    }

    function test_Attack_FriendIsFirstAndLetsTheTimePass() external {
        uint256 stake = nodes.nodeOf(NODE).stake;
        _challengeReceiptAs(OTHER_PAYER, receipt);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        arbiter.refuteReceipt(address(escrow), receipt);
        // The payer has his price back, and at least half of what left the stake is burned.
        assertEq(nodes.compensationOf(PAYER), receipt.price, "refund");
        uint256 taken = stake - nodes.nodeOf(NODE).stake;
        assertLe(2 * nodes.compensationOf(OTHER_PAYER), taken, "half burns");
    }

    function test_Attack_StakeCarriedOutByPricesThatWereNeverPaid() external {
        receipt.price = uint64(MIN_STAKE);
        uint256 stake = nodes.nodeOf(NODE).stake;
        _challengeReceiptAs(OTHER_PAYER, receipt);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        arbiter.refuteReceipt(address(escrow), receipt);
        uint256 taken = stake - nodes.nodeOf(NODE).stake;
        uint256 friends = nodes.compensationOf(PAYER) + nodes.compensationOf(OTHER_PAYER);
        assertLe(2 * friends, taken, "as much burns as friends get");
    }

    function test_Attack_NoticeCutShort() external {
        // A line's owner cannot ask for proofs of work that was done before he said so.
        receipt.workedAt = proofs.policyAt(lineId, _now()).since - 1;
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_NotProvable.selector,
                lineId,
                uint256(receipt.workedAt)
            )
        );
        arbiter.challengeReceipt(address(escrow), receipt, signature, version);
    }

    function test_Attack_PolicyReplacedWhileProofIsDemanded() external {
        _challengeReceipt(receipt);
        _show(receipt, STRANGER, _now() + ANSWER_PERIOD);
        _setPolicy(0);
        _prove(receipt);
        assertTrue(arbiter.proofChallengeOf(_receiptId(receipt)).state == ProofState.Proven, "by the policy of then");
    }

    // Audits

    function test_Attack_RepeatedLeafInASet() external {
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(4);
        for (uint256 i = 1; i < 4; ++i) receipts[i] = receipts[0];
        _openAudit(batch, receipts);
        _drawn(batch);
        _proveDraw(batch, receipts, 0);
        for (uint32 draw = 1; draw < 4; ++draw) {
            _expectNotDrawn(draw, receipts[0]);
            _proveDrawWith(batch, draw, receipts[0], _path(receipts, draw));
        }
    }

    function test_Attack_ReceiptInTwoAudits() external {
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(2);
        _openAudit(batch, receipts);
        _drawn(batch);
        _proveAll(batch, receipts);
        (, batch) = _settleReceipts(2);
        _openAudit(batch, receipts);
        _drawn(batch);
        for (uint32 draw = 0; draw < 2; ++draw) {
            _expectNotDrawn(draw, receipts[draw]);
            _proveDrawWith(batch, draw, receipts[draw], _path(receipts, draw));
        }
    }

    function test_Attack_NodeOfTheTreeAsALeaf() external {
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(4);
        // A set of half as many, whose leaves would be the nodes above the receipts.
        ReceiptSet memory set = _setOf(receipts);
        set.count = 2;
        _openWith(batch, _rowsOf(4), set);
        _drawn(batch);
        bytes32[] memory path = new bytes32[](1);
        path[0] = _level(receipts, 1, 1);
        for (uint256 i = 0; i < 4; ++i) {
            _expectNotDrawn(0, receipts[i]);
            _proveDrawWith(batch, 0, receipts[i], path);
        }
        _expectNotDrawn(0, receipts[0]);
        _proveDrawWith(batch, 0, receipts[0], _path(receipts, 0));
    }

    function test_Attack_ReceiptAtTheWrongIndex() external {
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(4);
        _openAudit(batch, receipts);
        _drawn(batch);
        for (uint32 i = 1; i < 4; ++i) {
            _show(receipts[i], address(0), arbiter.auditOf(_idOf(batch)).deadline);
            _expectNotDrawn(0, receipts[i]);
            _proveDrawWith(batch, 0, receipts[i], _path(receipts, i));
        }
    }

    function test_Attack_FewerReceiptsThanCounted() external {
        // Who counts more than there are cannot prove what is not there.
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(3);
        ReceiptSet memory set = _setOf(receipts);
        set.count = 4;
        _openWith(batch, _rowsOf(3), set);
        _drawn(batch);
        for (uint32 draw = 0; draw < 3; ++draw) {
            _show(receipts[draw], address(0), arbiter.auditOf(_idOf(batch)).deadline);
            _proveDrawWith(batch, draw, receipts[draw], _path(receipts, draw));
        }
        vm.warp(_now() + ANSWER_PERIOD + 1);
        arbiter.failAudit(_idOf(batch));
        assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Failed, "loses");
    }

    function test_Attack_OpenedAtTheLastMomentToOutlastTheWindow() external {
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(2);
        vm.warp(batch.lastAt + MAX_BATCH_AGE + PROOF_WINDOW);
        _demandAudit(batch, _rowsOf(2));
        vm.warp(_now() + ANSWER_PERIOD);
        _openAudit(batch, receipts);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE);
        arbiter.failAudit(_idOf(batch));
        assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Failed, "in time");
    }

    function test_Attack_BatchThatWasGivenUpIsDemanded() external {
        // Its receipts are paid in the next batch: an audit of both could not be passed.
        bytes memory rows = _rowsOf(2);
        Batch memory abandoned = _batch(Lane.Optimistic, _now());
        vm.prank(NODE);
        escrow.skipBatch(lineId, abandoned.nonce);
        bytes memory signature = _signBatch(ENCLAVE_KEY, abandoned, rows);
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_NotSettled.selector, abandoned.nonce));
        arbiter.demandAudit(address(escrow), abandoned, keccak256(rows), signature, version);
    }

    function test_Attack_OwnerActivatesAVersionThatNobodyCanProve() external {
        (versionHash, version) = _appendCommitted(OWNER, modelId, "bare", 0);
        (, Batch memory batch) = _settleReceipts(2);
        bytes memory rows = _rowsOf(2);
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_NotProvable.selector,
                lineId,
                uint256(batch.lastAt)
            )
        );
        arbiter.demandAudit(address(escrow), batch, keccak256(rows), signature, version);
    }

    function test_Attack_OwnerAndNodeCarryLaneOAway() external {
        // The enclave's key is stolen, the owner a friend: what is held of honest payers' money costs twice as much.
        Batch memory batch = _batch(Lane.Optimistic, _now());
        bytes memory rows = _packAmount(channel, uint32(DEPOSIT));
        _settle(batch, rows);
        _openWith(batch, rows, ReceiptSet("anything", 1, type(uint64).max));
        assertEq(_earnings().held, DEPOSIT, "all of it is held");
        uint256 stake = nodes.nodeOf(NODE).stake;
        vm.warp(_now() + ANSWER_PERIOD + 1);
        arbiter.failAudit(_idOf(batch));
        uint256 gained = escrow.owed(OWNER) * escrow.UNIT() + nodes.compensationOf(OWNER);
        assertLe(gained, stake - nodes.nodeOf(NODE).stake, "no profit");
        assertEq(stake - nodes.nodeOf(NODE).stake, PENALTY + 2 * DEPOSIT * escrow.UNIT(), "taken");
    }

    function test_Attack_BondsAreNeverMixedUp() external {
        _challengeReceiptAs(STRANGER, receipt);
        receipt.seq = 2;
        _challengeReceiptAs(OTHER_PAYER, receipt);
        assertEq(token.balanceOf(address(arbiter)), 2 * BOND, "two bonds");
        _show(receipt, OTHER_PAYER, _now() + ANSWER_PERIOD);
        _prove(receipt);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        receipt.seq = 1;
        arbiter.refuteReceipt(address(escrow), receipt);
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "one won");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), BOND, "one back");
        vm.prank(NODE);
        arbiter.withdrawBonds(address(escrow), NODE);
        vm.prank(STRANGER);
        arbiter.withdrawBonds(address(escrow), STRANGER);
        assertEq(token.balanceOf(address(arbiter)), 0, "nothing is left");
    }

    function _expectInvalid(bytes32 receiptId) private {
        vm.expectRevert(abi.encodeWithSelector(IProofChallenges.InferenceArbiter_InvalidProof.selector, receiptId));
        _prove(receipt);
    }

    function _expectNotDrawn(uint32 draw, Receipt memory shown) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_NotDrawn.selector, draw, _receiptId(shown))
        );
    }
}
