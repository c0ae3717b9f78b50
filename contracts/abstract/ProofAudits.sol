// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {Receipt} from "../interfaces/IInferenceArbiter.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {Audit, AuditState, BatchId, IProofAudits, ReceiptSet} from "../interfaces/IProofAudits.sol";
import {Batch} from "../interfaces/ISettlements.sol";
import {IVersionProofs, ProofPolicy} from "../interfaces/IVersionProofs.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {ReceiptTree} from "../libraries/ReceiptTree.sol";
import {ProofChallenges} from "./ProofChallenges.sol";

/// @title ProofAudits
/// @notice The part of InferenceArbiter that draws receipts of settled batches and has them proven.
abstract contract ProofAudits is ProofChallenges {
    /// @dev Blocks from the opening to the one that draws: whoever opens does not know its hash.
    uint64 private constant SEED_DELAY = 2;
    /// @dev Blocks whose hashes EIP-2935 keeps.
    uint256 private constant HISTORY_WINDOW = 8191;
    /// @dev An audit share that stands for all receipts, see IVersionProofs.WHOLE.
    uint256 private constant WHOLE = 1 << 16;

    mapping(bytes32 auditId => Audit) private _audits;
    /// @dev Else one well-computed receipt could stand at every place of every set.
    mapping(bytes32 receiptId => bool) private _audited;
    mapping(bytes32 auditId => mapping(uint32 draw => bool)) private _proven;

    /// @inheritdoc IProofAudits
    function demandAudit(address escrow, Batch calldata batch, bytes32 rowsHash, bytes calldata signature) external {
        _requireEnclave(escrow, batch.node, PaymentHashes.batch(batch, rowsHash), signature);
        BatchId memory id = _batchIdOf(escrow, batch);
        bytes32 auditId = _auditIdOf(id);
        Audit storage audit = _audits[auditId];
        _requireState(auditId, audit, AuditState.None);
        _policyOf(escrow, batch);

        uint40 openBy = _answerBy();
        audit.state = AuditState.Demanded;
        audit.deadline = openBy;
        emit AuditDemanded(auditId, batch.node, batch.lineId, id, openBy);
    }

    /// @inheritdoc IProofAudits
    function openAudit(
        address escrow,
        Batch calldata batch,
        bytes32 rowsHash,
        bytes calldata signature,
        uint32 version,
        ReceiptSet calldata receipts,
        bytes calldata setSignature
    ) external {
        bytes32 batchHash = PaymentHashes.batch(batch, rowsHash);
        _requireEnclave(escrow, batch.node, batchHash, signature);
        _requireEnclave(escrow, batch.node, PaymentHashes.receiptSet(batchHash, receipts), setSignature);
        _open(_batchIdOf(escrow, batch), batch, version, receipts);
    }

    /// @inheritdoc IProofAudits
    function drawAudit(BatchId calldata batch) external {
        bytes32 auditId = _auditIdOf(batch);
        Audit storage audit = _audits[auditId];
        _requireState(auditId, audit, AuditState.Open);
        _seedOf(auditId, audit);
    }

    /// @inheritdoc IProofAudits
    function proveDraw(
        BatchId calldata batch,
        uint32 draw,
        Receipt calldata receipt,
        bytes32[] calldata path,
        uint256 result,
        bytes calldata proof
    ) external {
        bytes32 auditId = _auditIdOf(batch);
        Audit storage audit = _audits[auditId];
        _requireState(auditId, audit, AuditState.Open);
        if (block.timestamp > audit.deadline) revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        bytes32 receiptHash = PaymentHashes.receipt(receipt);
        bytes32 receiptId = _receiptIdOf(batch.escrow, receiptHash);
        if (!_isOf(receipt, batch, audit) || _audited[receiptId]) revert InferenceArbiter_NotDrawn(draw, receiptId);
        _audited[receiptId] = true;
        _takeDraw(auditId, audit, draw, receiptHash, path, receiptId);
        {
            uint256 context = _contextOf(batch.escrow, receipt, receiptHash, address(0), audit.deadline);
            _requireInference(receiptId, receipt, audit.version, audit.circuitId, result, context, proof);
        }
        emit DrawProven(auditId, draw, receiptId, result);
        if (audit.proven == audit.draws) _pass(auditId, audit, batch);
    }

    /// @inheritdoc IProofAudits
    function failAudit(BatchId calldata batch) external {
        bytes32 auditId = _auditIdOf(batch);
        Audit storage audit = _audits[auditId];
        if (audit.state != AuditState.Demanded) _requireState(auditId, audit, AuditState.Open);
        if (block.timestamp <= audit.deadline) revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        audit.state = AuditState.Failed;
        uint64 held = audit.held;
        audit.held = 0;

        address owner = LEDGER.lineOf(batch.lineId).account;
        if (held != 0) IInferenceEscrow(batch.escrow).assign(batch.node, batch.lineId, owner, held);
        (uint256 paid, uint256 burned) = _takePenalty(batch.node, owner);
        emit AuditFailed(auditId, batch.node, batch.lineId, audit.draws - audit.proven, held, paid, burned);
    }

    /// @inheritdoc IProofAudits
    function auditOf(BatchId calldata batch) external view returns (Audit memory) {
        return _audits[_auditIdOf(batch)];
    }

    /// @inheritdoc IProofAudits
    function drawnIndex(BatchId calldata batch, uint32 draw) external view returns (uint32) {
        bytes32 auditId = _auditIdOf(batch);
        Audit storage audit = _audits[auditId];
        if (draw >= audit.draws) revert InferenceArbiter_InvalidDraw(draw);
        if (audit.seed == 0) revert InferenceArbiter_NoSeed(audit.seedBlock, block.number);
        return _indexOf(auditId, audit.seed, audit.count, audit.draws, draw);
    }

    function _open(BatchId memory id, Batch calldata batch, uint32 version, ReceiptSet calldata receipts) private {
        bytes32 auditId = _auditIdOf(id);
        Audit storage audit = _audits[auditId];
        if (audit.state == AuditState.Demanded) {
            if (block.timestamp > audit.deadline) revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        } else {
            _requireState(auditId, audit, AuditState.None);
        }
        if (receipts.count == 0) revert InferenceArbiter_EmptySet();
        ProofPolicy memory policy = _policyOf(id.escrow, batch);
        _requireCommitted(batch.lineId, batch.versionHash, version, batch.lastAt, policy.circuitId);

        // Rounded up: a batch of a line that asks for audits has one draw at least.
        uint256 draws = _ceilDiv(uint256(receipts.count) * policy.auditShare, WHOLE);
        uint256 drawn = _ceilDiv(uint256(receipts.total) * draws, receipts.count);
        audit.state = AuditState.Open;
        audit.deadline = _answerBy();
        audit.seedBlock = uint64(block.number) + SEED_DELAY;
        audit.count = receipts.count;
        audit.draws = uint32(draws);
        audit.lastAt = batch.lastAt;
        audit.held = IInferenceEscrow(id.escrow).seize(batch.node, batch.lineId, uint64(drawn));
        audit.version = version;
        audit.root = receipts.root;
        audit.versionHash = batch.versionHash;
        audit.circuitId = policy.circuitId;
        _emitOpened(auditId, id, audit, receipts);
    }

    function _emitOpened(
        bytes32 auditId,
        BatchId memory id,
        Audit storage audit,
        ReceiptSet calldata receipts
    ) private {
        emit AuditOpened(
            auditId,
            id.node,
            id.lineId,
            id,
            receipts,
            audit.draws,
            audit.held,
            audit.seedBlock,
            audit.deadline
        );
    }

    /// @dev Counts a draw, once, for the receipt that it chose.
    function _takeDraw(
        bytes32 auditId,
        Audit storage audit,
        uint32 draw,
        bytes32 receiptHash,
        bytes32[] calldata path,
        bytes32 receiptId
    ) private {
        (uint32 count, uint32 draws) = (audit.count, audit.draws);
        if (draw >= draws || _proven[auditId][draw]) revert InferenceArbiter_InvalidDraw(draw);
        _proven[auditId][draw] = true;
        ++audit.proven;
        uint32 index = _indexOf(auditId, _seedOf(auditId, audit), count, draws, draw);
        if (!ReceiptTree.isAt(audit.root, count, index, receiptHash, path)) {
            revert InferenceArbiter_NotDrawn(draw, receiptId);
        }
    }

    function _pass(bytes32 auditId, Audit storage audit, BatchId calldata batch) private {
        audit.state = AuditState.Passed;
        uint64 held = audit.held;
        audit.held = 0;
        emit AuditPassed(auditId, batch.node, batch.lineId);
        if (held != 0) IInferenceEscrow(batch.escrow).restore(batch.node, batch.lineId, held);
    }

    /// @dev The seed, recorded when it was not.
    function _seedOf(bytes32 auditId, Audit storage audit) private returns (bytes32 seed) {
        seed = audit.seed;
        if (seed != 0) return seed;
        uint64 seedBlock = audit.seedBlock;
        // Bounds of our own: what a chain's history contract says beyond them is not specified.
        bool isPast = seedBlock < block.number && block.number - seedBlock <= HISTORY_WINDOW;
        if (isPast) seed = Blockhash.blockHash(seedBlock);
        if (seed == 0) revert InferenceArbiter_NoSeed(seedBlock, block.number);
        audit.seed = seed;
        emit AuditDrawn(auditId, seed);
    }

    /// @dev What the line asked for when the batch was worked; reverts when that is no audit, or the batch was not settled yet.
    function _policyOf(address escrow, Batch calldata batch) private view returns (ProofPolicy memory policy) {
        uint32 nextNonce = IInferenceEscrow(escrow).earningsOf(batch.node, batch.lineId).nextNonce;
        if (batch.nonce >= nextNonce) revert InferenceArbiter_NotSettled(batch.nonce, nextNonce);
        // Who is asked in the last second has the time to answer, too.
        if (block.timestamp > uint256(batch.lastAt) + PROOF_WINDOW + ANSWER_PERIOD) {
            revert InferenceArbiter_TooOld(batch.lastAt, block.timestamp);
        }
        policy = IVersionProofs(PROOFS).policyAt(batch.lineId, batch.lastAt);
        if (policy.auditShare == 0) revert InferenceArbiter_NotProvable(batch.lineId, batch.lastAt);
    }

    function _requireState(bytes32 auditId, Audit storage audit, AuditState state) private view {
        if (audit.state != state) revert InferenceArbiter_AuditState(auditId, audit.state);
    }

    /// @dev Whether the receipt is of the audited batch.
    function _isOf(Receipt calldata receipt, BatchId calldata batch, Audit storage audit) private view returns (bool) {
        bool isOfBook = receipt.node == batch.node && receipt.lineId == batch.lineId;
        return isOfBook && receipt.versionHash == audit.versionHash && receipt.workedAt <= audit.lastAt;
    }

    /// @dev One of the receipts from floor(draw * count / draws) to the next draw's first. The bias of the remainder is below 2^-224.
    function _indexOf(
        bytes32 auditId,
        bytes32 seed,
        uint256 count,
        uint256 draws,
        uint256 draw
    ) private pure returns (uint32) {
        uint256 first = (draw * count) / draws;
        uint256 size = ((draw + 1) * count) / draws - first;
        return uint32(first + (uint256(keccak256(abi.encode(seed, auditId, draw))) % size));
    }

    function _batchIdOf(address escrow, Batch calldata batch) private pure returns (BatchId memory) {
        return BatchId({escrow: escrow, node: batch.node, lineId: batch.lineId, nonce: batch.nonce});
    }

    function _auditIdOf(BatchId memory batch) private pure returns (bytes32) {
        return keccak256(abi.encode(batch));
    }

    function _ceilDiv(uint256 a, uint256 b) private pure returns (uint256) {
        return (a + b - 1) / b;
    }
}
