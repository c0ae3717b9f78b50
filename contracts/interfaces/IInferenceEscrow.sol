// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A channel as it stands; amounts in units (see {IInferenceEscrow.UNIT}).
/// @param payer who deposited and gets the rest back
/// @param signer whose ECDSA key signs vouchers
/// @param deposited all that was ever deposited
/// @param paid all that was ever paid to the node
/// @param closeAt Unix seconds, the last at which a row pays and the first at which the payer may withdraw; 0 while open
/// @param closed whether the rest was paid out; a closed index is never used again
struct Channel {
    address payer;
    address signer;
    uint64 deposited;
    uint64 paid;
    uint40 closeAt;
    bool closed;
}

/// @notice What the enclave signs, once per settlement.
/// @param node whose channels are settled
/// @param lineId the line that was served
/// @param versionHash the one version that all of this work ran on
/// @param lastAt Unix seconds of the newest receipt in it
struct Batch {
    address node;
    bytes32 lineId;
    bytes32 versionHash;
    uint40 lastAt;
}

/// @notice One channel's part of a batch; amounts in units.
/// @param channel index of the node's channel
/// @param metered cumulative amount that the enclave metered; part of what it signs
/// @param signed cumulative amount of the payer's voucher for the batch's line
/// @param r first half of the voucher's signature
/// @param vs second half, with the recovery bit on top (EIP-2098)
struct Row {
    uint256 channel;
    uint64 metered;
    uint64 signed;
    bytes32 r;
    bytes32 vs;
}

/// @title IInferenceEscrow
/// @notice Prepaid channels of payers towards nodes. A row pays min(metered, signed, deposited) - paid, and only for a
/// version that its line's owner made active (or that is in its grace).
/// @dev EIP-712 domain: name "Freehold InferenceEscrow", version "1". Structs:
/// `Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)`,
/// `Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,uint40 workedAt)`,
/// `Batch(address node,bytes32 lineId,bytes32 versionHash,uint40 lastAt,Claim[] claims)Claim(uint256 channel,uint64 metered)`.
/// A voucher names the line that its signer asked for, so that a node cannot cash it through a line of its own, whose
/// policy accepts what the node likes. One escrow per ERC-20. Nobody can stop a settlement, a close or a withdrawal: the
/// pause concerns deposits.
/// @custom:security-contact see SECURITY.md
interface IInferenceEscrow {
    event ChannelOpened(
        address indexed node,
        uint256 indexed channel,
        address indexed payer,
        address signer,
        uint64 amount
    );
    event ChannelToppedUp(address indexed node, uint256 indexed channel, uint64 amount, uint64 deposited);
    event CloseRequested(address indexed node, uint256 indexed channel, uint40 closeAt);
    /// @notice Emitted when the rest of a channel went back to its payer.
    event ChannelClosed(address indexed node, uint256 indexed channel, address indexed payer, uint64 refund);
    /// @notice Emitted once per settlement.
    /// @param total units paid
    /// @param skipped bit i is set when row i paid nothing
    event BatchSettled(
        address indexed node,
        bytes32 indexed lineId,
        bytes32 indexed versionHash,
        address enclave,
        uint64 total,
        uint256 skipped
    );
    /// @notice Emitted when earned or owed money left; `amount` in the token's smallest unit.
    event Withdrawn(address indexed account, address indexed to, uint256 amount);
    event DepositsPaused(bool paused);

    error InferenceEscrow_DepositsPaused();
    error InferenceEscrow_ZeroAddress();
    error InferenceEscrow_ZeroAmount();
    /// @notice Thrown by the constructor: stake could leave before the last batch that it answers for.
    error InferenceEscrow_ThawTooShort(uint256 thawPeriod, uint256 needed);
    /// @notice Thrown when a channel's deposits, or {liabilities}, would pass 2^64 - 1 units; `deposited` is which.
    error InferenceEscrow_AmountTooLarge(uint64 deposited, uint64 amount);
    /// @notice Thrown when the token moved another amount than asked: fee-on-transfer tokens are refused.
    error InferenceEscrow_InexactTransfer(uint256 expected, uint256 received);
    /// @notice Thrown when the node is not in the registry.
    error InferenceEscrow_UnknownNode(address node);
    error InferenceEscrow_UnknownChannel(address node, uint256 channel);
    error InferenceEscrow_NotPayer(address node, uint256 channel, address account);
    /// @notice Thrown when something is done to a channel that closes or is closed.
    error InferenceEscrow_ChannelClosing(address node, uint256 channel, uint40 closeAt);
    /// @notice Thrown when the close was not requested (`closeAt` 0) or its delay runs.
    error InferenceEscrow_CloseNotDue(address node, uint256 channel, uint40 closeAt);
    /// @notice Thrown when the version is neither active nor in grace at the batch's time; both Unix seconds.
    error InferenceEscrow_VersionNotPayable(bytes32 lineId, bytes32 versionHash, uint40 lastAt, uint40 payableUntil);
    /// @notice Thrown when the batch lies in the future or is older than {MAX_BATCH_AGE}.
    error InferenceEscrow_BatchTimeInvalid(uint40 lastAt, uint256 nowAt);
    /// @notice Thrown when there are no rows or more than 256.
    error InferenceEscrow_InvalidRowCount(uint256 count);
    /// @notice Thrown when the signature of the batch recovers to nobody.
    error InferenceEscrow_BadBatchSignature();
    error InferenceEscrow_NothingOwed(address account);

    /// @notice Opens a channel of the caller towards `node`; approve the token before.
    /// @param signer whose ECDSA key signs vouchers; may be the caller
    /// @param amount units
    /// @return channel index of the channel among the node's
    function open(address node, address signer, uint64 amount) external returns (uint256 channel);
    /// @notice Adds to an open channel; anybody may pay.
    function topUp(address node, uint256 channel, uint64 amount) external;
    /// @notice Starts the close of the caller's channel: rows pay until `closeAt`, {CLOSE_DELAY} from now, and never
    /// later, withdrawn or not. Nothing restarts or ends a close.
    function requestClose(address node, uint256 channel) external;
    /// @notice Sends the rest of a channel to `to` from `closeAt` on. Payer only; retires the index.
    /// @return refund units
    function withdrawChannel(address node, uint256 channel, address to) external returns (uint64 refund);
    /// @notice The node gives up a channel: its rest is owed to the payer at once. Node only; retires the index.
    /// @return refund units
    function release(uint256 channel) external returns (uint64 refund);

    /// @notice Pays a batch of completed work. Anybody may send it; the pay is owed to the node.
    /// @dev A bad row (unknown, closed, wrong signature, nothing new) is skipped and never stops the others.
    /// @param enclaveSignature 65 bytes over the batch and the claims of all rows
    /// @return total units paid
    /// @return skipped bit i is set when row i paid nothing
    function settle(
        Batch calldata batch,
        Row[] calldata rows,
        bytes calldata enclaveSignature
    ) external returns (uint64 total, uint256 skipped);

    /// @notice Sends what a node earned to its registered payout address. Anybody may call.
    /// @return amount in the token's smallest unit
    function collect(address node) external returns (uint256 amount);
    /// @notice Sends what is owed to the caller as a payer (released channels) to `to`.
    /// @return amount in the token's smallest unit
    function withdraw(address to) external returns (uint256 amount);

    /// @notice Governance: stops or allows {open} and {topUp}, nothing else.
    function setDepositsPaused(bool paused) external;

    /// @notice The channel. Reverts when it was never opened.
    function channelOf(address node, uint256 channel) external view returns (Channel memory);
    /// @notice Number of channels ever opened towards `node`: the next index.
    function channelCount(address node) external view returns (uint256);
    /// @notice Units that a node earned and has not collected.
    function earned(address node) external view returns (uint64);
    /// @notice Units owed to a payer from released channels.
    function owed(address payer) external view returns (uint64);
    /// @notice EIP-712 digest of a voucher.
    function voucherDigest(
        address node,
        uint256 channel,
        bytes32 lineId,
        uint64 cumulative
    ) external view returns (bytes32);
    /// @notice EIP-712 digest of a batch.
    function batchDigest(Batch calldata batch, Row[] calldata rows) external view returns (bytes32);
    /// @notice Sum of the rests of all channels and of all that is earned or owed, in units: times {UNIT}, never more
    /// than the token balance.
    function liabilities() external view returns (uint256);
    function depositsPaused() external view returns (bool);

    function TOKEN() external view returns (address);
    /// @notice Smallest amount of the token that channels count: 10^(decimals - 6), at least 1.
    function UNIT() external view returns (uint256);
    /// @notice Seconds from {requestClose} to {withdrawChannel}.
    function CLOSE_DELAY() external view returns (uint32);
    /// @notice Seconds after which a batch is too old to be settled; bounds what {INodeRegistry.THAW_PERIOD} must cover.
    function MAX_BATCH_AGE() external view returns (uint32);
}
