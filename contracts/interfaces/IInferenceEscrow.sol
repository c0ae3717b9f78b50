// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "./IChannels.sol";
import {ICustody} from "./ICustody.sol";
import {ISettlements} from "./ISettlements.sol";

/// @title IInferenceEscrow
/// @notice Prepaid channels of payers towards nodes. Nothing is paid beyond what the enclave metered, the payer signed and
/// deposited, and only for a version that its line's owner made active (or that is in its grace).
/// @dev EIP-712 domain: name "Freehold InferenceEscrow", version "1"; the structs are with the functions that take them, and
/// `Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,uint40 workedAt)`,
/// which enclaves sign for every inference (see IInferenceArbiter). One escrow per ERC-20.
/// Channels, nonces and earnings belong to a pair of node and line, so that only enclaves which that line's owner accepts can
/// touch them. Nobody can stop a settlement, a close or a withdrawal: the pause concerns deposits.
/// @custom:security-contact see SECURITY.md
interface IInferenceEscrow is IChannels, ISettlements, ICustody {
    event DepositsPaused(bool paused);

    /// @notice Thrown by the constructor: stake could leave before the last batch that it answers for is beyond dispute.
    error InferenceEscrow_ThawTooShort(uint256 thawPeriod, uint256 needed);
    /// @notice Thrown by the constructor for a period of zero, or too long to count.
    error InferenceEscrow_InvalidPeriod(uint256 period);

    /// @notice Governance: stops or allows new deposits, nothing else.
    function setDepositsPaused(bool paused) external;
    function depositsPaused() external view returns (bool);

    function TOKEN() external view returns (address);
    /// @notice Smallest amount of the token that channels count: 10^(decimals - 6), at least 1.
    function UNIT() external view returns (uint256);
    /// @notice Most units that a channel can hold: 2^56 - 1.
    function MAX_DEPOSIT() external view returns (uint64);
    /// @notice Shortest and longest close delay, seconds.
    function MIN_CLOSE_DELAY() external view returns (uint32);
    function MAX_CLOSE_DELAY() external view returns (uint32);
    /// @notice Seconds after which a batch is too old to be settled.
    function MAX_BATCH_AGE() external view returns (uint32);
    /// @notice Seconds for which pay of lane O stays here at least; at most twice that.
    function VEST_PERIOD() external view returns (uint32);
    /// @notice Whether lane O exists: stake is in the escrow's token.
    function OPTIMISTIC() external view returns (bool);
}
