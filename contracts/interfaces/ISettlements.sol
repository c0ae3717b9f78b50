// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice How a batch proves the payers' consent.
/// @custom:value0 Voucher every row shows the payer's signature; its pay is final at once
/// @custom:value1 Optimistic rows show none: their pay vests, and a payer can demand the voucher meanwhile
enum Lane {
    Voucher,
    Optimistic
}

/// @notice What the enclave signs once per settlement, together with the hash of the packed rows.
/// @param node whose channels are settled
/// @param lineId the line that was served
/// @param versionHash the one version that all of this work ran on
/// @param lane how the rows prove consent
/// @param nonce of this node and line: each is used once, in order, from 0
/// @param lastAt Unix seconds of the newest receipt in it
struct Batch {
    address node;
    bytes32 lineId;
    bytes32 versionHash;
    Lane lane;
    uint32 nonce;
    uint40 lastAt;
}

/// @notice What a node has from one line; units.
/// @param earned may be collected now
/// @param vesting of lane O, not yet vested
/// @param held set aside for challenges that run
/// @param limit of `vesting` and `held` together, by the stake of now: beyond it lane O pays no batch
/// @param share see {ISettlements.setStakeShare}
/// @param nextNonce of the next batch
/// @param leastDeposit that a new channel must hold
struct Earnings {
    uint64 earned;
    uint64 vesting;
    uint64 held;
    uint256 limit;
    uint8 share;
    uint32 nextNonce;
    uint64 leastDeposit;
}

/// @title ISettlements
/// @notice Batches of completed work, and what nodes earn by them.
/// @dev Packed rows, big-endian: groups of `slot(3) mask(1)` in strictly rising order of slots, mask in 1 to 15; bit j of the mask
/// stands for channel 4 x slot + j, and for each set bit, lowest first, follows
/// - lane V, 80 bytes: `r(32) vs(32) signed(8) metered(8)`: the voucher's signature (EIP-2098), its cumulative amount, and the
///   cumulative amount that the enclave metered;
/// - lane O, 4 bytes: `amount(4)`, units to take.
interface ISettlements {
    /// @notice Emitted once per settlement.
    /// @param total units paid
    event BatchSettled(
        address indexed node,
        bytes32 indexed lineId,
        bytes32 indexed versionHash,
        Lane lane,
        uint32 nonce,
        uint64 total
    );
    /// @notice Emitted behind {BatchSettled} when rows paid nothing.
    /// @param skipped bit i % 8 of byte i / 8 is set when row i paid nothing; zero bytes at the end are cut
    event RowsSkipped(address indexed node, bytes32 indexed lineId, uint32 nonce, bytes skipped);
    /// @notice Emitted when a node gave up a nonce.
    event BatchSkipped(address indexed node, bytes32 indexed lineId, uint32 nonce);
    event StakeShareSet(address indexed node, bytes32 indexed lineId, uint8 share);
    event LeastDepositSet(address indexed node, bytes32 indexed lineId, uint64 amount);

    /// @notice Thrown when the version is neither active nor in grace at the batch's time; both Unix seconds.
    error InferenceEscrow_VersionNotPayable(bytes32 lineId, bytes32 versionHash, uint40 lastAt, uint40 payableUntil);
    /// @notice Thrown when the batch lies in the future or is older than {IInferenceEscrow.MAX_BATCH_AGE}.
    error InferenceEscrow_BatchTimeInvalid(uint40 lastAt, uint256 nowAt);
    /// @notice Thrown when the batch is not the next one.
    error InferenceEscrow_WrongNonce(uint32 nonce, uint32 expected);
    /// @notice Thrown when the packed rows are not of the form above: the group that begins `remaining` bytes before their end.
    error InferenceEscrow_MalformedRows(uint256 remaining);
    /// @notice Thrown when the signature recovers to nobody.
    error InferenceEscrow_BadEnclaveSignature();
    /// @notice Thrown when an exponent is over 55.
    error InferenceEscrow_InvalidExponent(uint8 exponent);

    /// @notice Thrown when unvested pay of a node and line, what is held for challenges included, would be above its share of the node's
    /// free stake; units.
    error InferenceEscrow_StakeTooLow(uint256 unvested, uint256 limit);
    /// @notice Thrown when a share is over 15.
    error InferenceEscrow_InvalidShare(uint8 share);
    /// @notice Thrown when the shares of a node's lines come to more than a quarter of its stake; both in 2^-16 of it.
    error InferenceEscrow_SharesExceeded(uint256 sum, uint256 most);

    /// @notice Pays a batch of completed work. Anybody may send it; the pay is the node's.
    /// @dev A bad row (unknown, closed, wrong signature, nothing new) is skipped and never stops the others; a row pays no more than
    /// is signed, metered and deposited. No account's code is called.
    /// @param enclaveSignature 65 bytes over the batch and its rows
    /// @return total units paid
    /// @return skipped bit i % 8 of byte i / 8 is set when row i paid nothing; zero bytes at the end are cut
    function settle(
        Batch calldata batch,
        bytes calldata rows,
        bytes calldata enclaveSignature
    ) external returns (uint64 total, bytes memory skipped);
    /// @notice {settle}, then {collect}: one transaction for both.
    function settleAndCollect(
        Batch calldata batch,
        bytes calldata rows,
        bytes calldata enclaveSignature
    ) external returns (uint64 total, bytes memory skipped);
    /// @notice The caller, a node, asks for at least 2^exponent units in new channels of a line, so that dust does not thin out its
    /// slots. `exponent` at most 55.
    function setLeastDeposit(bytes32 lineId, uint8 exponent) external;
    /// @notice The caller, a node, lets unvested pay of lane O on a line come to 2^-(share + 1) of its stake, thawing aside; `share` from 1 to
    /// 15, or 0, as before it is set, for no lane O there. All lines together: a quarter at most. A share is lowered only when what is
    /// unvested or held fits the lower one: else one quarter would serve one line after the other.
    /// @dev What that buys. A thief who is the node can have friends challenge old debits, so that the pay behind fresh wrong debits is
    /// refunded to them: W at most, all that is unvested or held. An upheld challenge over U units, of which R come from there, burns 2U,
    /// or, when the stake is too low for that, all that is left of it but at most half for the challenger. In the first case the friends
    /// gain R <= U and 2U burn; the second leaves no stake, so no further batch: they gain W, and at least half of what was left burns.
    /// With W <= stake / 4 they lose more than they gain, a quarter of the stake at least once all of it is gone.
    function setStakeShare(bytes32 lineId, uint8 share) external;
    /// @notice The caller gives up the next nonce of its line: for a signed batch that can never be paid.
    function skipBatch(bytes32 lineId, uint32 nonce) external;
    /// @notice Sends what a node earned on a line to its registered payout address. Anybody may call.
    /// @return amount in the token's smallest unit
    function collect(address node, bytes32 lineId) external returns (uint256 amount);

    /// @notice Whether the batch of this nonce was given up ({skipBatch}).
    function isSkipped(address node, bytes32 lineId, uint32 nonce) external view returns (bool);
    /// @notice What a node has from a line, now.
    function earningsOf(address node, bytes32 lineId) external view returns (Earnings memory);
    /// @notice EIP-712 digest of a voucher,
    /// `Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)`.
    function voucherDigest(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative
    ) external view returns (bytes32);
    /// @notice EIP-712 digest of a batch,
    /// `Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)`.
    function batchDigest(Batch calldata batch, bytes32 rowsHash) external view returns (bytes32);
}
