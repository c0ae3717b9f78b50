// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {HookToken} from "../../../contracts/mocks/HookToken.sol";
import {AttackBase} from "./AttackBase.sol";
import {HostilePayer} from "./HostileWallets.sol";

/// @notice Attacks from inside of a token that calls back (ERC-777), in which money and stake are kept. Numbered as in the threat list.
contract ReentrancyAttacksTest is AttackBase {
    bytes private constant REENTERED = abi.encodeWithSignature("ReentrancyGuardReentrantCall()");

    HookToken private hooked;
    HostilePayer private hostile;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        hooked = new HookToken();
        hostile = new HostilePayer();
        _deployPayments(hooked);
        optimistic = _openOptimistic(PAYER_KEY, 100);
        _debit(optimistic, 40);
        _expectPaid(_rows(_claim(PAYER_KEY, optimistic, 50, 50)), 10, 0);
    }

    /// @notice The node's payout collects again while it is paid.
    function test_Attack31_TokenReentersCollect() external {
        _hook(address(escrow), abi.encodeCall(escrow.collect, (NODE, lineId)));
        escrow.collect(NODE, lineId);
        assertEq(hooked.balanceOf(PAYOUT), 10, "paid once");
        assertEq(hooked.balanceOf(address(escrow)), 90, "the payer's money");
    }

    /// @notice The same through a settlement that collects.
    function test_Attack31_TokenReentersSettleAndCollect() external {
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory rows = _rows(_claim(PAYER_KEY, optimistic, 60, 60));
        bytes memory call = abi.encodeCall(
            escrow.settleAndCollect,
            (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows))
        );
        _hook(address(escrow), call);
        (bool success, ) = address(escrow).call(call);
        assertTrue(success, "settled");
        assertEq(hooked.balanceOf(PAYOUT), 20, "paid once");
    }

    /// @notice A payer withdraws a channel again, or the node settles on it, while its rest leaves.
    function test_Attack31_TokenReentersWithdrawChannel() external {
        uint256 channel = _openHostile(100);
        hostile.run(address(escrow), abi.encodeCall(escrow.requestClose, (NODE, lineId, channel)));
        vm.warp(_channel(channel).closeAt);
        bytes memory withdrawal = abi.encodeCall(escrow.withdrawChannel, (NODE, lineId, channel, STRANGER));
        _hook(address(hostile), abi.encodeCall(hostile.tryRun, (address(escrow), withdrawal)));
        hostile.run(address(escrow), withdrawal);
        assertEq(hooked.balanceOf(STRANGER), 100, "paid once");
        assertEq(hooked.balanceOf(address(escrow)), 100, "the others' money");
    }

    /// @notice The node settles a row of a channel whose rest leaves at this moment: the index is over already.
    function test_Attack31_TokenSettlesWhileTheRestLeaves() external {
        uint256 channel = _openHostile(100);
        hostile.run(address(escrow), abi.encodeCall(escrow.requestClose, (NODE, lineId, channel)));
        vm.warp(_channel(channel).closeAt);
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 100, 100));
        _hook(address(escrow), abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows))));
        hostile.run(address(escrow), abi.encodeCall(escrow.withdrawChannel, (NODE, lineId, channel, STRANGER)));
        assertEq(escrow.earningsOf(NODE, lineId).nextNonce, batch.nonce + 1, "settled");
        assertEq(_channel(channel).paid, 0, "paid");
        assertEq(escrow.earningsOf(NODE, lineId).earned, 10, "earned");
    }

    /// @notice What is owed is withdrawn again while it leaves.
    function test_Attack31_TokenReentersWithdraw() external {
        uint256 channel = _openHostile(100);
        vm.prank(NODE);
        escrow.release(lineId, channel);
        bytes memory withdrawal = abi.encodeCall(escrow.withdraw, (STRANGER));
        _hook(address(hostile), abi.encodeCall(hostile.tryRun, (address(escrow), withdrawal)));
        hostile.run(address(escrow), withdrawal);
        assertEq(hooked.balanceOf(STRANGER), 100, "paid once");
        assertEq(hooked.balanceOf(address(escrow)), 100, "the others' money");
    }

    /// @notice One transfer is made to count for two deposits.
    function test_Attack31_TokenReentersWithDeposit() external {
        hooked.mint(address(hostile), 200);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(escrow), 200)));
        bytes memory opening = abi.encodeCall(escrow.open, (_opening(100, false)));
        _hook(address(hostile), abi.encodeCall(hostile.run, (address(escrow), opening)));
        vm.expectRevert(REENTERED);
        hostile.run(address(escrow), opening);
    }

    /// @notice A deposit is spent, and its rest given back, before it arrives: nothing leaves before it has.
    function test_Attack31_TokenSpendsADepositBeforeItArrives() external {
        uint256 channel = optimistic + 1;
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 100, 100));
        bytes memory settlement = abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)));
        _fund(PAYER, 100);
        _hook(address(escrow), settlement);
        vm.prank(PAYER);
        escrow.open(_opening(100, false));
        assertEq(escrow.earningsOf(NODE, lineId).earned, 110, "earned");
        assertEq(hooked.balanceOf(address(escrow)), 200, "tokens held");

        // Money that never arrives undoes what was done with it.
        hooked.mint(address(hostile), 50);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(escrow), 100)));
        bytes memory release = abi.encodeCall(escrow.release, (lineId, channel + 1));
        _hook(address(this), abi.encodeCall(this.releaseAs, (release)));
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientBalance.selector, address(hostile), 50, 100)
        );
        hostile.run(address(escrow), abi.encodeCall(escrow.open, (_opening(100, false))));
        assertEq(escrow.channelCount(NODE, lineId), channel + 1, "channels");
    }

    /// @notice A challenge is answered, and its bond won, before the bond arrives: it can be withdrawn when it is here.
    function test_Attack31_TokenAnswersBeforeTheBondArrives() external {
        bytes memory answer = abi.encodeCall(
            arbiter.answer,
            (address(escrow), NODE, lineId, optimistic, 50, _signVoucher(PAYER_KEY, optimistic, 50))
        );
        _fundBond(PAYER);
        _hook(address(arbiter), answer);
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, optimistic, 0);
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "the node's bond");
        assertEq(hooked.balanceOf(address(arbiter)), BOND, "tokens held");
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, optimistic).answerBy, 0, "answered");
    }

    /// @notice A bond is withdrawn again while it leaves, or while another one comes.
    function test_Attack31_TokenReentersWithdrawBonds() external {
        uint256 channel = _openHostile(100);
        _debit(channel, 40);
        _challengeAsHostile(channel);
        _challenge(optimistic, 0);
        _uphold(channel);
        bytes memory withdrawal = abi.encodeCall(arbiter.withdrawBonds, (address(escrow), STRANGER));
        bytes memory again = abi.encodeCall(hostile.tryRun, (address(arbiter), withdrawal));
        _hook(address(hostile), again);
        hostile.run(address(arbiter), withdrawal);
        assertEq(hooked.balanceOf(STRANGER), BOND, "paid once");
        assertEq(hooked.balanceOf(address(arbiter)), BOND, "the other bond");
    }

    /// @notice A payer challenges from inside of his own deposit: the two contracts' books do not meet half-way.
    function test_Attack31_TokenChallengesInsideOfADeposit() external {
        uint256 channel = _openHostile(100);
        _debit(channel, 40);
        hooked.mint(address(hostile), BOND + 10);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(arbiter), BOND)));
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(escrow), 10)));
        bytes memory challenge = abi.encodeCall(arbiter.challenge, (address(escrow), NODE, lineId, channel, 0));
        _hook(address(hostile), abi.encodeCall(hostile.run, (address(arbiter), challenge)));
        hostile.run(address(escrow), abi.encodeCall(escrow.topUp, (NODE, lineId, channel, 10)));
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, channel).held, 40, "held");
        assertEq(_earnings().held, 40, "held");
        _uphold(channel);
        assertEq(escrow.owed(address(hostile)), 110, "rest, top-up and refund");
    }

    /// @dev Called by the token in the middle of a transfer.
    function onTransfer(address target, bytes calldata data) external {
        hooked.setHook(address(0), "");
        (bool success, bytes memory reason) = target.call(data);
        bool isRun = bytes4(data[:4]) == HostilePayer.run.selector;
        if (!success && isRun) {
            assembly ("memory-safe") {
                revert(add(reason, 0x20), mload(reason))
            }
        }
    }

    /// @dev Called by {onTransfer}: what only the node may do.
    function releaseAs(bytes calldata release) external {
        vm.prank(NODE);
        (bool success, ) = address(escrow).call(release);
        assertTrue(success, "released");
    }

    function _hook(address target, bytes memory data) private {
        // The hook is off while it runs, or the token would call itself for ever.
        hooked.setHook(address(this), abi.encodeCall(this.onTransfer, (target, data)));
    }

    function _openHostile(uint64 amount) private returns (uint256) {
        hooked.mint(address(hostile), amount);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(escrow), amount)));
        Opening memory opening = _opening(amount, true);
        opening.signer = PAYER;
        return abi.decode(hostile.run(address(escrow), abi.encodeCall(escrow.open, (opening))), (uint256));
    }

    function _challengeAsHostile(uint256 channel) private {
        hooked.mint(address(hostile), BOND);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(arbiter), BOND)));
        bytes memory challenge = abi.encodeCall(arbiter.challenge, (address(escrow), NODE, lineId, channel, 0));
        hostile.run(address(arbiter), challenge);
    }
}
