// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {AuditState, IProofAudits} from "../../../../contracts/interfaces/IProofAudits.sol";
import {Batch} from "../../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterFailAuditTest is ProofsBase {
    uint32 private constant COUNT = 16;

    Receipt[] private receipts;
    Batch private batch;

    function setUp() public override {
        super.setUp();
        Receipt[] memory made;
        (made, batch) = _settleReceipts(COUNT);
        for (uint256 i = 0; i < COUNT; ++i) receipts.push(made[i]);
    }

    function test_RevertGiven_ThereIsNoAuditOrItEnded() external {
        _expectState(AuditState.None);
        _openAudit(batch, receipts);
        _drawn(batch);
        _proveAll(batch, receipts);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        _expectState(AuditState.Passed);
        Receipt[] memory made;
        (made, batch) = _settleReceipts(COUNT);
        _demandAudit(batch, _rowsOf(COUNT));
        vm.warp(_now() + ANSWER_PERIOD + 1);
        _fail();
        _expectState(AuditState.Failed);
    }

    function test_RevertWhen_NodeStillHasTime() external {
        _demandAudit(batch, _rowsOf(COUNT));
        for (uint256 i = 0; i < 2; ++i) {
            uint40 deadline = _now() + ANSWER_PERIOD;
            vm.warp(deadline);
            vm.expectRevert(
                abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditTime.selector, deadline, uint256(deadline))
            );
            _fail();
            if (i == 0) _openAudit(batch, receipts);
        }
    }

    function test_GivenItWasNotOpened() external {
        _demandAudit(batch, _rowsOf(COUNT));
        _expectFailed(0, 0);
    }

    function test_GivenDrawsAreMissing() external {
        _openAudit(batch, receipts);
        _drawn(batch);
        _proveDraw(batch, receipts, 0);
        uint32 missing = 8 - arbiter.auditOf(_idOf(batch)).proven;
        _expectFailed(missing, 8);
        assertEq(_earnings().held, 0, "held");
        assertEq(escrow.owed(OWNER), 8, "owed to the line's owner");
    }

    function test_GivenNothingWasHeld() external {
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
        _openAudit(batch, receipts);
        _expectFailed(8, 0);
    }

    function _expectFailed(uint32 missing, uint64 held) private {
        vm.warp(_now() + ANSWER_PERIOD + 1);
        uint256 stake = nodes.nodeOf(NODE).stake;
        uint256 burned = PENALTY - PENALTY / 2 + 2 * held * escrow.UNIT();
        vm.expectEmit(address(arbiter));
        emit IProofAudits.AuditFailed(_auditId(batch), NODE, lineId, missing, held, PENALTY / 2, burned);
        _fail();
        assertEq(nodes.compensationOf(OWNER), PENALTY / 2, "reward");
        assertEq(stake - nodes.nodeOf(NODE).stake, PENALTY / 2 + burned, "stake");
        assertTrue(arbiter.auditOf(_idOf(batch)).state == AuditState.Failed, "state");
    }

    function _fail() private {
        vm.prank(STRANGER);
        arbiter.failAudit(_idOf(batch));
    }

    function _expectState(AuditState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditState.selector, _auditId(batch), state)
        );
        _fail();
    }
}
