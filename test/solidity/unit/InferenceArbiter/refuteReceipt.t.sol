// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {IProofChallenges, ProofState} from "../../../../contracts/interfaces/IProofChallenges.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

contract InferenceArbiterRefuteReceiptTest is ProofsBase {
    uint64 private constant PRICE = 40e6;

    Receipt private receipt;

    function setUp() public override {
        super.setUp();
        receipt = _receipt(channel, 1, PRICE);
        receipt.price = PRICE;
    }

    function test_RevertGiven_ProofIsNotOpen() external {
        _expectState(ProofState.None);
        _challengeReceipt(receipt);
        _show(receipt, STRANGER, _now() + ANSWER_PERIOD);
        _prove(receipt);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        _expectState(ProofState.Proven);
        receipt.seq = 2;
        _challengeReceipt(receipt);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        _refute();
        _expectState(ProofState.Failed);
    }

    function test_RevertWhen_NodeCanStillAnswer() external {
        _challengeReceipt(receipt);
        uint40 answerBy = _now() + ANSWER_PERIOD;
        vm.warp(answerBy);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_AnswerTime.selector, answerBy, uint256(answerBy))
        );
        _refute();
    }

    function test_GivenNoProofCame() external {
        uint256 stake = nodes.nodeOf(NODE).stake;
        bytes32 receiptId = _lose();
        vm.expectEmit(address(arbiter));
        emit IProofChallenges.ReceiptRefuted(
            NODE,
            receiptId,
            PAYER,
            PRICE,
            PENALTY / 2,
            PENALTY - PENALTY / 2 + 2 * PRICE
        );
        _refute();
        assertEq(nodes.compensationOf(PAYER), PRICE, "refund");
        assertEq(nodes.compensationOf(STRANGER), PENALTY / 2, "reward");
        assertEq(stake - nodes.nodeOf(NODE).stake, PENALTY + 3 * PRICE, "stake");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), BOND, "bond");
        assertTrue(arbiter.proofChallengeOf(receiptId).state == ProofState.Failed, "state");
    }

    function test_GivenThereIsNoSuchChannel() external {
        receipt.channel = type(uint256).max;
        _lose();
        _refute();
        assertEq(nodes.compensationOf(STRANGER), PRICE + PENALTY / 2, "refund and reward");
    }

    function test_GivenStakeIsShort() external {
        uint256 stake = nodes.nodeOf(NODE).stake;
        vm.prank(address(arbiter));
        nodes.slash(NODE, address(0xdead), 0, stake - 2 * PRICE);
        _lose();
        _refute();
        assertEq(nodes.compensationOf(PAYER), PRICE, "refund first");
        assertEq(nodes.compensationOf(STRANGER), 0, "no reward");
        assertEq(nodes.nodeOf(NODE).stake, 0, "stake");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), BOND, "bond");
    }

    function test_GivenEscrowsTokenIsNotTheStakes() external {
        TestToken other = new TestToken(18);
        escrow = _newEscrow(other);
        arbiter = _newArbiter();
        // Who slashes was named once and for ever: as if it had been this arbiter.
        bytes memory nothing = abi.encodeCall(nodes.slash, (NODE, STRANGER, 0, 0));
        vm.mockCall(address(nodes), nothing, abi.encode(uint256(0), uint256(0)));
        bytes memory penalty = abi.encodeCall(nodes.slash, (NODE, STRANGER, PENALTY / 2, PENALTY - PENALTY / 2));
        vm.mockCall(address(nodes), penalty, abi.encode(PENALTY / 2, PENALTY - PENALTY / 2));
        bytes memory signature = _signReceipt(ENCLAVE_KEY, receipt);
        uint256 bond = BOND * escrow.UNIT();
        other.mint(STRANGER, bond);
        vm.prank(STRANGER);
        other.approve(address(arbiter), bond);
        vm.prank(STRANGER);
        bytes32 receiptId = arbiter.challengeReceipt(address(escrow), receipt, signature, version);
        vm.warp(_now() + ANSWER_PERIOD + 1);
        vm.expectEmit(address(arbiter));
        emit IProofChallenges.ReceiptRefuted(NODE, receiptId, STRANGER, 0, PENALTY / 2, PENALTY - PENALTY / 2);
        _refute();
    }

    function test_GivenTwoReceiptsOfOneChannel() external {
        _lose();
        _refute();
        receipt.seq = 2;
        _lose();
        _refute();
        assertEq(nodes.compensationOf(PAYER), 2 * PRICE, "each on its own");
    }

    function _lose() private returns (bytes32 receiptId) {
        receipt.workedAt = _now();
        receiptId = _challengeReceipt(receipt);
        vm.warp(_now() + ANSWER_PERIOD + 1);
    }

    function _refute() private {
        vm.prank(OTHER_PAYER);
        arbiter.refuteReceipt(address(escrow), receipt);
    }

    function _expectState(ProofState state) private {
        vm.expectRevert(
            abi.encodeWithSelector(IProofChallenges.InferenceArbiter_ProofState.selector, _receiptId(receipt), state)
        );
        _refute();
    }
}
