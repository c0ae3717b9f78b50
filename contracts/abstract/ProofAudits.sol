// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";

import {Receipt} from "../interfaces/IInferenceArbiter.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {Audit, AuditState, IProofAudits, ReceiptSet} from "../interfaces/IProofAudits.sol";
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
        Audit storage audit = _audits[_auditIdOf(escrow, batch.node, batch.lineId, batch.nonce)];
        if (audit.state != AuditState.None) _wrongState(batch, audit.state);
        _policyOf(escrow, batch);

        uint40 openBy = _answerBy();
        audit.state = AuditState.Demanded;
        audit.deadline = openBy;
        emit AuditDemanded(batch.node, batch.lineId, batch.nonce, escrow, openBy);
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
        {
            bytes32 batchHash = PaymentHashes.batch(batch, rowsHash);
            _requireEnclave(escrow, batch.node, batchHash, signature);
            _requireEnclave(escrow, batch.node, PaymentHashes.receiptSet(batchHash, receipts), setSignature);
        }
        Audit storage audit = _audits[_auditIdOf(escrow, batch.node, batch.lineId, batch.nonce)];
        bool isDemanded = audit.state == AuditState.Demanded;
        if (!isDemanded && audit.state != AuditState.None) _wrongState(batch, audit.state);
        if (isDemanded && block.timestamp > audit.deadline) {
            revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        }
        if (receipts.count == 0) revert InferenceArbiter_EmptySet();
        ProofPolicy memory policy = _policyOf(escrow, batch);
        if (!isDemanded) {
            _requireProvable(batch.lineId, batch.versionHash, version, batch.lastAt, policy.circuitId);
        }
        _open(audit, escrow, batch, version, receipts, policy);
    }

    /// @inheritdoc IProofAudits
    function drawAudit(address escrow, address node, bytes32 lineId, uint32 nonce) external {
        Audit storage audit = _audits[_auditIdOf(escrow, node, lineId, nonce)];
        _requireOpenAudit(audit, node, lineId, nonce);
        _seedOf(audit, escrow, node, lineId, nonce);
    }

    /// @inheritdoc IProofAudits
    function proveDraw(
        address escrow,
        uint32 nonce,
        uint32 draw,
        Receipt calldata receipt,
        bytes32[] calldata path,
        uint256 result,
        bytes calldata proof
    ) external {
        bytes32 auditId = _auditIdOf(escrow, receipt.node, receipt.lineId, nonce);
        Audit storage audit = _audits[auditId];
        _requireOpenAudit(audit, receipt.node, receipt.lineId, nonce);
        if (block.timestamp > audit.deadline) revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        if (draw >= audit.draws || _proven[auditId][draw]) revert InferenceArbiter_InvalidDraw(draw);
        _proven[auditId][draw] = true;
        ++audit.proven;

        bytes32 receiptHash = PaymentHashes.receipt(receipt);
        bytes32 receiptId = _receiptIdOf(escrow, receiptHash);
        {
            bytes32 seed = _seedOf(audit, escrow, receipt.node, receipt.lineId, nonce);
            uint32 index = _indexOf(seed, auditId, audit.count, audit.draws, draw);
            bool isDrawn = ReceiptTree.isAt(audit.root, audit.count, index, receiptHash, path);
            bool isOfBatch = receipt.versionHash == audit.versionHash && receipt.workedAt <= audit.lastAt;
            if (!isDrawn || !isOfBatch || _audited[receiptId]) revert InferenceArbiter_NotDrawn(draw, receiptId);
            _audited[receiptId] = true;
        }
        {
            uint256 context = _contextOf(escrow, receipt, receiptHash, address(0), audit.deadline);
            _requireInference(receiptId, receipt, audit.version, audit.circuitId, result, context, proof);
        }
        emit DrawProven(receipt.node, receipt.lineId, nonce, escrow, draw, receiptId, result);
        if (audit.proven == audit.draws) _pass(audit, escrow, receipt.node, receipt.lineId, nonce);
    }

    /// @inheritdoc IProofAudits
    function failAudit(address escrow, address node, bytes32 lineId, uint32 nonce) external {
        Audit storage audit = _audits[_auditIdOf(escrow, node, lineId, nonce)];
        if (audit.state != AuditState.Demanded) _requireOpenAudit(audit, node, lineId, nonce);
        if (block.timestamp <= audit.deadline) revert InferenceArbiter_AuditTime(audit.deadline, block.timestamp);
        audit.state = AuditState.Failed;
        uint64 held = audit.held;
        audit.held = 0;

        address owner = LEDGER.lineOf(lineId).account;
        if (held != 0) IInferenceEscrow(escrow).assign(node, lineId, owner, held);
        (uint256 paid, uint256 burned) = _takePenalty(node, owner);
        emit AuditFailed(node, lineId, nonce, escrow, audit.draws - audit.proven, held, paid, burned);
    }

    /// @inheritdoc IProofAudits
    function auditOf(address escrow, address node, bytes32 lineId, uint32 nonce) external view returns (Audit memory) {
        return _audits[_auditIdOf(escrow, node, lineId, nonce)];
    }

    /// @inheritdoc IProofAudits
    function drawnIndex(
        address escrow,
        address node,
        bytes32 lineId,
        uint32 nonce,
        uint32 draw
    ) external view returns (uint32) {
        bytes32 auditId = _auditIdOf(escrow, node, lineId, nonce);
        Audit storage audit = _audits[auditId];
        if (draw >= audit.draws) revert InferenceArbiter_InvalidDraw(draw);
        if (audit.seed == 0) revert InferenceArbiter_NoSeed(audit.seedBlock, block.number);
        return _indexOf(audit.seed, auditId, audit.count, audit.draws, draw);
    }

    function _open(
        Audit storage audit,
        address escrow,
        Batch calldata batch,
        uint32 version,
        ReceiptSet calldata receipts,
        ProofPolicy memory policy
    ) private {
        // Rounded up: a batch of a line that asks for audits has one draw at least.
        uint256 draws = (uint256(receipts.count) * policy.auditShare + WHOLE - 1) / WHOLE;
        uint64 drawn = uint64((uint256(receipts.total) * draws + receipts.count - 1) / receipts.count);
        uint64 held = IInferenceEscrow(escrow).seize(batch.node, batch.lineId, drawn);
        audit.state = AuditState.Open;
        audit.deadline = _answerBy();
        audit.seedBlock = uint64(block.number) + SEED_DELAY;
        audit.count = receipts.count;
        audit.draws = uint32(draws);
        audit.lastAt = batch.lastAt;
        audit.held = held;
        audit.version = version;
        audit.root = receipts.root;
        audit.versionHash = batch.versionHash;
        audit.circuitId = policy.circuitId;
        emit AuditOpened(
            batch.node,
            batch.lineId,
            batch.nonce,
            escrow,
            receipts,
            audit.draws,
            held,
            audit.seedBlock,
            audit.deadline
        );
    }

    function _pass(Audit storage audit, address escrow, address node, bytes32 lineId, uint32 nonce) private {
        audit.state = AuditState.Passed;
        uint64 held = audit.held;
        audit.held = 0;
        emit AuditPassed(node, lineId, nonce, escrow);
        if (held != 0) IInferenceEscrow(escrow).restore(node, lineId, held);
    }

    /// @dev The seed, recorded when it was not.
    function _seedOf(
        Audit storage audit,
        address escrow,
        address node,
        bytes32 lineId,
        uint32 nonce
    ) private returns (bytes32 seed) {
        seed = audit.seed;
        if (seed != 0) return seed;
        uint64 seedBlock = audit.seedBlock;
        // Bounds of our own: what a chain's history contract says beyond them is not specified.
        bool isPast = seedBlock < block.number && block.number - seedBlock <= HISTORY_WINDOW;
        if (isPast) seed = Blockhash.blockHash(seedBlock);
        if (seed == 0) revert InferenceArbiter_NoSeed(seedBlock, block.number);
        audit.seed = seed;
        emit AuditDrawn(node, lineId, nonce, escrow, seed);
    }

    /// @dev What the line asked for when the batch was worked; reverts when that is no audit, or the batch was not settled yet.
    function _policyOf(address escrow, Batch calldata batch) private view returns (ProofPolicy memory policy) {
        uint32 nextNonce = IInferenceEscrow(escrow).earningsOf(batch.node, batch.lineId).nextNonce;
        if (batch.nonce >= nextNonce) revert InferenceArbiter_NotSettled(batch.nonce, nextNonce);
        if (block.timestamp > uint256(batch.lastAt) + PROOF_WINDOW + ANSWER_PERIOD) {
            revert InferenceArbiter_TooOld(batch.lastAt, block.timestamp);
        }
        policy = IVersionProofs(PROOFS).policyAt(batch.lineId, batch.lastAt);
        if (policy.auditShare == 0) revert InferenceArbiter_NotProvable(batch.lineId, batch.lastAt);
    }

    function _requireOpenAudit(Audit storage audit, address node, bytes32 lineId, uint32 nonce) private view {
        if (audit.state != AuditState.Open) {
            revert InferenceArbiter_AuditState(node, lineId, nonce, audit.state);
        }
    }

    function _wrongState(Batch calldata batch, AuditState state) private pure {
        revert InferenceArbiter_AuditState(batch.node, batch.lineId, batch.nonce, state);
    }

    /// @dev One of the receipts from floor(draw * count / draws) to the next draw's first. The bias of the remainder is below 2^-224.
    function _indexOf(
        bytes32 seed,
        bytes32 auditId,
        uint256 count,
        uint256 draws,
        uint256 draw
    ) private pure returns (uint32) {
        uint256 first = (draw * count) / draws;
        uint256 size = ((draw + 1) * count) / draws - first;
        return uint32(first + (uint256(keccak256(abi.encode(seed, auditId, draw))) % size));
    }

    function _auditIdOf(address escrow, address node, bytes32 lineId, uint32 nonce) private pure returns (bytes32) {
        return keccak256(abi.encode(escrow, node, lineId, nonce));
    }
}
