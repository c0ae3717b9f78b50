// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceArbiter} from "../../../contracts/InferenceArbiter.sol";
import {DevelopmentReport, DevelopmentTeeVerifier} from "../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {IInferenceArbiter, Offence, Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {INodeRegistry, Registration} from "../../../contracts/interfaces/INodeRegistry.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase} from "./AttackBase.sol";

/// @notice Attacks by which stake leaves before it is taken, or cannot be taken. Numbered as in the threat list; more of them are with
/// the registry's unit tests.
contract StakeAttacksTest is AttackBase {
    /// @notice A node registers an enclave with evidence that has expired, or runs it beyond its time.
    function test_Attack43_ExpiredAttestation() external {
        DevelopmentReport memory report = _report(NODE, OTHER_ENCLAVE);
        report.validUntil = _now() - 1;
        Registration memory registration = _registrationOf(OTHER_ENCLAVE, report);
        vm.expectRevert(
            abi.encodeWithSelector(
                DevelopmentTeeVerifier.DevelopmentTeeVerifier_OutOfDate.selector,
                report.issuedAt,
                report.validUntil,
                _now()
            )
        );
        vm.prank(NODE);
        nodes.registerEnclave(registration);

        uint256 channel = _openOptimistic(PAYER_KEY, 100);
        uint40 validUntil = nodes.enclaveOf(ENCLAVE).validUntil;
        vm.warp(validUntil + 1);
        Batch memory batch = _batch(Lane.Optimistic);
        bytes memory rows = _rows(_amount(channel, 10));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveExpired.selector, ENCLAVE, validUntil, _now())
        );
        escrow.settle(batch, rows, signature);
    }

    /// @notice The same evidence is shown twice, to have a second life of the same keys.
    function test_Attack43_EvidenceIsUsedTwice() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        vm.startPrank(NODE);
        nodes.registerEnclave(registration);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_ReceiptKeyUsed.selector, OTHER_ENCLAVE));
        nodes.registerEnclave(registration);
        vm.stopPrank();
    }

    /// @notice A node thaws as early as it can, but for what it needs to debit, and debits as late as it can: at the end of the last challenge its stake is still here.
    function test_Attack44_StakeLeavesBeforeTheLastChallengeEnds() external {
        uint256 channel = _openOptimistic(PAYER_KEY, 100);
        _registerEnclave(NODE, OTHER_ENCLAVE);
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE - 400);
        uint40 thawAt = nodes.nodeOf(NODE).thawAt;

        Batch memory batch = _batch(Lane.Optimistic, nodes.enclaveOf(OTHER_ENCLAVE).validUntil);
        vm.warp(batch.lastAt + MAX_BATCH_AGE);
        bytes memory rows = _rows(_amount(channel, 100));
        escrow.settle(batch, rows, _signBatch(OTHER_ENCLAVE_KEY, batch, rows));
        vm.warp(_now() + 2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
        _challenge(channel, 0);
        _uphold(channel);
        assertLe(_now(), thawAt - 1, "still thawing");
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotThawed.selector, NODE, thawAt));
        vm.prank(NODE);
        nodes.withdrawStake(NODE);
        assertEq(nodes.compensationOf(PAYER), 100, "refund");
        vm.warp(thawAt);
        vm.prank(NODE);
        nodes.withdrawStake(NODE);
        assertEq(token.balanceOf(NODE), MIN_STAKE - 400, "what thawed");
        assertEq(nodes.nodeOf(NODE).stake, 100, "what is left");
    }

    /// @notice A node makes its stake so small, its record so long, or what it owes so large, that slashing it fails.
    function test_Attack45_UpholdIsMadeToRevert() external {
        uint64 most = escrow.MAX_DEPOSIT() / 4;
        uint256 channel = _openOptimistic(PAYER_KEY, most);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, most, most)), most, 0);
        escrow.collect(NODE, lineId);
        vm.startPrank(NODE);
        nodes.update(string(new bytes(50_000)), PAYOUT);
        nodes.requestThaw(MIN_STAKE - 1);
        vm.stopPrank();
        _challenge(channel, 0);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        uint256 before = gasleft();
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        assertLe(before - gasleft(), 300_000, "gas");
        assertEq(nodes.compensationOf(PAYER), MIN_STAKE / 2, "half");
        assertEq(nodes.nodeOf(NODE).stake, 0, "all is gone");
        assertEq(nodes.nodeOf(NODE).thawing, 0, "nothing thaws");
    }

    /// @notice A node has less stake than a conviction takes, or none: it is convicted all the same, once.
    function test_Attack45_ConvictionIsMadeToRevert() external {
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, MIN_STAKE - 11);
        _convict(1);
        assertEq(nodes.compensationOf(STRANGER), 5, "half of what there was");
        assertEq(nodes.nodeOf(NODE).stake, 0, "stake");
        _convict(2);
        assertEq(nodes.compensationOf(STRANGER), 5, "nothing more");
    }

    /// @notice A node has a friend convict it, to carry its stake out at once: as much is burned as he gets, however little is left.
    function testFuzz_Attack46_FriendConvicts(uint256 stake, uint256 penalty) external {
        stake = bound(stake, 1, 3 * MIN_STAKE);
        _deployWithPenalty(bound(penalty, 2, 4 * MIN_STAKE));
        if (stake < MIN_STAKE) {
            vm.prank(address(arbiter));
            nodes.slash(NODE, OWNER, 0, MIN_STAKE - stake);
        } else if (stake > MIN_STAKE) {
            _addStake(NODE, stake - MIN_STAKE);
        }
        for (uint64 seq = 1; seq < 4; ++seq) _convict(seq);
        uint256 gone = stake - nodes.nodeOf(NODE).stake;
        assertLe(nodes.compensationOf(STRANGER), gone / 2, "the friend's part");
    }

    /// @notice The same by a challenge of a friend's old channel that nobody answers: his refund from stake is half of it at most.
    function testFuzz_Attack46_FriendChallenges(uint32 debit) external {
        debit = uint32(bound(debit, 1, type(uint32).max));
        uint256 channel = _openOptimistic(STRANGER_KEY, debit);
        // As by lane O over weeks.
        _expectPaid(_rows(_claim(STRANGER_KEY, channel, debit, debit)), debit, 0);
        escrow.collect(NODE, lineId);
        _challenge(channel, 0);
        _uphold(channel);
        uint256 gone = MIN_STAKE - nodes.nodeOf(NODE).stake;
        assertLe(nodes.compensationOf(STRANGER), gone / 2, "the friend's part");
        assertEq(escrow.owed(STRANGER), 0, "from stake only");
    }

    /// @dev A stale receipt of a channel that does not exist: whoever shows it is the victim.
    function _convict(uint64 seq) private {
        Receipt memory receipt = _receipt(99, seq, 1);
        receipt.versionHash = staleHash;
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        vm.prank(STRANGER);
        arbiter.proveStaleReceipt(address(escrow), receipt, signature);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInferenceArbiter.InferenceArbiter_AlreadyConvicted.selector,
                keccak256(abi.encode(Offence.StaleReceipt, escrow, NODE, lineId, 99, seq))
            )
        );
        arbiter.proveStaleReceipt(address(escrow), receipt, signature);
    }

    function _deployWithPenalty(uint256 penalty) private {
        nodes = _newRegistry(false);
        escrow = _newEscrow(token);
        address[] memory escrows = new address[](1);
        escrows[0] = address(escrow);
        arbiter = _arbiterOf(escrows, penalty);
        _nameSlasher(nodes, address(arbiter));
        nodes.setVerifier(verifier, _always());
        _pin(OWNER, lineId, MEASUREMENT);
        _registerNode(NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(NODE, ENCLAVE);
        _setShare(MOST_STAKE);
    }
}
