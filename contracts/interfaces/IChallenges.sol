// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A demand for the voucher behind a channel's debits; amounts in units.
/// @param challenger who gets the bond back
/// @param answerBy Unix seconds, the last at which an answer counts; 0: no challenge is open
/// @param asserted what the channel's signer says he signed at most, or what an answer has proven since
/// @param debited what had been taken from the channel when it was challenged
/// @param held set aside of the node's earnings
struct Challenge {
    address challenger;
    uint40 answerBy;
    uint64 asserted;
    uint64 debited;
    uint64 held;
}

/// @title IChallenges
/// @notice Consent on demand: a payer whose channel was debited without his voucher (lane O) gets the voucher or his money.
/// @dev `escrow` is the one of the channel. Its money stays there; bonds are held here. Pay of lane O vests after
/// {IInferenceEscrow.VEST_PERIOD}, at most twice that. A challenge within the vest period finds the
/// money still here, unless older claims took it; what is missing is served from up to half of the node's stake.
interface IChallenges {
    event ChallengeOpened(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
        address escrow,
        address challenger,
        uint64 asserted,
        uint64 debited,
        uint40 answerBy
    );
    /// @notice Emitted when a voucher answered; `complete` when it covers all that was debited.
    event ChallengeAnswered(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
        address escrow,
        uint64 proven,
        bool complete
    );
    /// @notice Emitted when nobody answered in time: the channel ends, `refund` is owed to the payer by the escrow (and the rest of the
    /// channel), `shortfall` is claimed from the node's stake.
    event ChallengeUpheld(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
        address escrow,
        uint64 refund,
        uint64 shortfall
    );

    /// @notice Emitted when bonds left; `amount` in the token's smallest unit.
    event BondsWithdrawn(address indexed escrow, address indexed account, address indexed to, uint256 amount);

    /// @notice Thrown when the channel has no lane O, or nothing beyond `asserted` was taken from it.
    error InferenceArbiter_NothingToChallenge(uint64 asserted, uint64 debited);
    /// @notice Thrown when the channel has an open challenge already.
    error InferenceArbiter_ChallengeOpen(uint40 answerBy);
    /// @notice Thrown when the caller is neither payer nor signer of the channel.
    error InferenceArbiter_NotPayer(address node, bytes32 lineId, uint256 channel, address account);
    /// @notice Thrown when a signed challenge is late; Unix seconds.
    error InferenceArbiter_Expired(uint256 deadline, uint256 nowAt);
    /// @notice Thrown when a signature is not the channel's signer's.
    error InferenceArbiter_BadSignature(address signer);
    error InferenceArbiter_NothingOwed(address account);
    /// @notice Thrown when the token moved another amount than asked.
    error InferenceArbiter_InexactTransfer(uint256 expected, uint256 received);
    error InferenceArbiter_ZeroAddress();
    error InferenceArbiter_NoChallenge(address node, bytes32 lineId, uint256 channel);
    /// @notice Thrown when the time to answer is over, or not over yet; Unix seconds.
    error InferenceArbiter_AnswerTime(uint40 answerBy, uint256 nowAt);
    /// @notice Thrown when the voucher proves no more than what is asserted.
    error InferenceArbiter_AnswerTooLow(uint64 cumulative, uint64 asserted);

    /// @notice Demands the voucher behind what was taken from an optimistic channel beyond `asserted`; takes
    /// {BOND} from the caller (approve this contract before). Payer or signer.
    function challenge(address escrow, address node, bytes32 lineId, uint256 channel, uint64 asserted) external;
    /// @notice {challenge} by anybody, with the signer's ECDSA signature over
    /// `Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)`.
    function challengeFor(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 asserted,
        uint256 deadline,
        bytes calldata signature
    ) external;
    /// @notice Shows a voucher. One that covers all that was debited ends the challenge and wins the bond for the node; a lower one
    /// narrows it. Anybody may call.
    /// @param signature of the voucher, 65 bytes
    function answer(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        bytes calldata signature
    ) external;
    /// @notice After the time to answer: ends the channel, owes the payer its rest and all that is unproven, slashes the node.
    /// Anybody may call. A payer who has agreed to the debits meanwhile (IChannels.closeNow) has lost it.
    function uphold(address escrow, address node, bytes32 lineId, uint256 channel) external;

    /// @notice Sends what the caller has from bonds, in an escrow's token, to `to`. A node's bonds go to whoever its address is.
    /// @return amount in the token's smallest unit
    function withdrawBonds(address escrow, address to) external returns (uint256 amount);

    /// @notice The open challenge of a channel; all zero when there is none.
    function challengeOf(
        address escrow,
        address node,
        bytes32 lineId,
        uint256 channel
    ) external view returns (Challenge memory);
    /// @notice Units that an account has from bonds.
    function bondsOf(address escrow, address account) external view returns (uint64);
    /// @notice Units that a challenger puts at stake.
    function BOND() external view returns (uint64);
    /// @notice Seconds to answer a challenge.
    function ANSWER_PERIOD() external view returns (uint32);
}
