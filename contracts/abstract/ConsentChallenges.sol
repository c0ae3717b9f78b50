// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {Challenge, IChallenges} from "../interfaces/IChallenges.sol";
import {Channel} from "../interfaces/IChannels.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";
import {ArbiterBase} from "./ArbiterBase.sol";

/// @title ConsentChallenges
/// @notice The part of InferenceArbiter by which payers demand the vouchers behind lane O.
/// @dev Between calls every unit that this contract has set aside in an escrow is `held` of exactly one challenge, and every token that it
/// holds is the bond of an open challenge or somebody's {bondsOf}.
abstract contract ConsentChallenges is ArbiterBase, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev Two slots.
    struct StoredChallenge {
        address challenger;
        uint40 answerBy;
        uint56 asserted;
        uint56 debited;
        uint56 held;
    }

    /// @dev What a node loses besides the refund, as a multiple of what it could not prove; burned.
    uint256 private constant PENALTY_FACTOR = 2;
    /// @dev The escrows' thaw check leaves room for this.
    uint32 private constant MAX_ANSWER_PERIOD = 2 days;

    /// @inheritdoc IChallenges
    uint64 public immutable BOND;
    /// @inheritdoc IChallenges
    uint32 public immutable ANSWER_PERIOD;

    mapping(bytes32 channelKey => StoredChallenge) private _challenges;
    mapping(address escrow => mapping(address account => uint64 units)) private _bonds;

    /// @param bond units that a challenger puts at stake
    /// @param answerPeriod seconds to answer a challenge
    constructor(uint64 bond, uint32 answerPeriod) {
        if (answerPeriod == 0 || answerPeriod > MAX_ANSWER_PERIOD) {
            revert InferenceArbiter_InvalidPeriod(answerPeriod);
        }
        BOND = bond;
        ANSWER_PERIOD = answerPeriod;
    }

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
            _bonds[escrow][node] += BOND;
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
            _bonds[escrow][node] += BOND;
            emit ChallengeAnswered(node, lineId, channel, escrow, ended.paid, true);
            if (lost.held != 0) IInferenceEscrow(escrow).restore(node, lineId, lost.held);
            return;
        }
        _bonds[escrow][lost.challenger] += BOND;

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
    function withdrawBonds(address escrow, address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0)) revert InferenceArbiter_ZeroAddress();
        uint64 units = _bonds[escrow][msg.sender];
        if (units == 0) revert InferenceArbiter_NothingOwed(msg.sender);
        _bonds[escrow][msg.sender] = 0;
        amount = units * IInferenceEscrow(escrow).UNIT();
        emit BondsWithdrawn(escrow, msg.sender, to, amount);
        IERC20(IInferenceEscrow(escrow).TOKEN()).safeTransfer(to, amount);
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

    /// @inheritdoc IChallenges
    function bondsOf(address escrow, address account) external view returns (uint64) {
        return _bonds[escrow][account];
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
        uint40 answerBy = uint40(block.timestamp) + ANSWER_PERIOD;
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

    function _pullBond(address escrow) private {
        IERC20 token = IERC20(IInferenceEscrow(escrow).TOKEN());
        uint256 value = BOND * IInferenceEscrow(escrow).UNIT();
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), value);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != value) revert InferenceArbiter_InexactTransfer(value, received);
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
