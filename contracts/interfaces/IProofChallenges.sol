// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "./IInferenceArbiter.sol";

/// @notice What became of a receipt's proof.
/// @custom:value0 None nobody asked for it
/// @custom:value1 Open the node has until `answerBy`
/// @custom:value2 Proven the answer came from the version's weights
/// @custom:value3 Failed no proof came
enum ProofState {
    None,
    Open,
    Proven,
    Failed
}

/// @notice A demand for the proof behind one receipt.
/// @param challenger who gets the bond back when no proof comes
/// @param answerBy Unix seconds, the last at which a proof counts
/// @param version of the receipt's line
/// @param state what became of it
/// @param circuitId the inference circuit that the line asked for when the work was done
struct ProofChallenge {
    address challenger;
    uint40 answerBy;
    uint32 version;
    ProofState state;
    bytes32 circuitId;
}

/// @title IProofChallenges
/// @notice Whoever holds a receipt can have the node prove that its answer came from the weights of the version that it names. A node that
/// cannot loses: the payer gets his price back first, then stake is taken.
/// @dev The statement: weights under the ledger's Poseidon root of that version, given the receipt's committed input, have a result and
/// logits under the receipt's output commitment. Publics: root, input, output, result, {inferenceContextOf}. A proof shows class and
/// coarse margin of this one answer and nothing else. Each receipt is asked for once: replay is keyed on the receipt, never on the bytes of
/// a proof. Receipts of work before the line had a policy (IVersionProofs.policyAt) are beyond reach.
interface IProofChallenges {
    event ProofDemanded(
        address indexed node,
        bytes32 indexed receiptId,
        address indexed challenger,
        address escrow,
        uint40 answerBy
    );
    /// @param result class * 256 + coarse margin
    event ReceiptProven(address indexed node, bytes32 indexed receiptId, uint256 result);
    /// @notice Emitted when no proof came: `refund` is owed to `payer`, `paid` to the challenger, `burned` leaves circulation, twice the price
    /// among it; all from the node's stake, in its token's smallest unit. No refund where the escrow's token is another one.
    event ReceiptRefuted(
        address indexed node,
        bytes32 indexed receiptId,
        address indexed payer,
        uint256 refund,
        uint256 paid,
        uint256 burned
    );

    /// @notice Thrown when the line asks for no proofs of work of that time, or the version has no commitment.
    error InferenceArbiter_NotProvable(bytes32 lineId, uint256 workedAt);
    /// @notice Thrown when the version of that number is another one than the receipt's.
    error InferenceArbiter_WrongVersion(bytes32 versionHash, uint32 version);
    /// @notice Thrown when the work lies longer ago than {PROOF_WINDOW}; Unix seconds.
    error InferenceArbiter_TooOld(uint256 workedAt, uint256 nowAt);
    /// @notice Thrown when the receipt's proof was demanded already, or, where one must be open, was not.
    error InferenceArbiter_ProofState(bytes32 receiptId, ProofState state);
    /// @notice Thrown when the proof does not show the statement.
    error InferenceArbiter_InvalidProof(bytes32 receiptId);

    /// @notice Demands the proof behind a receipt; takes {IChallenges.BOND} from the caller (approve this contract before), who need not
    /// be the payer.
    /// @param signature of an enclave of the node over the receipt, 65 bytes
    /// @param version of the line that the receipt's version hash names
    /// @return receiptId keccak256(abi.encode(escrow, struct hash of the receipt))
    function challengeReceipt(
        address escrow,
        Receipt calldata receipt,
        bytes calldata signature,
        uint32 version
    ) external returns (bytes32 receiptId);
    /// @notice Proves a challenged receipt, and wins the bond for the node. Anybody may call.
    /// @param result class * 256 + coarse margin
    function proveReceipt(address escrow, Receipt calldata receipt, uint256 result, bytes calldata proof) external;
    /// @notice After the time to answer: refunds the payer, slashes the node, gives the bond back. Anybody may call.
    function refuteReceipt(address escrow, Receipt calldata receipt) external;

    /// @notice What became of a receipt's proof; all zero when nobody asked for it.
    function proofChallengeOf(bytes32 receiptId) external view returns (ProofChallenge memory);
    /// @notice Public input that binds a proof to one receipt and use: keccak256 over type, chain, this contract, model, line, version hash,
    /// escrow, receipt, requester and deadline, modulo the order of BN254's scalar field.
    /// @param requester who challenged; zero for an audit
    /// @param deadline Unix seconds, the last at which the proof counts
    function inferenceContextOf(
        address escrow,
        Receipt calldata receipt,
        address requester,
        uint40 deadline
    ) external view returns (uint256);
    /// @notice Seconds after its work in which a receipt can be challenged.
    function PROOF_WINDOW() external view returns (uint32);
    /// @notice Registry of what is proven of versions, and of what lines ask for.
    function PROOFS() external view returns (address);
}
