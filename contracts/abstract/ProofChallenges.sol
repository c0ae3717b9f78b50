// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Version} from "../interfaces/IDeltaLedger.sol";
import {Receipt} from "../interfaces/IInferenceArbiter.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {IProofChallenges, ProofChallenge, ProofState} from "../interfaces/IProofChallenges.sol";
import {IProofKeys} from "../interfaces/IProofKeys.sol";
import {IVersionProofs} from "../interfaces/IVersionProofs.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {ProofContexts} from "../libraries/ProofContexts.sol";
import {Bonds} from "./Bonds.sol";

/// @title ProofChallenges
/// @notice The part of InferenceArbiter that demands zero-knowledge proofs of single receipts.
abstract contract ProofChallenges is Bonds {
    /// @inheritdoc IProofChallenges
    uint32 public immutable PROOF_WINDOW;
    /// @inheritdoc IProofChallenges
    address public immutable PROOFS;

    mapping(bytes32 receiptId => ProofChallenge) private _proofChallenges;

    /// @param proofs what is proven of versions, and what lines ask for
    /// @param window seconds after its work in which a receipt can be challenged
    constructor(IVersionProofs proofs, uint32 window) {
        if (window == 0) revert InferenceArbiter_InvalidPeriod(window);
        PROOFS = address(proofs);
        PROOF_WINDOW = window;
    }

    /// @inheritdoc IProofChallenges
    function challengeReceipt(
        address escrow,
        Receipt calldata receipt,
        bytes calldata signature,
        uint32 version
    ) external nonReentrant returns (bytes32 receiptId) {
        bytes32 receiptHash = _requireReceipt(escrow, receipt, signature);
        receiptId = _receiptIdOf(escrow, receiptHash);
        ProofState state = _proofChallenges[receiptId].state;
        if (state != ProofState.None) revert InferenceArbiter_ProofState(receiptId, state);
        bytes32 circuitId = IVersionProofs(PROOFS).policyAt(receipt.lineId, receipt.workedAt).circuitId;
        _requireRecent(receipt.workedAt, PROOF_WINDOW);
        _requireProvable(receipt.lineId, receipt.versionHash, version, receipt.workedAt, circuitId);

        uint40 answerBy = _answerBy();
        _proofChallenges[receiptId] = ProofChallenge({
            challenger: msg.sender,
            answerBy: answerBy,
            version: version,
            state: ProofState.Open,
            circuitId: circuitId
        });
        emit ProofDemanded(receipt.node, receiptId, msg.sender, escrow, answerBy);
        _pullBond(escrow);
    }

    /// @inheritdoc IProofChallenges
    function proveReceipt(address escrow, Receipt calldata receipt, uint256 result, bytes calldata proof) external {
        bytes32 receiptHash = PaymentHashes.receipt(receipt);
        bytes32 receiptId = _receiptIdOf(escrow, receiptHash);
        ProofChallenge memory open = _requireOpen(receiptId);
        if (block.timestamp > open.answerBy) revert InferenceArbiter_AnswerTime(open.answerBy, block.timestamp);
        _proofChallenges[receiptId].state = ProofState.Proven;

        uint256 context = _contextOf(escrow, receipt, receiptHash, open.challenger, open.answerBy);
        _requireInference(receiptId, receipt, open.version, open.circuitId, result, context, proof);
        _giveBond(escrow, receipt.node);
        emit ReceiptProven(receipt.node, receiptId, result);
    }

    /// @inheritdoc IProofChallenges
    function refuteReceipt(address escrow, Receipt calldata receipt) external {
        bytes32 receiptId = _receiptIdOf(escrow, PaymentHashes.receipt(receipt));
        ProofChallenge memory lost = _requireOpen(receiptId);
        if (block.timestamp <= lost.answerBy) revert InferenceArbiter_AnswerTime(lost.answerBy, block.timestamp);
        _proofChallenges[receiptId].state = ProofState.Failed;
        _giveBond(escrow, lost.challenger);

        // Refund first: what stake there is goes to the payer before anybody is rewarded.
        address payer = _payerOf(escrow, receipt, lost.challenger);
        uint256 price = _inStake(escrow, receipt.price);
        (uint256 refund, uint256 burned) = INodeRegistry(NODES).slash(
            receipt.node,
            payer,
            price,
            PENALTY_FACTOR * price
        );
        (uint256 paid, uint256 more) = _takePenalty(receipt.node, lost.challenger, 0);
        emit ReceiptRefuted(receipt.node, receiptId, payer, refund, paid, burned + more);
    }

    /// @inheritdoc IProofChallenges
    function proofChallengeOf(bytes32 receiptId) external view returns (ProofChallenge memory) {
        return _proofChallenges[receiptId];
    }

    /// @inheritdoc IProofChallenges
    function inferenceContextOf(
        address escrow,
        Receipt calldata receipt,
        address requester,
        uint40 deadline
    ) external view returns (uint256) {
        return _contextOf(escrow, receipt, PaymentHashes.receipt(receipt), requester, deadline);
    }

    /// @dev Reverts unless proofs speak of that version, and the line asked for them.
    function _requireProvable(
        bytes32 lineId,
        bytes32 versionHash,
        uint32 version,
        uint40 workedAt,
        bytes32 circuitId
    ) internal view {
        if (circuitId == 0 || _rootOf(lineId, versionHash, version) == 0) {
            revert InferenceArbiter_NotProvable(lineId, workedAt);
        }
    }

    /// @dev Reverts unless the proof shows that the receipt's answer came from the weights that the ledger has for its version.
    function _requireInference(
        bytes32 receiptId,
        Receipt calldata receipt,
        uint32 version,
        bytes32 circuitId,
        uint256 result,
        uint256 context,
        bytes calldata proof
    ) internal view {
        uint256[] memory publics = new uint256[](5);
        publics[0] = _rootOf(receipt.lineId, receipt.versionHash, version);
        publics[1] = uint256(receipt.inputCommitment);
        publics[2] = uint256(receipt.outputCommitment);
        publics[3] = result;
        publics[4] = context;
        address keys = IVersionProofs(PROOFS).KEYS();
        if (!IProofKeys(keys).verifierOf(circuitId).verify(publics, proof)) {
            revert InferenceArbiter_InvalidProof(receiptId);
        }
    }

    function _contextOf(
        address escrow,
        Receipt calldata receipt,
        bytes32 receiptHash,
        address requester,
        uint40 deadline
    ) internal view returns (uint256) {
        uint256 modelId = LEDGER.lineOf(receipt.lineId).modelId;
        return
            ProofContexts.inference(
                modelId,
                receipt.lineId,
                receipt.versionHash,
                escrow,
                receiptHash,
                requester,
                deadline
            );
    }

    function _receiptIdOf(address escrow, bytes32 receiptHash) internal pure returns (bytes32) {
        return keccak256(abi.encode(escrow, receiptHash));
    }

    /// @dev Reverts when the work lies more than `window` seconds ago.
    function _requireRecent(uint40 workedAt, uint256 window) internal view {
        if (block.timestamp > workedAt + window) revert InferenceArbiter_TooOld(workedAt, block.timestamp);
    }

    /// @dev What the ledger has of a version's weights: zero for none.
    function _rootOf(bytes32 lineId, bytes32 versionHash, uint32 version) private view returns (uint256) {
        Version memory named = LEDGER.versionOf(lineId, version);
        if (named.hash != versionHash) revert InferenceArbiter_WrongVersion(versionHash, version);
        return uint256(named.commitments.poseidonRoot);
    }

    function _requireOpen(bytes32 receiptId) private view returns (ProofChallenge memory open) {
        open = _proofChallenges[receiptId];
        if (open.state != ProofState.Open) revert InferenceArbiter_ProofState(receiptId, open.state);
    }
}
