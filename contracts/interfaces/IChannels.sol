// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A channel as it stands; amounts in units (see {IInferenceEscrow.UNIT}).
/// @param payer who gets the rest back
/// @param signer whose ECDSA key signs vouchers
/// @param deposited all that was ever deposited; once closed, all that was paid
/// @param paid all that was ever taken from it for the node, in either lane
/// @param closeAt Unix seconds, the last at which a row pays and the first at which the payer may withdraw; 0 while open
/// @param closeDelay seconds from a close request to `closeAt`; 0 once it closes
/// @param optimistic whether batches of lane O were allowed to debit it, and what they took can be challenged
/// @param closed whether the rest was paid out; a closed index is never used again
struct Channel {
    address payer;
    address signer;
    uint64 deposited;
    uint64 paid;
    uint40 closeAt;
    uint32 closeDelay;
    bool optimistic;
    bool closed;
}

/// @notice A channel to be.
/// @param node whom it pays
/// @param lineId the line whose inferences it pays
/// @param payer who gets the rest back; zero: whoever calls
/// @param signer whose ECDSA key signs vouchers; zero: the payer
/// @param amount units
/// @param closeDelay seconds from a close request to the end of all pay
/// @param optimistic whether batches of lane O may debit it
struct Opening {
    address node;
    bytes32 lineId;
    address payer;
    address signer;
    uint64 amount;
    uint32 closeDelay;
    bool optimistic;
}

/// @notice An EIP-2612 permit of the caller for the escrow, over exactly the deposit.
struct Permit {
    uint256 deadline;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @notice An EIP-3009 authorisation of the payer to the escrow, over exactly the deposit. Its nonce is the hash that
/// {IChannels.openingHash} or {IChannels.topUpHash} gives: who carries it can change nothing.
struct Authorization {
    uint256 validAfter;
    uint256 validBefore;
    uint256 salt;
    uint8 v;
    bytes32 r;
    bytes32 s;
}

/// @title IChannels
/// @notice Channels: prepaid balances of payers towards a node, for the inferences of one line.
/// @dev A channel is named by node, line and an index counted up from 0 for this pair; no index is ever used twice. Nobody can
/// stop a close or a withdrawal: the pause concerns deposits.
interface IChannels {
    event ChannelOpened(
        address indexed node,
        bytes32 indexed lineId,
        address indexed payer,
        uint256 channel,
        address signer,
        uint64 amount,
        uint32 closeDelay,
        bool optimistic
    );
    event ChannelToppedUp(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
        uint64 amount,
        uint64 deposited
    );
    event CloseRequested(address indexed node, bytes32 indexed lineId, uint256 indexed channel, uint40 closeAt);
    /// @notice Emitted when the rest of a channel went back to its payer, or on into another channel of his.
    event ChannelClosed(
        address indexed node,
        bytes32 indexed lineId,
        uint256 indexed channel,
        address payer,
        uint64 refund
    );
    /// @notice Emitted when earned or owed money left; `amount` in the token's smallest unit.
    event Withdrawn(address indexed account, address indexed to, uint256 amount);

    error InferenceEscrow_DepositsPaused();
    error InferenceEscrow_ZeroAddress();
    error InferenceEscrow_ZeroAmount();
    /// @notice Thrown when a channel's deposits would pass {IInferenceEscrow.MAX_DEPOSIT}.
    error InferenceEscrow_AmountTooLarge(uint64 deposited, uint64 amount);
    /// @notice Thrown when a new channel holds less than its node asks for.
    error InferenceEscrow_DepositTooSmall(uint64 amount, uint256 leastDeposit);
    /// @notice Thrown when node and line have as many channels as rows can name.
    error InferenceEscrow_BookFull(address node, bytes32 lineId);
    /// @notice Thrown when the token moved another amount than asked: fee-on-transfer tokens are refused.
    error InferenceEscrow_InexactTransfer(uint256 expected, uint256 received);
    /// @notice Thrown when the node is not in the registry.
    error InferenceEscrow_UnknownNode(address node);
    error InferenceEscrow_UnknownChannel(address node, bytes32 lineId, uint256 channel);
    error InferenceEscrow_NotPayer(address node, bytes32 lineId, uint256 channel, address account);
    /// @notice Thrown when something is done to a channel that closes or is closed.
    error InferenceEscrow_ChannelClosing(address node, bytes32 lineId, uint256 channel, uint40 closeAt);
    /// @notice Thrown when the close was not requested (`closeAt` 0) or its delay runs.
    error InferenceEscrow_CloseNotDue(address node, bytes32 lineId, uint256 channel, uint40 closeAt);
    /// @notice Thrown when a close delay is not within {IInferenceEscrow.MIN_CLOSE_DELAY} and MAX_CLOSE_DELAY.
    error InferenceEscrow_InvalidCloseDelay(uint32 closeDelay);
    /// @notice Thrown when the lane of consent on challenge is asked for and stake is in another token.
    error InferenceEscrow_OptimisticUnavailable();
    /// @notice Thrown when a signed instruction is late; Unix seconds.
    error InferenceEscrow_Expired(uint256 deadline, uint256 nowAt);
    /// @notice Thrown when a signature is not the account's.
    error InferenceEscrow_BadSignature(address account);
    /// @notice Thrown when a signed opening was used before.
    error InferenceEscrow_OpeningUsed(bytes32 digest);
    error InferenceEscrow_NothingOwed(address account);
    /// @notice Thrown when more is asked for than the channel holds.
    error InferenceEscrow_RestExceeded(uint64 amount, uint64 rest);

    /// @notice Opens a channel with the caller's money; approve the token before.
    /// @return channel its index
    function open(Opening calldata opening) external returns (uint256 channel);
    /// @notice {open} with the caller's EIP-2612 permit. A permit that somebody carried before is no error: the allowance counts.
    function openWithPermit(Opening calldata opening, Permit calldata permit) external returns (uint256 channel);
    /// @notice {open} with money that the payer authorised by EIP-3009; anybody may carry it. The payer must be named.
    function openWithAuthorization(
        Opening calldata opening,
        Authorization calldata authorization
    ) external returns (uint256 channel);
    /// @notice {open} with the payer's allowance and signature over
    /// `Open(address node,bytes32 lineId,address payer,address signer,uint64 amount,uint32 closeDelay,bool optimistic,uint256 salt,uint256 deadline)`;
    /// anybody may carry it, once. ECDSA, ERC-1271, and ERC-6492 for wallets that do not exist yet.
    function openFor(
        Opening calldata opening,
        uint256 salt,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint256 channel);

    /// @notice Adds the caller's money to an open channel; anybody may pay. Approve the token before.
    function topUp(address node, bytes32 lineId, uint256 channel, uint64 amount) external;
    /// @notice {topUp} with the caller's EIP-2612 permit.
    function topUpWithPermit(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        Permit calldata permit
    ) external;
    /// @notice {topUp} with money that `from` authorised by EIP-3009; anybody may carry it.
    function topUpWithAuthorization(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        address from,
        Authorization calldata authorization
    ) external;

    /// @notice Starts the close of the caller's channel: rows pay until `closeAt`, the channel's delay from now, and never
    /// later, withdrawn or not. From now on only vouchers debit it. Nothing restarts or ends a close.
    function requestClose(address node, bytes32 lineId, uint256 channel) external;
    /// @notice {requestClose} with the payer's signature over
    /// `CloseRequest(address node,bytes32 lineId,uint256 channel,uint256 deadline)` (ECDSA, ERC-1271, ERC-6492).
    function requestCloseFor(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint256 deadline,
        bytes calldata signature
    ) external;
    /// @notice Closes the caller's channel at once, with an enclave's signature over
    /// `Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)`: pays the node what its enclave
    /// metered in all, owes the rest to the payer, retires the index. What he agrees to here he cannot challenge.
    function closeNow(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 cumulative,
        uint40 issuedAt,
        bytes calldata enclaveSignature
    ) external returns (uint64 refund);
    /// @notice Sends the rest of a channel to `to` from `closeAt` on. Payer only; retires the index.
    /// @return refund units
    function withdrawChannel(
        address node,
        bytes32 lineId,
        uint256 channel,
        address to
    ) external returns (uint64 refund);
    /// @notice Withdraws `amount` of a channel to `to` from `closeAt` on and moves the rest into a new channel of the same payer
    /// and pair. Payer only; retires the index: vouchers of the old one are void.
    /// @return next index of the new channel
    function rollOver(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        address to,
        address signer,
        uint32 closeDelay,
        bool optimistic
    ) external returns (uint256 next);
    /// @notice The node gives up a channel: its rest is owed to the payer at once. Node only; retires the index.
    /// @return refund units
    function release(bytes32 lineId, uint256 channel) external returns (uint64 refund);
    /// @notice Sends what is owed to the caller (released and disputed channels, bonds) to `to`.
    /// @return amount in the token's smallest unit
    function withdraw(address to) external returns (uint256 amount);

    /// @notice The channel. Reverts when it was never opened.
    function channelOf(address node, bytes32 lineId, uint256 channel) external view returns (Channel memory);
    /// @notice Number of channels ever opened towards `node` for the line: the next index.
    function channelCount(address node, bytes32 lineId) external view returns (uint256);
    /// @notice Units owed to an account.
    function owed(address account) external view returns (uint64);
    /// @notice EIP-3009 nonce of an authorised opening.
    function openingHash(Opening calldata opening, uint256 salt) external view returns (bytes32);
    /// @notice EIP-3009 nonce of an authorised top-up.
    function topUpHash(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 amount,
        uint256 salt
    ) external view returns (bytes32);
}
