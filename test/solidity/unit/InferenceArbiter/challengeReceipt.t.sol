// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {IProofChallenges, ProofChallenge, ProofState} from "../../../../contracts/interfaces/IProofChallenges.sol";
import {CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterChallengeReceiptTest is ProofsBase {
    Receipt private receipt;

    function setUp() public override {
        super.setUp();
        receipt = _receipt(channel, 1, 1);
    }

    function test_RevertGiven_EscrowIsNotTheArbiters() external {
        address other = address(_newEscrow(token));
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_UnknownEscrow.selector, other));
        arbiter.challengeReceipt(other, receipt, signature, version);
    }

    function test_RevertGiven_SignerIsNoEnclaveOfTheNode() external {
        bytes memory signature = _signReceipt(NODE_KEY, receipt);
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, NODE, NODE));
        arbiter.challengeReceipt(address(escrow), receipt, signature, version);
        receipt.node = address(0);
        signature = new bytes(65);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, address(0), address(0))
        );
        arbiter.challengeReceipt(address(escrow), receipt, signature, version);
    }

    function test_RevertGiven_LineAskedForNoProofsThen() external {
        receipt.workedAt = proofs.policyAt(lineId, _now()).since - 1;
        _expectRefusal(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_NotProvable.selector,
                lineId,
                uint256(receipt.workedAt)
            )
        );
        receipt.workedAt += 1;
        _challengeReceipt(receipt);
    }

    function test_RevertGiven_VersionHasNoCommitment() external {
        (receipt.versionHash, version) = _appendCommitted(OWNER, modelId, "bare", 0);
        _expectRefusal(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_NotProvable.selector,
                lineId,
                uint256(receipt.workedAt)
            )
        );
    }

    function test_RevertWhen_VersionIsAnotherOneThanTheReceipts() external {
        version -= 1;
        _expectRefusal(
            abi.encodeWithSelector(IProofChallenges.InferenceArbiter_WrongVersion.selector, versionHash, version)
        );
    }

    function test_RevertWhen_WorkLiesTooLongAgo() external {
        vm.warp(receipt.workedAt + PROOF_WINDOW + 1);
        _expectRefusal(
            abi.encodeWithSelector(
                IProofChallenges.InferenceArbiter_TooOld.selector,
                uint256(receipt.workedAt),
                uint256(_now())
            )
        );
    }

    function test_WhenItIsTheLastSecondOfTheWindow() external {
        vm.warp(receipt.workedAt + PROOF_WINDOW);
        _challengeReceipt(receipt);
    }

    function test_RevertGiven_ProofWasDemandedAlready() external {
        bytes32 receiptId = _challengeReceipt(receipt);
        _expectState(receiptId, ProofState.Open);
        _show(receipt, STRANGER, _now() + ANSWER_PERIOD);
        _prove(receipt);
        _expectState(receiptId, ProofState.Proven);
    }

    function test_RevertGiven_CallerHasNoBond() external {
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        vm.expectRevert();
        vm.prank(STRANGER);
        arbiter.challengeReceipt(address(escrow), receipt, signature, version);
    }

    function test_GivenEnclaveWasRevokedSince() external {
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        _challengeReceipt(receipt);
    }

    function test_GivenReceiptIsProvable() external {
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        _fundBond(STRANGER);
        uint256 before = token.balanceOf(address(arbiter));
        uint40 answerBy = _now() + ANSWER_PERIOD;
        vm.expectEmit(address(arbiter));
        emit IProofChallenges.ProofDemanded(NODE, _receiptId(receipt), STRANGER, address(escrow), answerBy);
        vm.prank(STRANGER);
        bytes32 receiptId = arbiter.challengeReceipt(address(escrow), receipt, signature, version);

        assertEq(receiptId, _receiptId(receipt), "id");
        assertEq(token.balanceOf(address(arbiter)) - before, BOND, "bond");
        ProofChallenge memory open = arbiter.proofChallengeOf(receiptId);
        assertEq(open.challenger, STRANGER, "challenger");
        assertEq(open.answerBy, answerBy, "answerBy");
        assertEq(open.version, version, "version");
        assertTrue(open.state == ProofState.Open, "state");
        assertEq(open.circuitId, _circuitId(CircuitKind.Inference), "circuit");
    }

    function _expectState(bytes32 receiptId, ProofState state) private {
        _expectRefusal(abi.encodeWithSelector(IProofChallenges.InferenceArbiter_ProofState.selector, receiptId, state));
    }

    function _expectRefusal(bytes memory refusal) private {
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        _fundBond(STRANGER);
        vm.expectRevert(refusal);
        vm.prank(STRANGER);
        arbiter.challengeReceipt(address(escrow), receipt, signature, version);
    }
}
