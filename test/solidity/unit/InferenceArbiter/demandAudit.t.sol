// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {Audit, AuditState, IProofAudits} from "../../../../contracts/interfaces/IProofAudits.sol";
import {IProofChallenges} from "../../../../contracts/interfaces/IProofChallenges.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterDemandAuditTest is ProofsBase {
    Receipt[] private receipts;
    Batch private batch;
    bytes private rows;

    function setUp() public override {
        super.setUp();
        rows = _rowsOf(4);
        Receipt[] memory made;
        (made, batch) = _settleReceipts(4);
        for (uint256 i = 0; i < 4; ++i) receipts.push(made[i]);
    }

    function test_RevertGiven_SignerIsNoEnclaveOfTheNode() external {
        bytes memory signature = _signBatch(NODE_KEY, batch, rows);
        bytes32 rowsHash = keccak256(rows);
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, NODE, NODE));
        arbiter.demandAudit(address(escrow), batch, rowsHash, signature, version);
        address other = address(_newEscrow(token));
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_UnknownEscrow.selector, other));
        arbiter.demandAudit(other, batch, rowsHash, signature, version);
    }

    function test_RevertGiven_BatchWasNotSettledYet() external {
        batch.nonce += 1;
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_NotSettled.selector, batch.nonce));
        this.demand();
    }

    function test_RevertGiven_BatchWasGivenUp() external {
        batch.nonce += 1;
        vm.prank(NODE);
        escrow.skipBatch(lineId, batch.nonce);
        assertTrue(escrow.isSkipped(NODE, lineId, batch.nonce), "skipped");
        assertFalse(escrow.isSkipped(NODE, lineId, batch.nonce - 1), "settled");
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_NotSettled.selector, batch.nonce));
        this.demand();
    }

    function test_RevertGiven_LineAsksForNoAudits() external {
        _setPolicy(0);
        skip(PROOF_NOTICE);
        batch = _batch(Lane.Optimistic, _now());
        _settle(batch, rows);
        _expectNotProvable();
    }

    function test_RevertGiven_VersionHasNoCommitment() external {
        (versionHash, version) = _appendCommitted(OWNER, modelId, "bare", 0);
        batch = _batch(Lane.Optimistic, _now());
        _settle(batch, rows);
        _expectNotProvable();
    }

    function test_RevertWhen_VersionIsAnotherOne() external {
        version -= 1;
        vm.expectRevert(
            abi.encodeWithSelector(IProofChallenges.InferenceArbiter_WrongVersion.selector, versionHash, version)
        );
        this.demand();
    }

    function test_RevertWhen_BatchIsTooOld() external {
        vm.warp(batch.lastAt + MAX_BATCH_AGE + PROOF_WINDOW + 1);
        vm.expectRevert(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_TooOld.selector,
                uint256(batch.lastAt),
                uint256(_now())
            )
        );
        this.demand();
    }

    function test_WhenItIsTheLastSecondOfTheWindow() external {
        vm.warp(batch.lastAt + MAX_BATCH_AGE + PROOF_WINDOW);
        this.demand();
        vm.warp(_now() + ANSWER_PERIOD);
        _openAudit(batch, receipts);
        _drawn(batch);
        vm.warp(_now() + ANSWER_PERIOD);
        _proveAll(batch, receipts);
        assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Passed, "passed");
        assertLe(uint256(_now()) - batch.lastAt, THAW_PERIOD - 1, "before stake leaves");
    }

    function test_RevertGiven_ThereWasAnAudit() external {
        this.demand();
        _expectState(AuditState.Demanded);
        _openAudit(batch, receipts);
        _expectState(AuditState.Open);
        _drawn(batch);
        _proveAll(batch, receipts);
        _expectState(AuditState.Passed);
    }

    function test_GivenBatchCanBeAudited() external {
        uint40 openBy = _now() + ANSWER_PERIOD;
        vm.expectEmit(address(arbiter));
        emit IProofAudits.AuditDemanded(_auditId(batch), NODE, lineId, _idOf(batch), openBy);
        this.demand();
        Audit memory audit = arbiter.auditOf(_idOf(batch));
        assertTrue(audit.state == AuditState.Demanded, "state");
        assertEq(audit.deadline, openBy, "deadline");
        assertEq(_earnings().held, 0, "nothing is held yet");
    }

    /// @dev External, so that a refusal is expected of the whole.
    function demand() external {
        _demandAudit(batch, rows);
    }

    function _expectState(AuditState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditState.selector, _auditId(batch), state)
        );
        this.demand();
    }

    function _expectNotProvable() private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_NotProvable.selector,
                lineId,
                uint256(batch.lastAt)
            )
        );
        this.demand();
    }
}
