// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "./IChallenges.sol";
import {IProofAudits} from "./IProofAudits.sol";
import {IProofChallenges} from "./IProofChallenges.sol";
import {Batch} from "./ISettlements.sol";

/// @notice What an enclave signs for one completed inference; see docs/protocol.md 3.
/// @param inputCommitment salted Poseidon commitment to the request's input, zero where no circuit expresses the model
/// @param outputCommitment the same of the answer's logits: only the payer has the salts, so neither says anything to others
struct Receipt {
    address node;
    uint256 channel;
    uint64 seq;
    uint64 cumulative;
    uint64 price;
    bytes32 lineId;
    bytes32 versionHash;
    bytes32 requestHash;
    bytes32 responseHash;
    bytes32 inputCommitment;
    bytes32 outputCommitment;
    uint40 workedAt;
}

/// @notice What a node can be convicted of.
/// @custom:value0 DoubleReceipt two receipts with one channel and sequence number
/// @custom:value1 DoubleBatch two batches with one nonce
/// @custom:value2 LateReceipt a receipt dated after its enclave ended
/// @custom:value3 StaleReceipt a receipt for a version that was not payable at its time
/// @custom:value4 BackwardMeter a later receipt that does not count on from an earlier one
enum Offence {
    DoubleReceipt,
    DoubleBatch,
    LateReceipt,
    StaleReceipt,
    BackwardMeter
}

/// @title IInferenceArbiter
/// @notice Convicts nodes on nothing but signatures of their enclaves, proofs that they owe, and on what the chain says: nobody judges.
/// @dev A conviction takes {PENALTY} of the node's stake, or what there is: half is owed to the victim, which is the payer of the
/// channel that the receipts name (whoever shows two batches), half is burned. Each offence is convicted once. `escrow` is the
/// contract whose domain the enclave signed for, one of those that this arbiter was deployed for.
/// @custom:security-contact see SECURITY.md
interface IInferenceArbiter is IChallenges, IProofChallenges, IProofAudits {
    /// @notice Emitted for every conviction.
    /// @param offenceId what was convicted: it cannot be convicted again
    event Convicted(
        address indexed node,
        Offence indexed offence,
        bytes32 indexed offenceId,
        address victim,
        uint256 paid,
        uint256 burned
    );

    /// @notice Thrown when the escrow is not one of this arbiter's.
    error InferenceArbiter_UnknownEscrow(address escrow);
    /// @notice Thrown by the constructor for a period of zero, or longer than stake stays or pay vests.
    error InferenceArbiter_InvalidPeriod(uint256 period);
    /// @notice Thrown when the signature is none, or not of an enclave of the node.
    error InferenceArbiter_NotAnEnclave(address node, address signer);
    /// @notice Thrown when the evidence shows no offence.
    error InferenceArbiter_NoOffence(Offence offence);
    error InferenceArbiter_AlreadyConvicted(bytes32 offenceId);

    /// @notice Two different receipts of one node, line and channel with the same sequence number.
    function proveDoubleReceipt(
        address escrow,
        Receipt calldata first,
        bytes calldata firstSignature,
        Receipt calldata second,
        bytes calldata secondSignature
    ) external;
    /// @notice Two different batches of one node and line with the same nonce.
    function proveDoubleBatch(
        address escrow,
        Batch calldata first,
        bytes32 firstRowsHash,
        bytes calldata firstSignature,
        Batch calldata second,
        bytes32 secondRowsHash,
        bytes calldata secondSignature
    ) external;
    /// @notice A receipt whose `workedAt` is after the end of the enclave that signed it, as its operator knew it (`promisedUntil`): what a recheck
    /// ends without notice is not paid, but no offence.
    function proveLateReceipt(address escrow, Receipt calldata receipt, bytes calldata signature) external;
    /// @notice A receipt for a version that was never active before `workedAt` or whose grace had ended.
    function proveStaleReceipt(address escrow, Receipt calldata receipt, bytes calldata signature) external;
    /// @notice Two receipts of one channel, the later of which counts less than the earlier plus its own price.
    function proveBackwardMeter(
        address escrow,
        Receipt calldata earlier,
        bytes calldata earlierSignature,
        Receipt calldata later,
        bytes calldata laterSignature
    ) external;

    /// @notice Whether an offence was convicted.
    function isConvicted(bytes32 offenceId) external view returns (bool);
    /// @notice Whether this arbiter acts for an escrow.
    function isEscrow(address escrow) external view returns (bool);
    /// @notice Stake that a conviction takes, in the stake token's smallest unit.
    function PENALTY() external view returns (uint256);
    /// @notice The registry whose stakes are taken.
    function NODES() external view returns (address);
}
