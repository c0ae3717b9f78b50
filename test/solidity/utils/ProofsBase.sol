// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {BatchId, ReceiptSet} from "../../../contracts/interfaces/IProofAudits.sol";
import {Circuit, CircuitKind} from "../../../contracts/interfaces/IProofKeys.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {ScriptedProofVerifier} from "../../../contracts/mocks/ScriptedProofVerifier.sol";
import {PaymentsBase} from "./PaymentsBase.sol";

/// @notice A line whose active version is committed to and whose policy asks for proofs, a verifier that accepts what it is told, and receipts.
abstract contract ProofsBase is PaymentsBase {
    bytes32 internal constant ROOT = bytes32(uint256(0x9007));
    bytes internal constant PROOF = "proof";
    uint256 internal constant RESULT = 513;
    uint256 internal constant FIELD = 21888242871839275222246405745257275088548364400416034343698204186575808495617;
    uint32 internal constant WHOLE = 1 << 16;
    uint64 internal constant DEPOSIT = 1_000;

    ScriptedProofVerifier internal scripted;
    uint256 internal channel;
    /// @dev Number of the active version.
    uint32 internal version;

    function setUp() public virtual override {
        super.setUp();
        scripted = new ScriptedProofVerifier();
        for (uint256 kind = 0; kind <= uint256(CircuitKind.Delta); ++kind) {
            keys.pin(_circuit(CircuitKind(kind)), scripted, scripted.keyHash());
        }
        (versionHash, version) = _appendCommitted(OWNER, modelId, "committed", ROOT);
        _setPolicy(_share());
        skip(PROOF_NOTICE);
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _addStake(NODE, 9 * MIN_STAKE);
    }

    /// @dev Share of the line's first policy.
    function _share() internal pure virtual returns (uint32) {
        return WHOLE / 2;
    }

    function _circuit(CircuitKind kind) internal pure returns (Circuit memory) {
        return Circuit({kind: kind, tier: 1, version: 1, features: 64, hidden: 8, classes: 3});
    }

    function _circuitId(CircuitKind kind) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Freehold circuit v1"), _circuit(kind)));
    }

    function _setPolicy(uint32 auditShare) internal {
        vm.prank(OWNER);
        proofs.setProofPolicy(lineId, _circuit(CircuitKind.Inference), auditShare);
    }

    /// @dev Gives `account` a bond, which the arbiter may take.
    function _fundBond(address account) internal {
        token.mint(account, BOND);
        vm.prank(account);
        token.approve(address(arbiter), BOND);
    }

    // Challenges

    /// @dev STRANGER demands the proof.
    function _challengeReceipt(Receipt memory receipt) internal returns (bytes32 receiptId) {
        return _challengeReceiptAs(STRANGER, receipt);
    }

    function _challengeReceiptAs(address account, Receipt memory receipt) internal returns (bytes32 receiptId) {
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        _fundBond(account);
        vm.prank(account);
        return arbiter.challengeReceipt(address(escrow), receipt, signature, version);
    }

    function _receiptId(Receipt memory receipt) internal view returns (bytes32) {
        return keccak256(abi.encode(address(escrow), _receiptHash(receipt)));
    }

    /// @dev The context written out once more, so that a slip in the contract's shows.
    function _context(Receipt memory receipt, address requester, uint40 deadline) internal view returns (uint256) {
        bytes32 typeHash = keccak256(
            "Inference(uint256 chainId,address arbiter,uint256 modelId,bytes32 lineId,bytes32 versionHash,address escrow,bytes32 receiptHash,address requester,uint40 deadline)"
        );
        bytes memory head = abi.encode(typeHash, block.chainid, arbiter, modelId, receipt.lineId, receipt.versionHash);
        bytes memory tail = abi.encode(escrow, _receiptHash(receipt), requester, deadline);
        return uint256(keccak256(bytes.concat(head, tail))) % FIELD;
    }

    /// @dev Lets the proof of a receipt pass for this use of it.
    function _show(Receipt memory receipt, address requester, uint40 deadline) internal {
        _showContext(receipt, _context(receipt, requester, deadline));
    }

    function _showContext(Receipt memory receipt, uint256 context) internal {
        scripted.show(_publics(uint256(ROOT), receipt, context));
    }

    function _publics(
        uint256 root,
        Receipt memory receipt,
        uint256 context
    ) internal pure returns (uint256[] memory publics) {
        publics = new uint256[](5);
        publics[0] = root;
        publics[1] = uint256(receipt.inputCommitment);
        publics[2] = uint256(receipt.outputCommitment);
        publics[3] = RESULT;
        publics[4] = context;
    }

    function _prove(Receipt memory receipt) internal {
        vm.prank(NODE);
        arbiter.proveReceipt(address(escrow), receipt, RESULT, PROOF);
    }

    // Audits

    /// @dev Receipts of now for 1 unit each, and the batch of lane O that bills them, settled.
    function _settleReceipts(uint32 count) internal returns (Receipt[] memory receipts, Batch memory batch) {
        receipts = new Receipt[](count);
        for (uint64 i = 0; i < count; ++i) {
            receipts[i] = _receipt(channel, i + 1, i + 1);
            receipts[i].requestHash = keccak256(abi.encode("request", i));
        }
        batch = _batch(Lane.Optimistic, _now());
        _settle(batch, _rowsOf(count));
    }

    function _rowsOf(uint32 amount) internal view returns (bytes memory) {
        return _packAmount(channel, amount);
    }

    function _idOf(Batch memory batch) internal view returns (BatchId memory) {
        return BatchId({escrow: address(escrow), node: batch.node, lineId: batch.lineId, nonce: batch.nonce});
    }

    function _auditId(Batch memory batch) internal view returns (bytes32) {
        return keccak256(abi.encode(_idOf(batch)));
    }

    function _demandAudit(Batch memory batch, bytes memory rows) internal {
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.prank(STRANGER);
        arbiter.demandAudit(address(escrow), batch, keccak256(rows), signature, version);
    }

    function _setOf(Receipt[] memory receipts) internal pure returns (ReceiptSet memory set) {
        set.root = _level(receipts, _depthOf(receipts.length), 0);
        set.count = uint32(receipts.length);
        for (uint256 i = 0; i < receipts.length; ++i) set.total += receipts[i].price;
    }

    /// @dev Opens the audit of a batch that bills one unit for each receipt.
    function _openAudit(Batch memory batch, Receipt[] memory receipts) internal {
        _openWith(batch, _rowsOf(uint32(receipts.length)), _setOf(receipts));
    }

    function _openWith(Batch memory batch, bytes memory rows, ReceiptSet memory set) internal {
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        bytes memory setSignature = _signSet(ENCLAVE_KEY, _batchHash(batch, rows), set);
        vm.prank(NODE);
        arbiter.openAudit(address(escrow), batch, keccak256(rows), signature, version, set, setSignature);
    }

    /// @dev Goes on to where the block that draws has a hash.
    function _drawn(Batch memory batch) internal {
        vm.roll(vm.getBlockNumber() + 3);
        arbiter.drawAudit(_idOf(batch));
    }

    /// @dev Proves the receipt that a draw chose.
    function _proveDraw(Batch memory batch, Receipt[] memory receipts, uint32 draw) internal {
        uint32 index = arbiter.drawnIndex(_idOf(batch), draw);
        _show(receipts[index], address(0), arbiter.auditOf(_idOf(batch)).deadline);
        _proveDrawWith(batch, draw, receipts[index], _path(receipts, index));
    }

    function _proveDrawWith(Batch memory batch, uint32 draw, Receipt memory receipt, bytes32[] memory path) internal {
        vm.prank(NODE);
        arbiter.proveDraw(_idOf(batch), draw, receipt, path, RESULT, PROOF);
    }

    /// @dev Proves all that is drawn and not proven yet.
    function _proveAll(Batch memory batch, Receipt[] memory receipts) internal {
        uint32 draws = arbiter.auditOf(_idOf(batch)).draws;
        uint32 last = type(uint32).max;
        for (uint32 draw = 0; draw < draws; ++draw) {
            uint32 index = arbiter.drawnIndex(_idOf(batch), draw);
            if (index != last) _proveDraw(batch, receipts, draw);
            last = index;
        }
    }

    function _path(Receipt[] memory receipts, uint256 index) internal pure returns (bytes32[] memory path) {
        path = new bytes32[](_depthOf(receipts.length));
        for (uint256 i = 0; i < path.length; ++i) path[i] = _level(receipts, i, (index >> i) ^ 1);
    }

    /// @dev A node of the receipts' tree, `height` above the leaves.
    function _level(Receipt[] memory receipts, uint256 height, uint256 index) internal pure returns (bytes32) {
        if (height != 0) {
            bytes32 left = _level(receipts, height - 1, 2 * index);
            return keccak256(abi.encodePacked(bytes1(0x01), left, _level(receipts, height - 1, 2 * index + 1)));
        }
        if (index >= receipts.length) return 0;
        return keccak256(abi.encodePacked(bytes1(0x00), _receiptHash(receipts[index])));
    }

    function _depthOf(uint256 count) internal pure returns (uint256 depth) {
        while ((1 << depth) < count) ++depth;
    }
}
