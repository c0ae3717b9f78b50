// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../contracts/interfaces/IChallenges.sol";
import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks on payers of lane O who look away, and by payers who lie or ask twice. Numbered as in the threat list.
contract OfflineAttacksTest is AttackBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice A payer is away until the pay has vested and left: he is served from stake, and lost no more than his deposit till then.
    function test_Attack51_PayerIsAwayTooLong() external {
        _debit(channel, 100);
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 100, "vested");
        _challenge(channel, 10);
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, channel).held, 0, "nothing is left here");
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 0, "owed");
        assertEq(nodes.compensationOf(PAYER), 90, "from stake");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 90 - 2 * 90, "stake");
    }

    /// @notice The node has no stake either: what he had deposited is lost, and nobody else's money stands in for it.
    function test_Attack51_NodeHasNothingLeft() external {
        _open(OTHER_PAYER_KEY, 100);
        _debit(channel, 100);
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, MIN_STAKE);
        _challenge(channel, 10);
        _uphold(channel);
        assertEq(nodes.compensationOf(PAYER), 0, "nothing there");
        assertEq(token.balanceOf(address(escrow)), 100, "the other payer's deposit");
    }

    /// @notice He signed a challenge before he left: a watchtower brings it in time, with its own bond, which comes back.
    function test_Attack51_WatchtowerChallenges() external {
        uint256 deadline = _now() + 30 days;
        bytes memory signature = _signChallenge(PAYER_KEY, channel, 0, deadline);
        _debit(channel, 100);
        _fundBond(STRANGER);
        vm.prank(STRANGER);
        arbiter.challengeFor(address(escrow), NODE, lineId, channel, 0, deadline, signature);
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 100, "the refund is the payer's");
        assertEq(arbiter.bondsOf(address(escrow), STRANGER), BOND, "the bond is the watchtower's");
        // The same word does not work again on what is refunded.
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingToChallenge.selector, uint64(0), uint64(0))
        );
        vm.prank(STRANGER);
        arbiter.challengeFor(address(escrow), NODE, lineId, channel, 0, deadline, signature);
    }

    /// @notice A payer who will be away keeps lane O off his channel: no batch without his voucher reaches it.
    function test_Attack51_ChannelForVouchersOnly() external {
        uint256 vouchersOnly = _open(PAYER_KEY, 100);
        _expectPaid(Lane.Optimistic, _rows(_amount(vouchersOnly, 100)), 0, 1);
        _requestClose(channel);
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 100)), 0, 1);
    }

    /// @notice A payer says that he signed less than he did: the node shows it, keeps its money, and has his bond.
    function test_Attack52_PayerLiesAboutWhatHeSigned() external {
        _debit(channel, 80);
        _challenge(channel, 10);
        _answer(PAYER_KEY, channel, 90);
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "bond");
        assertEq(_earnings().vesting, 80, "vesting");
        vm.prank(NODE);
        assertEq(arbiter.withdrawBonds(address(escrow), PAYOUT), BOND * escrow.UNIT(), "withdrawn");
        assertEq(_channel(channel).closed, false, "the channel goes on");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE, "stake");
    }

    /// @notice He says that he signed as much as was taken, or more, to have a bond move: there is nothing to challenge.
    function test_Attack52_PayerAssertsTooMuch() external {
        _debit(channel, 80);
        _fundBond(PAYER);
        uint64[3] memory asserted = [uint64(80), 81, type(uint64).max];
        for (uint256 i = 0; i < 3; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(
                    IChallenges.InferenceArbiter_NothingToChallenge.selector,
                    asserted[i],
                    uint64(80)
                )
            );
            vm.prank(PAYER);
            arbiter.challenge(address(escrow), NODE, lineId, channel, asserted[i]);
        }
    }

    /// @notice What was refunded is disputed, withdrawn or billed once more: it is over, and the sum of all is one deposit.
    function test_Attack53_RefundedAmountIsDisputedAgain() external {
        _debit(channel, 80);
        _challenge(channel, 30);
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 70, "rest and refund");

        _fundBond(PAYER);
        vm.startPrank(PAYER);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingToChallenge.selector, uint64(30), uint64(30))
        );
        arbiter.challenge(address(escrow), NODE, lineId, channel, 30);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_NoChallenge.selector, NODE, lineId, channel)
        );
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        vm.expectRevert(
            abi.encodeWithSelector(IChannels.InferenceEscrow_ChannelClosing.selector, NODE, lineId, channel, 0)
        );
        escrow.requestClose(NODE, lineId, channel);
        assertEq(escrow.withdraw(PAYER), 70 * escrow.UNIT(), "once");
        vm.stopPrank();
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 80, 80)), 0, 1);
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 50)), 0, 1);
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 30 * escrow.UNIT(), "what he said he signed");
        assertEq(token.balanceOf(address(escrow)), 0, "one deposit in all");
    }

    /// @notice He takes his rest first, by every way out, and disputes behind it: rest and refund are different money.
    function test_Attack53_RestIsTakenBeforeTheRefund() external {
        uint256 released = _openOptimistic(OTHER_PAYER_KEY, 100);
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 80), _amount(released, 80)), 160, 0);
        vm.prank(NODE);
        escrow.release(lineId, released);
        _challenge(released, 0);
        _challenge(channel, 0);
        _uphold(released);
        assertEq(escrow.owed(OTHER_PAYER), 100, "rest and refund");
        _requestClose(channel);
        assertEq(_withdraw(channel), 20, "rest");
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        assertEq(escrow.owed(PAYER), 80, "refund");
        assertEq(token.balanceOf(address(escrow)), 180, "nobody's money is missing");
    }

    /// @notice A payer closes at once with the enclave's word, and then demands vouchers for what he agreed to pay by it.
    function test_Attack53_AgreedCloseIsChallenged() external {
        _debit(channel, 40);
        bytes memory signature = _signClose(ENCLAVE_KEY, channel, 90, _now());
        vm.prank(PAYER);
        assertEq(escrow.closeNow(NODE, lineId, channel, 90, _now(), signature), 10, "refund");
        _fundBond(PAYER);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingToChallenge.selector, uint64(0), uint64(90))
        );
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, channel, 0);
    }

    /// @notice A payer challenges, agrees to it all by closing at once, and has the challenge upheld before the node shows a voucher.
    function test_Attack53_ChallengedDebitIsAgreed() external {
        _debit(channel, 40);
        _challenge(channel, 0);
        bytes memory signature = _signClose(ENCLAVE_KEY, channel, 90, _now());
        vm.prank(PAYER);
        assertEq(escrow.closeNow(NODE, lineId, channel, 90, _now(), signature), 10, "refund");
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 10, "the rest and no more");
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "the bond is the node's");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE, "stake");
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 90, "all that he agreed to");
    }

    /// @notice The enclave says less than lane O took: by closing, a payer does not agree to the difference.
    function test_Attack53_CloseBelowWhatWasTaken() external {
        _debit(channel, 90);
        bytes memory signature = _signClose(ENCLAVE_KEY, channel, 40, _now());
        vm.prank(PAYER);
        assertEq(escrow.closeNow(NODE, lineId, channel, 40, _now(), signature), 10, "rest");
        _challenge(channel, 40);
        _uphold(channel);
        assertEq(escrow.owed(PAYER), 60, "rest and refund");
    }

    /// @notice The chain is reorganised, and an index is another payer's: a debit that was not meant for him comes back to him.
    function test_Attack58_DebitOfASwappedIndex() external {
        uint256 swapped = _openOptimistic(OTHER_PAYER_KEY, 100);
        _debit(swapped, 40);
        _challenge(swapped, 0);
        bytes memory meant = _signVoucher(PAYER_KEY, swapped, 40);
        vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, OTHER_PAYER));
        arbiter.answer(address(escrow), NODE, lineId, swapped, 40, meant);
        _uphold(swapped);
        assertEq(escrow.owed(OTHER_PAYER), 100, "all of it");
    }
}
