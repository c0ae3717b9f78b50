// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A demand for the voucher behind a channel's debits; amounts in units.
/// @param challenger who gets the bond back
/// @param answerBy Unix seconds, the last at which an answer counts; 0: no challenge is open
/// @param asserted what the channel's signer says he signed at most, or what an answer has proven since
/// @param debited what had been taken from the channel when it was challenged
/// @param held set aside of the node's earnings
/// @param bond of the challenger
struct Challenge {
    address challenger;
    uint40 answerBy;
    uint64 asserted;
    uint64 debited;
    uint64 held;
    uint64 bond;
}

/// @title IChallenges
/// @notice Consent on demand: a payer whose channel was debited without his voucher (lane O) gets the voucher or his money.
/// @dev A debit vests after {IInferenceEscrow.VEST_PERIOD}, at most twice that. A challenge within the vest period finds the
/// money still here; a later one is served from what the node has here, then from its stake.
interface IChallenges {
    event ChallengeOpened(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
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
        uint64 proven,
        bool complete
    );
    /// @notice Emitted when nobody answered in time: the channel ends, `refund` is owed to the payer by the escrow, `shortfall`
    /// is claimed from the node's stake.
    event ChallengeUpheld(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
        uint64 refund,
        uint64 shortfall
    );

    /// @notice Thrown when the channel has no lane O, or nothing beyond `asserted` was taken from it.
    error InferenceEscrow_NothingToChallenge(uint64 asserted, uint64 debited);
    /// @notice Thrown when the channel has an open challenge already.
    error InferenceEscrow_ChallengeOpen(uint40 answerBy);
    error InferenceEscrow_NoChallenge(address node, bytes32 lineId, uint256 channel);
    /// @notice Thrown when the time to answer is over, or not over yet; Unix seconds.
    error InferenceEscrow_AnswerTime(uint40 answerBy, uint256 nowAt);
    /// @notice Thrown when the voucher proves no more than what is asserted.
    error InferenceEscrow_AnswerTooLow(uint64 cumulative, uint64 asserted);

    /// @notice Demands the voucher behind what was taken from an optimistic channel beyond `asserted`; takes
    /// {IInferenceEscrow.CHALLENGE_BOND} from the caller (approve before). Payer or signer.
    function challenge(address node, bytes32 lineId, uint256 channel, uint64 asserted) external;
    /// @notice {challenge} by anybody, with the signer's ECDSA signature over
    /// `Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)`.
    function challengeFor(
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
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        bytes calldata signature
    ) external;
    /// @notice After the time to answer: ends the channel, owes the payer its rest and all that is unproven, slashes the node.
    /// Anybody may call.
    function uphold(address node, bytes32 lineId, uint256 channel) external;

    /// @notice The open challenge of a channel; all zero when there is none.
    function challengeOf(address node, bytes32 lineId, uint256 channel) external view returns (Challenge memory);
}
