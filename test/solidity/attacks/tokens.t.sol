// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {IChannels} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {BlocklistToken} from "../../../contracts/mocks/BlocklistToken.sol";
import {FalseToken} from "../../../contracts/mocks/FalseToken.sol";
import {FeeToken} from "../../../contracts/mocks/FeeToken.sol";
import {NoReturnToken} from "../../../contracts/mocks/NoReturnToken.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {AttackBase} from "./AttackBase.sol";

/// @notice Attacks with tokens that do not do what they are asked to. Numbered as in the threat list.
contract TokenAttacksTest is AttackBase {
    /// @notice A token keeps a part of every transfer: its deposits are refused, so that nobody's money covers another's.
    function test_Attack30_FeeOnTransferToken() external {
        FeeToken money = new FeeToken();
        _use(money);
        money.mint(PAYER, 10_000);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 10_000);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_InexactTransfer.selector, 10_000, 9_900));
        escrow.open(_opening(10_000, false));
        vm.stopPrank();
    }

    /// @notice A token credits more or less than it moved, as one that rebases in between: refused both ways.
    function test_Attack30_RebasingWhileItIsDeposited() external {
        RebasingToken money = new RebasingToken();
        _use(money);
        money.mint(PAYER, 1_000);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 1_000);
        money.rebase(-1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_InexactTransfer.selector, 100, 99));
        escrow.open(_opening(100, false));
        money.rebase(1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_InexactTransfer.selector, 100, 101));
        escrow.open(_opening(100, false));
        money.rebase(0);
        escrow.open(_opening(100, false));
        vm.stopPrank();
    }

    /// @notice A token says false and moves nothing: no channel.
    function test_Attack30_FalseReturningToken() external {
        FalseToken money = new FalseToken();
        _use(money);
        money.mint(PAYER, 100);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(money)));
        vm.prank(PAYER);
        escrow.open(_opening(100, false));
    }

    /// @notice A token says nothing at all, as USDT: it works in both directions.
    function test_Attack30_NoReturnTokenWorks() external {
        NoReturnToken money = new NoReturnToken();
        _use(IERC20Metadata(address(money)));
        money.mint(PAYER, 100);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 100);
        uint256 channel = escrow.open(_opening(100, false));
        vm.stopPrank();
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        escrow.collect(NODE, lineId);
        _requestClose(channel);
        _withdraw(channel);
        assertEq(money.balanceOf(PAYOUT), 40, "node");
        assertEq(money.balanceOf(PAYER), 60, "payer");
    }

    /// @notice The token blocks a payer: the node is paid, and he has his rest sent elsewhere.
    function test_Attack32_PayerIsBlocked() external {
        BlocklistToken money = new BlocklistToken();
        uint256 channel = _openWith(money);
        money.setBlocked(PAYER, true);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        assertEq(escrow.collect(NODE, lineId), 40, "the node is not affected");
        vm.warp(_requestClose(channel));
        vm.startPrank(PAYER);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.BlocklistToken_Blocked.selector, PAYER));
        escrow.withdrawChannel(NODE, lineId, channel, PAYER);
        assertEq(escrow.withdrawChannel(NODE, lineId, channel, OTHER_PAYER), 60, "he names another receiver");
        vm.stopPrank();
    }

    /// @notice A node releases to a blocked payer, or is ended in his favour: that moves no token, and he has it sent elsewhere.
    function test_Attack32_BlockedPayerIsOwed() external {
        BlocklistToken money = new BlocklistToken();
        uint256 channel = _openWith(money);
        money.setBlocked(PAYER, true);
        vm.prank(NODE);
        assertEq(escrow.release(lineId, channel), 100, "refund");
        vm.prank(PAYER);
        assertEq(escrow.withdraw(OTHER_PAYER), 100, "he names another receiver");
    }

    /// @notice The token blocks the node's payout address: settling goes on, the payers leave, and the node names another one.
    function test_Attack32_PayoutAddressIsBlocked() external {
        BlocklistToken money = new BlocklistToken();
        uint256 channel = _openWith(money);
        money.setBlocked(PAYOUT, true);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.BlocklistToken_Blocked.selector, PAYOUT));
        escrow.collect(NODE, lineId);
        vm.prank(NODE);
        nodes.update("https://node.example", OTHER_NODE);
        assertEq(escrow.collect(NODE, lineId), 40, "it names another receiver");
        _requestClose(channel);
        assertEq(_withdraw(channel), 60, "the payer is not affected");
    }

    /// @notice The payout address is a contract that fails whenever it is called: tokens are sent to it all the same.
    function test_Attack33_PayoutAddressRevertsOnCalls() external {
        // PUSH0 PUSH0 REVERT: whoever calls it fails.
        vm.etch(PAYOUT, hex"5f5ffd");
        uint256 channel = _open(PAYER_KEY, 100);
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        escrow.settleAndCollect(batch, rows, _signBatch(ENCLAVE_KEY, batch, rows));
        assertEq(token.balanceOf(PAYOUT), 40, "tokens sent");
    }

    /// @notice A deposit is chosen that units do not divide, or a token with more digits than they have: nothing is rounded away.
    function testFuzz_Attack56_UnitsRoundNothingAway(uint8 decimals, uint64 amount, uint64 used) external {
        TestToken money = new TestToken(uint8(bound(decimals, 0, 30)));
        _use(money);
        amount = uint64(bound(amount, 1, escrow.MAX_DEPOSIT()));
        used = uint64(bound(used, 1, amount));
        uint256 value = amount * escrow.UNIT();
        money.mint(PAYER, value);
        vm.startPrank(PAYER);
        money.approve(address(escrow), value);
        uint256 channel = escrow.open(_opening(amount, false));
        vm.stopPrank();
        _expectPaid(_rows(_claim(PAYER_KEY, channel, used, used)), used, 0);
        escrow.collect(NODE, lineId);
        vm.prank(NODE);
        if (escrow.release(lineId, channel) != 0) {
            vm.prank(PAYER);
            escrow.withdraw(PAYER);
        }
        assertEq(money.balanceOf(PAYOUT), used * escrow.UNIT(), "node");
        assertEq(money.balanceOf(PAYER), value - used * escrow.UNIT(), "payer");
        assertEq(money.balanceOf(address(escrow)), 0, "rest");
    }

    function _use(IERC20Metadata money) private {
        escrow = _newEscrow(money);
    }

    function _openWith(BlocklistToken money) private returns (uint256 channel) {
        _use(money);
        money.mint(PAYER, 100);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 100);
        channel = escrow.open(_opening(100, false));
        vm.stopPrank();
    }
}

/// @notice Adds to a receiver's balance after the transfer, or takes from it, as a rebase in the same call.
contract RebasingToken is TestToken {
    int256 private _change;

    constructor() TestToken(6) {}

    /// @notice Sets what the next transfers add.
    function rebase(int256 change) external {
        _change = change;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (from == address(0) || to == address(0)) return;
        if (_change > 0) super._update(address(0), to, uint256(_change));
        if (_change < 0) super._update(to, address(0), uint256(-_change));
    }
}
