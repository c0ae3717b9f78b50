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
    mapping(bytes32 auditId => mapping(uint32 index => bool)) private _proven;

    /// @inheritdoc IProofAudits
    function demandAudit(
        address escrow,
        Batch calldata batch,
        bytes32 rowsHash,
        bytes calldata signature,
        uint32 version
    ) external {
        _requireEnclave(escrow, batch.node, PaymentHashes.batch(batch, rowsHash), signature);
        BatchId memory id = _batchIdOf(escrow, batch);
        bytes32 auditId = _auditIdOf(id);
        Audit storage audit = _audits[auditId];
        _requireNew(auditId, audit, id, batch.lastAt);
        _policyOf(escrow, batch, version);

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
        _recordSeed(auditId, audit);
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
        // As an upheld challenge burns: else a friend of the node that owns the line carries out what stands behind lane O.
        (uint256 paid, uint256 burned) = _takePenalty(batch.node, owner, PENALTY_FACTOR * _inStake(batch.escrow, held));
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
        return _indexOf(auditId, audit, draw);
    }

    function _open(BatchId memory id, Batch calldata batch, uint32 version, ReceiptSet calldata receipts) private {
        bytes32 auditId = _auditIdOf(id);
        Audit storage audit = _audits[auditId];
        if (audit.state == AuditState.Demanded) {
            if (block.timestamp > audit.deadline) revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        } else {
            _requireNew(auditId, audit, id, batch.lastAt);
        }
        if (receipts.count == 0) revert InferenceArbiter_EmptySet();
        ProofPolicy memory policy = _policyOf(id.escrow, batch, version);

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

    /// @dev Counts the receipt of a draw, once: strata do not end between two receipts, so the neighbour may have drawn the same.
    function _takeDraw(
        bytes32 auditId,
        Audit storage audit,
        uint32 draw,
        bytes32 receiptHash,
        bytes32[] calldata path,
        bytes32 receiptId
    ) private {
        if (draw >= audit.draws) revert InferenceArbiter_InvalidDraw(draw);
        _recordSeed(auditId, audit);
        uint32 index = _indexOf(auditId, audit, draw);
        if (_proven[auditId][index]) revert InferenceArbiter_InvalidDraw(draw);
        _proven[auditId][index] = true;
        if (!ReceiptTree.isAt(audit.root, audit.count, index, receiptHash, path)) {
            revert InferenceArbiter_NotDrawn(draw, receiptId);
        }
        uint32 proven = 1;
        if (draw != 0 && _indexOf(auditId, audit, draw - 1) == index) ++proven;
        if (draw + 1 < audit.draws && _indexOf(auditId, audit, draw + 1) == index) ++proven;
        audit.proven += proven;
    }

    function _pass(bytes32 auditId, Audit storage audit, BatchId calldata batch) private {
        audit.state = AuditState.Passed;
        uint64 held = audit.held;
        audit.held = 0;
        emit AuditPassed(auditId, batch.node, batch.lineId);
        if (held != 0) IInferenceEscrow(batch.escrow).restore(batch.node, batch.lineId, held);
    }

    /// @dev Records the seed when it was not.
    function _recordSeed(bytes32 auditId, Audit storage audit) private {
        if (audit.seed != 0) return;
        uint64 seedBlock = audit.seedBlock;
        // Bounds of our own: what a chain's history contract says beyond them is not specified.
        bool isPast = seedBlock < block.number && block.number - seedBlock <= HISTORY_WINDOW;
        bytes32 seed = isPast ? Blockhash.blockHash(seedBlock) : bytes32(0);
        if (seed == 0) revert InferenceArbiter_NoSeed(seedBlock, block.number);
        audit.seed = seed;
        emit AuditDrawn(auditId, seed);
    }

    /// @dev What the line asked for when the batch was worked. Reverts when that is no audit, when the batch was not settled, or when its
    /// node could not prove it.
    function _policyOf(
        address escrow,
        Batch calldata batch,
        uint32 version
    ) private view returns (ProofPolicy memory policy) {
        bool isPast = batch.nonce < IInferenceEscrow(escrow).earningsOf(batch.node, batch.lineId).nextNonce;
        if (!isPast || IInferenceEscrow(escrow).isSkipped(batch.node, batch.lineId, batch.nonce)) {
            revert InferenceArbiter_NotSettled(batch.nonce);
        }
        policy = IVersionProofs(PROOFS).policyAt(batch.lineId, batch.lastAt);
        if (policy.auditShare == 0) revert InferenceArbiter_NotProvable(batch.lineId, batch.lastAt);
        _requireProvable(batch.lineId, batch.versionHash, version, batch.lastAt, policy.circuitId);
    }

    /// @dev An audit of a batch can begin {PROOF_WINDOW} after it was settled at the latest; late batches are no way out.
    function _requireNew(bytes32 auditId, Audit storage audit, BatchId memory id, uint40 lastAt) private view {
        _requireState(auditId, audit, AuditState.None);
        _requireRecent(lastAt, uint256(IInferenceEscrow(id.escrow).MAX_BATCH_AGE()) + PROOF_WINDOW);
    }

    function _requireState(bytes32 auditId, Audit storage audit, AuditState state) private view {
        if (audit.state != state) revert InferenceArbiter_AuditState(auditId, audit.state);
    }

    /// @dev Whether the receipt is of the audited batch.
    function _isOf(Receipt calldata receipt, BatchId calldata batch, Audit storage audit) private view returns (bool) {
        bool isOfBook = receipt.node == batch.node && receipt.lineId == batch.lineId;
        return isOfBook && receipt.workedAt <= audit.lastAt;
    }

    /// @dev A point of the draw-th of `draws` equal parts of the line on which each receipt has the same length. The bias of the remainder is
    /// below 2^-224.
    function _indexOf(bytes32 auditId, Audit storage audit, uint256 draw) private view returns (uint32) {
        (uint256 count, uint256 draws) = (audit.count, audit.draws);
        uint256 point = draw * count + (uint256(keccak256(abi.encode(audit.seed, auditId, draw))) % count);
        return uint32(point / draws);
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
