// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {AuditState, IProofAudits} from "../../../../contracts/interfaces/IProofAudits.sol";
import {Batch} from "../../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterDrawAuditTest is ProofsBase {
    uint32 private constant COUNT = 9;

    Batch private batch;
    uint64 private seedBlock;

    function setUp() public override {
        super.setUp();
        Receipt[] memory receipts;
        (receipts, batch) = _settleReceipts(COUNT);
        _openAudit(batch, receipts);
        seedBlock = arbiter.auditOf(_idOf(batch)).seedBlock;
    }

    function test_RevertGiven_AuditIsNotOpen() external {
        batch.nonce += 1;
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_AuditState.selector, _auditId(batch), AuditState.None)
        );
        arbiter.drawAudit(_idOf(batch));
    }

    function test_RevertGiven_BlockHasNoHashYet() external {
        vm.roll(seedBlock);
        _expectNoSeed(seedBlock);
        vm.expectRevert(
            abi.encodeWithSelector(IProofAudits.InferenceArbiter_NoSeed.selector, seedBlock, uint256(seedBlock))
        );
        arbiter.drawnIndex(_idOf(batch), 0);
        vm.roll(seedBlock + 1);
        arbiter.drawAudit(_idOf(batch));
    }

    function test_RevertGiven_HashIsForgotten() external {
        vm.roll(uint256(seedBlock) + 8192);
        _expectNoSeed(uint256(seedBlock) + 8192);
    }

    function test_GivenBlockIsPast() external {
        vm.roll(seedBlock + 1);
        bytes32 seed = blockhash(seedBlock);
        vm.expectEmit(address(arbiter));
        emit IProofAudits.AuditDrawn(_auditId(batch), seed);
        arbiter.drawAudit(_idOf(batch));
        assertEq(arbiter.auditOf(_idOf(batch)).seed, seed, "seed");
        // 5 of 9: each draw falls into its fifth of the line.
        for (uint32 draw = 0; draw < 5; ++draw) {
            uint256 index = arbiter.drawnIndex(_idOf(batch), draw);
            assertLe((draw * COUNT) / 5, index, "not before its part");
            assertLe(index * 5, (draw + 1) * COUNT - 1, "not behind it");
        }
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_InvalidDraw.selector, uint32(5)));
        arbiter.drawnIndex(_idOf(batch), 5);
        vm.roll(seedBlock + 9_000);
        arbiter.drawAudit(_idOf(batch));
        assertEq(arbiter.auditOf(_idOf(batch)).seed, seed, "for ever");
    }

    function _expectNoSeed(uint256 blockNumber) private {
        vm.expectRevert(abi.encodeWithSelector(IProofAudits.InferenceArbiter_NoSeed.selector, seedBlock, blockNumber));
        arbiter.drawAudit(_idOf(batch));
    }
}
