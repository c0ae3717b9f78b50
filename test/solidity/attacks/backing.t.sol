// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, ISettlements, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase} from "./AttackBase.sol";

/// @notice A thief who is the node, and STRANGER, a friend of his whose channels were debited long ago, against the fresh pay of honest
/// payers (attack 34). The payers challenge in time, and whatever is due is upheld.
contract BackingAttacksTest is AttackBase {
    uint256 private constant LINES = 2;
    uint32 private constant LIMIT = uint32(MIN_STAKE / 4);

    struct Disputed {
        bytes32 line;
        uint256 channel;
    }

    bytes32[LINES] private lines;
    bytes32[LINES] private versions;
    Disputed[] private old;
    Disputed[] private robbed;
    /// @dev What thief and friend brought with them.
    uint256 private brought = MIN_STAKE;

    function setUp() public override {
        super.setUp();
        (lines[0], versions[0]) = (lineId, versionHash);
        uint256 model = _deployModel(OWNER, "second");
        (lines[1], ) = _openLine(OWNER, model);
        versions[1] = _appendAndActivate(OWNER, model, "second delta");
        skip(GRACE + 1);
        _pin(OWNER, lines[1], MEASUREMENT);
    }

    /// @notice The friend challenges old debits first: they are refunded from fresh pay, which is never above a quarter of the stake, of
    /// which half burns.
    function test_Attack34_FriendTakesFreshPay() external {
        _debitedLongAgo(uint64(4 * MIN_STAKE));
        _expectTooLow(4 * LIMIT, 4 * LIMIT);
        _rob(LIMIT);
        _challengeOld(0);
        _challengeRobbed();
        _upholdAll();
        assertEq(escrow.owed(PAYER), 0, "the victim's money is the friend's");
        assertEq(nodes.compensationOf(STRANGER), MIN_STAKE / 2, "so is half of the stake");
        assertEq(_wealth(), brought - MIN_STAKE / 4, "they lose a quarter");
    }

    /// @notice With many friends he takes a limit, has it held for one of them, and takes the next: what is held counts.
    function test_Attack34_RoundsWhileChallengesRun() external {
        for (uint256 i = 0; i < 8; ++i) _debitedLongAgo(LIMIT);
        _rob(LIMIT);
        for (uint256 i = 0; i < 8; ++i) {
            _challengeOld(i);
            _expectTooLow(1, uint256(LIMIT) + 1);
        }
        _challengeRobbed();
        _upholdAll();
        _expectTooLow(1, 1, 0);
        assertLe(_wealth(), brought - MIN_STAKE / 4, "they lose a quarter");
    }

    /// @notice He takes all that one line allows, gives up its share, and goes on with the next line.
    function test_Attack34_ShareMovesFromLineToLine() external {
        _rob(LIMIT);
        vm.startPrank(NODE);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlements.InferenceEscrow_SharesExceeded.selector, 2 ** 14 + 1, 2 ** 14)
        );
        escrow.setStakeShare(lines[1], 15);
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_StakeTooLow.selector, LIMIT, 0));
        escrow.setStakeShare(lines[0], 0);
        vm.stopPrank();
        _debitedLongAgo(LIMIT);
        _challengeOld(0);
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_StakeTooLow.selector, LIMIT, 0));
        vm.prank(NODE);
        escrow.setStakeShare(lines[0], 0);
    }

    /// @notice The friend has the pay held while the victim's challenge finds none, and then shows his voucher, so that it vests before the
    /// victim's ends: it does not.
    function test_Attack34_FriendAnswersForTheNode() external {
        _debitedLongAgo(LIMIT);
        _rob(LIMIT);
        _challengeOld(0);
        _challengeRobbed();
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, robbed[0].channel).held, 0, "none is left");
        vm.warp(_now() + ANSWER_PERIOD);
        _answerOld(0);
        _expectTooLow(1, uint256(LIMIT) + 1);
        _uphold(robbed[0].channel);
        assertEq(escrow.owed(PAYER), LIMIT, "the victim has it after all");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - 2 * LIMIT, "stake");
    }

    /// @notice He thaws his stake as soon as he has taken what it allows: it is here until all of that is over.
    function test_Attack34_StakeThawsBehindTheDebits() external {
        _debitedLongAgo(uint64(4 * MIN_STAKE));
        _rob(LIMIT);
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE);
        _expectTooLow(1, uint256(LIMIT) + 1, 0);
        skip(VEST_PERIOD - 1);
        _challengeOld(0);
        _challengeRobbed();
        _upholdAll();
        assertEq(nodes.nodeOf(NODE).stake, 0, "burned or paid");
        assertLe(_wealth(), brought - MIN_STAKE / 4, "they lose a quarter");
    }

    /// @notice All of it at random: old debits of any size; rounds of robbing, challenges and answers in any order on both lines; stake that
    /// is added or thaws in between.
    function testFuzz_Attack34_NoProfit(uint256 seed) external {
        uint8 share = uint8(2 + (seed % 3));
        vm.startPrank(NODE);
        for (uint256 i = 0; i < LINES; ++i) escrow.setStakeShare(lines[i], share);
        vm.stopPrank();
        for (uint256 i = 0; i < 4; ++i) {
            _select(_draw(seed, i) % LINES);
            _debitedLongAgo(uint64(bound(_draw(seed, 10 + i), 1, 3 * MIN_STAKE)));
        }
        for (uint256 i = 0; i < 40; ++i) {
            uint256 drawn = _draw(seed, 100 + i);
            _select(drawn % LINES);
            _act((drawn >> 8) % 8, drawn >> 16);
        }
        for (uint256 i = 0; i < old.length; ++i) _challengeOld(i);
        _pass(ANSWER_PERIOD + 1);
        assertLe(_wealth(), brought, "no profit");
    }

    function _act(uint256 what, uint256 drawn) private {
        if (what < 3) {
            uint256 limit = _earnings().limit;
            if (limit != 0) _tryToRob(uint32(drawn % 2 == 0 ? limit : bound(drawn >> 1, 1, limit)));
        } else if (what == 3) {
            _challengeOld(drawn % old.length);
        } else if (what == 4) {
            _answerOld(drawn % old.length);
        } else if (what == 5) {
            _pass(drawn % ANSWER_PERIOD);
        } else if (what == 6) {
            _pass(ANSWER_PERIOD + 1);
        } else if (drawn % 2 == 0) {
            _stakeMore(bound(drawn >> 1, 1, MIN_STAKE));
        } else {
            uint256 stake = nodes.nodeOf(NODE).stake;
            vm.prank(NODE);
            nodes.requestThaw(bound(drawn >> 1, 0, stake));
        }
    }

    /// @dev Some hours, by the end of which the victims know.
    function _pass(uint256 time) private {
        _challengeRobbed();
        skip(time);
        _upholdDue();
    }

    // The thief

    function _select(uint256 line) private {
        (lineId, versionHash) = (lines[line], versions[line]);
    }

    function _stakeMore(uint256 amount) private {
        _addStake(NODE, amount);
        brought += amount;
    }

    /// @dev A channel of the friend, debited and paid out: by lane V in one batch, as by lane O over weeks. Nobody shows the voucher.
    function _debitedLongAgo(uint64 amount) private {
        uint256 channel = _openOptimistic(STRANGER_KEY, amount);
        brought += amount;
        _expectPaid(_rows(_claim(STRANGER_KEY, channel, amount, amount)), amount, 0);
        escrow.collect(NODE, lineId);
        old.push(Disputed(lineId, channel));
    }

    /// @dev Debits a fresh channel of a payer who signed nothing.
    function _rob(uint32 amount) private {
        uint256 channel = _openOptimistic(PAYER_KEY, amount);
        _debit(channel, amount);
        robbed.push(Disputed(lineId, channel));
    }

    /// @dev Whether it is refused is the escrow's business.
    function _tryToRob(uint32 amount) private {
        uint256 channel = _openOptimistic(PAYER_KEY, amount);
        Batch memory batch = _batch(Lane.Optimistic);
        bytes memory rows = _rows(_amount(channel, amount));
        // solhint-disable-next-line no-empty-blocks
        try escrow.settle(batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)) {
            robbed.push(Disputed(lineId, channel));
        } catch {}
    }

    function _expectTooLow(uint32 amount, uint256 unvested) private {
        _expectTooLow(amount, unvested, LIMIT);
    }

    /// @dev Debiting so much more is refused.
    function _expectTooLow(uint32 amount, uint256 unvested, uint256 limit) private {
        uint256 channel = _openOptimistic(OTHER_PAYER_KEY, amount);
        Batch memory batch = _batch(Lane.Optimistic);
        bytes memory rows = _rows(_amount(channel, amount));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_StakeTooLow.selector, unvested, limit));
        escrow.settle(batch, rows, signature);
    }

    // Challenges

    /// @dev Unless he has his money back, or has challenged already.
    function _challengeOld(uint256 index) private {
        lineId = old[index].line;
        if (_channel(old[index].channel).paid == 0 || _answerBy(old[index]) != 0) return;
        _challenge(old[index].channel, 0);
    }

    /// @dev With the friend's voucher over all of it.
    function _answerOld(uint256 index) private {
        lineId = old[index].line;
        uint40 answerBy = _answerBy(old[index]);
        if (answerBy < _now()) return;
        _answer(STRANGER_KEY, old[index].channel, _channel(old[index].channel).paid);
    }

    /// @dev Of all who were robbed since.
    function _challengeRobbed() private {
        for (uint256 i = 0; i < robbed.length; ++i) {
            lineId = robbed[i].line;
            uint256 channel = robbed[i].channel;
            if (_channel(channel).paid == 0 || _answerBy(robbed[i]) != 0) continue;
            _challenge(channel, 0);
        }
    }

    function _upholdAll() private {
        skip(ANSWER_PERIOD + 1);
        _upholdDue();
    }

    /// @dev The friend's first.
    function _upholdDue() private {
        for (uint256 i = 0; i < old.length; ++i) _upholdIfDue(old[i]);
        for (uint256 i = 0; i < robbed.length; ++i) _upholdIfDue(robbed[i]);
    }

    function _upholdIfDue(Disputed storage disputed) private {
        uint40 answerBy = _answerBy(disputed);
        if (answerBy == 0 || _now() <= answerBy) return;
        arbiter.uphold(address(escrow), NODE, disputed.line, disputed.channel);
    }

    function _answerBy(Disputed storage disputed) private view returns (uint40) {
        return arbiter.challengeOf(address(escrow), NODE, disputed.line, disputed.channel).answerBy;
    }

    /// @dev All that thief and friend have or may withdraw, but bonds, which come back to whoever is right.
    function _wealth() private view returns (uint256 sum) {
        sum = nodes.nodeOf(NODE).stake + nodes.compensationOf(STRANGER);
        sum += token.balanceOf(NODE) + token.balanceOf(PAYOUT) + token.balanceOf(STRANGER) + escrow.owed(STRANGER);
        for (uint256 i = 0; i < LINES; ++i) {
            sum += escrow.earningsOf(NODE, lines[i]).earned + escrow.earningsOf(NODE, lines[i]).vesting;
        }
    }

    function _draw(uint256 seed, uint256 index) private pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, index)));
    }
}
