// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {Audit, AuditState, IProofAudits, ReceiptSet} from "../../../../contracts/interfaces/IProofAudits.sol";
import {IProofChallenges} from "../../../../contracts/interfaces/IProofChallenges.sol";
import {CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterOpenAuditTest is ProofsBase {
    uint32 private constant COUNT = 5;

    Receipt[] private receipts;
    Batch private batch;
    bytes private rows;

    function setUp() public override {
        super.setUp();
        rows = _rowsOf(COUNT);
        Receipt[] memory made;
        (made, batch) = _settleReceipts(COUNT);
        for (uint256 i = 0; i < COUNT; ++i) receipts.push(made[i]);
    }

    function test_RevertGiven_BatchOrSetIsNotSignedByAnEnclave() external {
        ReceiptSet memory set = _setOf(receipts);
        bytes memory good = _signBatch(ENCLAVE_KEY, batch, rows);
        bytes memory goodSet = _signSet(ENCLAVE_KEY, _batchHash(batch, rows), set);
        bytes memory bad = _signBatch(NODE_KEY, batch, rows);
        bytes memory badSet = _signSet(NODE_KEY, _batchHash(batch, rows), set);
        bytes memory refusal = abi.encodeWithSelector(
            IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector,
            NODE,
            NODE
        );
        vm.expectRevert(refusal);
        arbiter.openAudit(address(escrow), batch, keccak256(rows), bad, version, set, goodSet);
        vm.expectRevert(refusal);
        arbiter.openAudit(address(escrow), batch, keccak256(rows), good, version, set, badSet);
        // Another set, or another batch, than was signed.
        set.count += 1;
        vm.expectRevert();
        arbiter.openAudit(address(escrow), batch, keccak256(rows), good, version, set, goodSet);
    }

    function test_RevertWhen_SetHasNoReceipts() external {
        vm.expectRevert(IProofAudits.InferenceArbiter_EmptySet.selector);
        this.openWith(ReceiptSet(0, 0, 0));
    }

    function test_RevertGiven_TimeToOpenIsOver() external {
        _demandAudit(batch, rows);
        uint40 openBy = _now() + ANSWER_PERIOD;
        vm.warp(openBy + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditTime.selector, openBy, uint256(openBy) + 1)
        );
        this.open();
        vm.warp(openBy);
        this.open();
    }

    function test_RevertGiven_BatchIsTooOld() external {
        vm.warp(batch.lastAt + MAX_BATCH_AGE + PROOF_WINDOW + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_TooOld.selector,
                uint256(batch.lastAt),
                uint256(_now())
            )
        );
        this.open();
    }

    function test_RevertGiven_ItIsOpenPassedOrFailed() external {
        this.open();
        _expectState(AuditState.Open);
        _drawn(batch);
        _proveAll(batch, receipts);
        _expectState(AuditState.Passed);

        batch = _batch(Lane.Optimistic, _now());
        _settle(batch, rows);
        _demandAudit(batch, rows);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        arbiter.failAudit(_idOf(batch));
        _expectState(AuditState.Failed);
    }

    function test_GivenNobodyDemandedIt() external {
        this.open();
        assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Open, "state");
    }

    function test_GivenPayWasCollected() external {
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
        this.open();
        assertEq(arbiter.auditOf(_idOf(batch)).held, 0, "held");
    }

    function test_GivenAChallengeHoldsPayOfTheLine() external {
        _fundBond(PAYER);
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, channel, 1);
        assertEq(_earnings().held, 4, "of the challenge");
        this.open();
        assertEq(arbiter.auditOf(_idOf(batch)).held, 1, "of the audit");
        assertEq(_earnings().held, 5, "of both");
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, channel).held, 4, "of the challenge still");
    }

    function test_WhenSetIsAsLargeAsCanBe() external {
        this.openWith(ReceiptSet("root", type(uint32).max, type(uint64).max));
        Audit memory audit = arbiter.auditOf(_idOf(batch));
        assertEq(audit.draws, 2 ** 31, "draws");
        assertEq(audit.held, COUNT, "all that there is");
        _setPolicy(WHOLE);
        skip(PROOF_NOTICE);
        batch = _batch(Lane.Optimistic, _now());
        _settle(batch, rows);
        this.openWith(ReceiptSet("root", type(uint32).max, type(uint64).max));
        assertEq(arbiter.auditOf(_idOf(batch)).draws, type(uint32).max, "all");
    }

    function test_WhenShareDrawsLessThanOneReceipt() external {
        _setPolicy(1);
        skip(PROOF_NOTICE);
        batch = _batch(Lane.Optimistic, _now());
        _settle(batch, rows);
        this.open();
        assertEq(arbiter.auditOf(_idOf(batch)).draws, 1, "draws");
    }

    function test_GivenItWasDemanded() external {
        _demandAudit(batch, rows);
        skip(1);
        ReceiptSet memory set = _setOf(receipts);
        uint40 proveBy = _now() + ANSWER_PERIOD;
        uint64 seedBlock = uint64(vm.getBlockNumber()) + 2;
        vm.expectEmit(address(arbiter));
        emit IProofAudits.AuditOpened(_auditId(batch), NODE, lineId, _idOf(batch), set, 3, 3, seedBlock, proveBy);
        this.open();
        Audit memory audit = arbiter.auditOf(_idOf(batch));
        assertTrue(audit.state == AuditState.Open, "state");
        assertEq(audit.deadline, proveBy, "deadline");
        assertEq(audit.seedBlock, seedBlock, "seed block");
        assertEq(audit.count, COUNT, "count");
        assertEq(audit.draws, 3, "draws");
        assertEq(audit.proven, 0, "proven");
        assertEq(audit.lastAt, batch.lastAt, "lastAt");
        assertEq(audit.version, version, "version");
        assertEq(audit.root, set.root, "root");
        assertEq(audit.circuitId, _circuitId(CircuitKind.Inference), "circuit");
        assertEq(audit.seed, 0, "seed");
        assertEq(_earnings().held, 3, "held");
    }

    /// @dev External, so that a refusal is expected of the whole.
    function open() external {
        _openWith(batch, rows, _setOf(receipts));
    }

    function openWith(ReceiptSet calldata set) external {
        _openWith(batch, rows, set);
    }

    function _expectState(AuditState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditState.selector, _auditId(batch), state)
        );
        this.open();
    }
}
