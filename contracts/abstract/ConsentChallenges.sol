// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Challenge, IChallenges} from "../interfaces/IChallenges.sol";
import {Channel} from "../interfaces/IChannels.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {Bonds} from "./Bonds.sol";

/// @title ConsentChallenges
/// @notice The part of InferenceArbiter by which payers demand the vouchers behind lane O.
/// @dev Between calls every unit that InferenceArbiter has set aside in an escrow is `held` of exactly one challenge or audit.
abstract contract ConsentChallenges is Bonds {
    /// @dev Two slots.
    struct StoredChallenge {
        address challenger;
        uint40 answerBy;
        uint56 asserted;
        uint56 debited;
        uint56 held;
    }

    mapping(bytes32 channelKey => StoredChallenge) private _challenges;

    /// @inheritdoc IChallenges
    function challenge(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 asserted
    ) external nonReentrant {
        _requireEscrow(escrow);
        Channel memory challenged = IInferenceEscrow(escrow).channelOf(node, lineId, channel);
        if (msg.sender != challenged.signer && msg.sender != challenged.payer) {
            revert InferenceArbiter_NotPayer(node, lineId, channel, msg.sender);
        }
        _challenge(escrow, node, lineId, channel, asserted, challenged);
    }

    /// @inheritdoc IChallenges
    function challengeFor(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 asserted,
        uint256 deadline,
        bytes calldata signature
    ) external nonReentrant {
        if (block.timestamp > deadline) revert InferenceArbiter_Expired(deadline, block.timestamp);
        _requireEscrow(escrow);
        bytes32 structHash = PaymentHashes.challenge(node, lineId, channel, asserted, deadline);
        address signer = _signerOf(escrow, structHash, signature);
        Channel memory challenged = IInferenceEscrow(escrow).channelOf(node, lineId, channel);
        if (signer != challenged.signer) revert InferenceArbiter_BadSignature(challenged.signer);
        _challenge(escrow, node, lineId, channel, asserted, challenged);
    }

    /// @inheritdoc IChallenges
    function answer(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        bytes calldata signature
    ) external {
        StoredChallenge storage running = _running(escrow, node, lineId, channel);
        StoredChallenge memory now_ = running;
        if (block.timestamp > now_.answerBy) {
            revert InferenceArbiter_AnswerTime(now_.answerBy, block.timestamp);
        }
        if (cumulative <= now_.asserted) revert InferenceArbiter_AnswerTooLow(cumulative, now_.asserted);
        _requireVoucher(escrow, node, lineId, channel, cumulative, signature);

        bool complete = cumulative >= now_.debited;
        uint64 freed = now_.held;
        if (complete) {
            delete _challenges[_keyOf(escrow, node, lineId, channel)];
            _giveBond(escrow, node);
        } else {
            uint64 unproven = now_.debited - cumulative;
            freed = freed > unproven ? freed - unproven : 0;
            running.asserted = uint56(cumulative);
            running.held = now_.held - uint56(freed);
        }
        emit ChallengeAnswered(node, lineId, channel, escrow, cumulative, complete);
        if (freed != 0) IInferenceEscrow(escrow).restore(node, lineId, freed);
    }

    /// @inheritdoc IChallenges
    function uphold(address escrow, address node, bytes32 lineId, uint256 channel) external {
        StoredChallenge memory lost = _running(escrow, node, lineId, channel);
        if (block.timestamp <= lost.answerBy) {
            revert InferenceArbiter_AnswerTime(lost.answerBy, block.timestamp);
        }
        delete _challenges[_keyOf(escrow, node, lineId, channel)];
        Channel memory ended = IInferenceEscrow(escrow).channelOf(node, lineId, channel);
        if (!ended.optimistic) {
            // The payer has agreed meanwhile to what was taken (closeNow): nothing is left to prove.
            _giveBond(escrow, node);
            emit ChallengeAnswered(node, lineId, channel, escrow, ended.paid, true);
            if (lost.held != 0) IInferenceEscrow(escrow).restore(node, lineId, lost.held);
            return;
        }
        _giveBond(escrow, lost.challenger);

        // What was taken since the challenge is as unproven as what was taken before.
        uint64 unproven = ended.paid - lost.asserted;
        uint64 refund = lost.held + IInferenceEscrow(escrow).seize(node, lineId, unproven - lost.held);
        IInferenceEscrow(escrow).endChannel(node, lineId, channel, lost.asserted);
        IInferenceEscrow(escrow).assign(node, lineId, ended.payer, refund);
        emit ChallengeUpheld(node, lineId, channel, escrow, refund, unproven - refund);

        uint256 unit = IInferenceEscrow(escrow).UNIT();
        INodeRegistry(NODES).slash(node, ended.payer, (unproven - refund) * unit, unproven * unit * PENALTY_FACTOR);
    }

    /// @inheritdoc IChallenges
    function challengeOf(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel
    ) external view returns (Challenge memory) {
        StoredChallenge storage running = _challenges[_keyOf(escrow, node, lineId, channel)];
        return
            Challenge({
                challenger: running.challenger,
                answerBy: running.answerBy,
                asserted: running.asserted,
                debited: running.debited,
                held: running.held
            });
    }

    function _challenge(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 asserted,
        Channel memory challenged
    ) private {
        bytes32 key = _keyOf(escrow, node, lineId, channel);
        if (_challenges[key].answerBy != 0) {
            revert InferenceArbiter_ChallengeOpen(_challenges[key].answerBy);
        }
        if (!challenged.optimistic || asserted >= challenged.paid) {
            revert InferenceArbiter_NothingToChallenge(asserted, challenged.paid);
        }

        uint64 held = IInferenceEscrow(escrow).seize(node, lineId, challenged.paid - asserted);
        uint40 answerBy = _answerBy();
        // Amounts of a channel are below 2^56.
        _challenges[key] = StoredChallenge({
            challenger: msg.sender,
            answerBy: answerBy,
            asserted: uint56(asserted),
            debited: uint56(challenged.paid),
            held: uint56(held)
        });
        emit ChallengeOpened(node, lineId, channel, escrow, msg.sender, asserted, challenged.paid, answerBy);
        _pullBond(escrow);
    }

    /// @dev A signer is a key: code that appears at its address later changes nothing.
    function _requireVoucher(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        bytes calldata signature
    ) private view {
        bytes32 structHash = PaymentHashes.voucher(node, channel, lineId, cumulative);
        address signer = IInferenceEscrow(escrow).channelOf(node, lineId, channel).signer;
        if (_signerOf(escrow, structHash, signature) != signer) revert InferenceArbiter_BadSignature(signer);
    }

    function _running(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel
    ) private view returns (StoredChallenge storage running) {
        running = _challenges[_keyOf(escrow, node, lineId, channel)];
        if (running.answerBy == 0) revert InferenceArbiter_NoChallenge(node, lineId, channel);
    }

    function _keyOf(address escrow, address node, bytes32 lineId, uint256 channel) private pure returns (bytes32) {
        return keccak256(abi.encode(escrow, node, lineId, channel));
    }
}
