// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "./IInferenceArbiter.sol";
import {Batch} from "./ISettlements.sol";

/// @notice State of a batch's audit.
/// @custom:value0 None nobody asked for it
/// @custom:value1 Demanded the node has until `deadline` to open it
/// @custom:value2 Open drawn receipts must be proven until `deadline`
/// @custom:value3 Passed all drawn receipts are proven
/// @custom:value4 Failed the node did not open it, or did not prove them all
enum AuditState {
    None,
    Demanded,
    Open,
    Passed,
    Failed
}

/// @notice A settled batch: whose, on which line, and which one.
struct BatchId {
    address escrow;
    address node;
    bytes32 lineId;
    uint32 nonce;
}

/// @notice The receipts behind a batch, as its enclave commits to them.
/// @param root keccak256 Merkle root over the struct hashes of its receipts: leaf keccak256(0x00 ‖ hash), node keccak256(0x01 ‖ left ‖ right),
/// padded with zero nodes to a power of two
/// @param count of receipts
/// @param total units that they come to
struct ReceiptSet {
    bytes32 root;
    uint32 count;
    uint64 total;
}

/// @notice An audit of one batch.
/// @param state see {AuditState}
/// @param deadline Unix seconds, the last at which the node can do what the state asks of it
/// @param seedBlock the block whose hash draws the receipts
/// @param count of receipts in the batch
/// @param draws how many of them are drawn
/// @param proven how many of those are proven; one receipt can be two draws
/// @param held units of the node's earnings that wait for the outcome
/// @param version of the line that the batch ran on
/// @param lastAt Unix seconds of its newest receipt
/// @param root of its receipts
/// @param circuitId the inference circuit that the line asked for
/// @param seed hash of `seedBlock`, once somebody recorded it
struct Audit {
    AuditState state;
    uint40 deadline;
    uint64 seedBlock;
    uint32 count;
    uint32 draws;
    uint32 proven;
    uint40 lastAt;
    uint64 held;
    uint32 version;
    bytes32 root;
    bytes32 circuitId;
    bytes32 seed;
}

/// @title IProofAudits
/// @notice Random audits: of each batch on a line whose policy asks for it, drawn receipts must be proven.
/// @dev The enclave commits to a batch's receipts ({ReceiptSet}); the hash of a later block draws one point of each of `draws` equal parts of
/// the line on which the receipts lie side by side. Who does not know the draw and answers a share s of a batch wrongly is caught with
/// probability 1 - (1 - s)^draws at least; an audit share of one draws every receipt. A batch is judged by the policy of its newest
/// receipt: nodes settle before a policy begins. While an audit runs, the drawn part of the batch's pay is held, as far as the node's pay
/// of the line is not collected; the rest vests. A failed audit owes what is held to the line's owner, takes
/// {IInferenceArbiter.PENALTY} of stake, half for the owner, and burns twice what was held besides.
/// Leaving a receipt out of the set does not help against its payer: he has it, and can challenge it.
interface IProofAudits {
    /// @notice Emitted when somebody asked for an audit; `auditId` is keccak256 of the ABI-encoded {BatchId}, here and below.
    event AuditDemanded(
        bytes32 indexed auditId,
        address indexed node,
        bytes32 indexed lineId,
        BatchId batch,
        uint40 openBy
    );
    event AuditOpened(
        bytes32 indexed auditId,
        address indexed node,
        bytes32 indexed lineId,
        BatchId batch,
        ReceiptSet receipts,
        uint32 draws,
        uint64 held,
        uint64 seedBlock,
        uint40 proveBy
    );
    /// @notice Emitted when it is known what is drawn.
    event AuditDrawn(bytes32 indexed auditId, bytes32 seed);
    /// @param result class * 256 + coarse margin
    event DrawProven(bytes32 indexed auditId, uint32 indexed draw, bytes32 indexed receiptId, uint256 result);
    event AuditPassed(bytes32 indexed auditId, address indexed node, bytes32 indexed lineId);
    /// @notice Emitted when an audit failed: `held` units are owed to the line's owner by the escrow, `paid` by the registry, `burned` leaves
    /// circulation, both in the token's smallest unit.
    event AuditFailed(
        bytes32 indexed auditId,
        address indexed node,
        bytes32 indexed lineId,
        uint32 missing,
        uint64 held,
        uint256 paid,
        uint256 burned
    );

    /// @notice Thrown when an audit is not in the state that the call needs.
    error InferenceArbiter_AuditState(bytes32 auditId, AuditState state);
    /// @notice Thrown when the batch was not settled yet, or was given up.
    error InferenceArbiter_NotSettled(uint32 nonce);
    /// @notice Thrown when the set has no receipts.
    error InferenceArbiter_EmptySet();
    /// @notice Thrown when the time of an audit's state is over, or not over yet; Unix seconds.
    error InferenceArbiter_AuditTime(uint40 deadline, uint256 nowAt);
    /// @notice Thrown when the block that draws has no hash yet, or none any more.
    error InferenceArbiter_NoSeed(uint64 seedBlock, uint256 blockNumber);
    /// @notice Thrown when there is no draw of this number, or the receipt that it chose is proven.
    error InferenceArbiter_InvalidDraw(uint32 draw);
    /// @notice Thrown when the receipt is not the drawn one of the set, or not of the batch.
    error InferenceArbiter_NotDrawn(uint32 draw, bytes32 receiptId);

    /// @notice Asks a node to open the audit of a settled batch. Anybody may call, until {IProofChallenges.PROOF_WINDOW} after the last
    /// moment at which the batch could be settled.
    /// @param rowsHash keccak256 of the batch's packed rows
    /// @param signature of an enclave of the node over the batch, 65 bytes
    /// @param version of the line that the batch's version hash names
    function demandAudit(
        address escrow,
        Batch calldata batch,
        bytes32 rowsHash,
        bytes calldata signature,
        uint32 version
    ) external;
    /// @notice Opens an audit: fixes the receipts before it is known which are drawn. Anybody may call; a node does so for each of its
    /// batches, as it is asked to otherwise.
    /// @param version of the line that the batch's version hash names
    /// @param setSignature of an enclave of the node over
    /// `ReceiptSet(bytes32 batchHash,bytes32 root,uint32 count,uint64 total)` in the escrow's domain
    function openAudit(
        address escrow,
        Batch calldata batch,
        bytes32 rowsHash,
        bytes calldata signature,
        uint32 version,
        ReceiptSet calldata receipts,
        bytes calldata setSignature
    ) external;
    /// @notice Records the hash of the block that draws; the first {proveDraw} does so, too.
    function drawAudit(BatchId calldata batch) external;
    /// @notice Proves one drawn receipt; the last one ends the audit. Anybody may call. A receipt counts in one audit only.
    /// @param draw from 0
    /// @param path siblings of the receipt's leaf, from below
    /// @param result class * 256 + coarse margin
    function proveDraw(
        BatchId calldata batch,
        uint32 draw,
        Receipt calldata receipt,
        bytes32[] calldata path,
        uint256 result,
        bytes calldata proof
    ) external;
    /// @notice Ends an audit that was not opened, or whose draws were not all proven in time. Anybody may call.
    function failAudit(BatchId calldata batch) external;

    /// @notice An audit; all zero when there is none.
    function auditOf(BatchId calldata batch) external view returns (Audit memory);
    /// @notice Index of the receipt that a draw chose. Reverts until the seed is recorded.
    function drawnIndex(BatchId calldata batch, uint32 draw) external view returns (uint32);
}
