// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";

import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Batch, IInferenceEscrow, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {BlocklistToken} from "../../../../contracts/mocks/BlocklistToken.sol";
import {FalseToken} from "../../../../contracts/mocks/FalseToken.sol";
import {FeeToken} from "../../../../contracts/mocks/FeeToken.sol";
import {HookToken} from "../../../../contracts/mocks/HookToken.sol";
import {NoReturnToken} from "../../../../contracts/mocks/NoReturnToken.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";
import {HostilePayer} from "./HostilePayer.sol";

/// @notice Attacks through the token. Numbered as in the threat list.
contract InferenceEscrowTokenAttacksTest is PaymentsBase {
    HookToken private hooked;
    HostilePayer private hostile;

    function setUp() public override {
        super.setUp();
        hooked = new HookToken();
        hostile = new HostilePayer();
    }

    function test_Attack30_FeeOnTransferToken() external {
        FeeToken money = new FeeToken();
        _use(money);
        money.mint(PAYER, 10_000);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 10_000);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_InexactTransfer.selector, 10_000, 9_900)
        );
        escrow.open(NODE, PAYER, 10_000);
        vm.stopPrank();
    }

    function test_Attack30_FalseReturningToken() external {
        FalseToken money = new FalseToken();
        _use(money);
        money.mint(PAYER, 100);
        vm.expectRevert(abi.encodeWithSelector(SafeERC20.SafeERC20FailedOperation.selector, address(money)));
        vm.prank(PAYER);
        escrow.open(NODE, PAYER, 100);
    }

    function test_Attack30_NoReturnTokenWorks() external {
        NoReturnToken money = new NoReturnToken();
        _use(IERC20Metadata(address(money)));
        money.mint(PAYER, 100);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 100);
        uint256 channel = escrow.open(NODE, PAYER, 100);
        vm.stopPrank();
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
        escrow.collect(NODE);
        vm.startPrank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
        escrow.withdrawChannel(NODE, channel, PAYER);
        vm.stopPrank();
        assertEq(money.balanceOf(PAYOUT), 40, "node");
        assertEq(money.balanceOf(PAYER), 60, "payer");
    }

    function test_Attack31_TokenReentersCollect() external {
        _use(hooked);
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, _openHooked(), 40, 40)));
        _openHooked();
        _hook(address(escrow), abi.encodeCall(escrow.collect, (NODE)));
        escrow.collect(NODE);
        assertEq(hooked.balanceOf(PAYOUT), 40, "paid once");
        assertEq(escrow.liabilities(), hooked.balanceOf(address(escrow)), "liabilities");
    }

    function test_Attack31_TokenReentersWithdrawChannel() external {
        _use(hooked);
        _openHooked();
        uint256 channel = _openHostile(100);
        bytes memory withdrawal = abi.encodeCall(escrow.withdrawChannel, (NODE, channel, STRANGER));
        hostile.run(address(escrow), abi.encodeCall(escrow.requestClose, (NODE, channel)));
        vm.warp(_now() + CLOSE_DELAY);
        _hook(address(hostile), abi.encodeCall(hostile.tryRun, (address(escrow), withdrawal)));
        hostile.run(address(escrow), withdrawal);
        assertEq(hooked.balanceOf(STRANGER), 100, "paid once");
        assertEq(hooked.balanceOf(address(escrow)), 100, "the other channel's money");
    }

    function test_Attack31_TokenReentersWithdraw() external {
        _use(hooked);
        _openHooked();
        uint256 channel = _openHostile(100);
        vm.prank(NODE);
        escrow.release(channel);
        bytes memory withdrawal = abi.encodeCall(escrow.withdraw, (STRANGER));
        _hook(address(hostile), abi.encodeCall(hostile.tryRun, (address(escrow), withdrawal)));
        hostile.run(address(escrow), withdrawal);
        assertEq(hooked.balanceOf(STRANGER), 100, "paid once");
        assertEq(hooked.balanceOf(address(escrow)), 100, "the other channel's money");
    }

    function test_Attack31_TokenReentersWithDeposit() external {
        _use(hooked);
        hooked.mint(address(hostile), 200);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(escrow), 200)));
        bytes memory opening = abi.encodeCall(escrow.open, (NODE, PAYER, 100));
        _hook(address(hostile), abi.encodeCall(hostile.run, (address(escrow), opening)));
        // One transfer must not count for two deposits.
        vm.expectRevert(bytes4(keccak256("ReentrancyGuardReentrantCall()")));
        hostile.run(address(escrow), opening);
    }

    function test_Attack31_TokenSettlesBeforeTheDepositArrived() external {
        _use(hooked);
        _openHooked();
        Row[] memory rows = _rows(_row(PAYER_KEY, 1, 100, 100));
        Batch memory batch = _batch(_now());
        bytes memory settlement = abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)));
        hooked.mint(PAYER, 100);
        vm.startPrank(PAYER);
        hooked.approve(address(escrow), 100);
        _hook(address(escrow), settlement);
        escrow.open(NODE, PAYER, 100);
        vm.stopPrank();
        assertEq(escrow.earned(NODE), 100, "earned");
        assertEq(escrow.liabilities(), 200, "liabilities");
        assertEq(hooked.balanceOf(address(escrow)), 200, "tokens held");
    }

    function test_Attack32_PayerIsBlocked() external {
        BlocklistToken money = new BlocklistToken();
        uint256 channel = _openWith(money);
        money.setBlocked(PAYER, true);
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
        assertEq(escrow.collect(NODE), 40, "the node is not affected");
        vm.startPrank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.BlocklistToken_Blocked.selector, PAYER));
        escrow.withdrawChannel(NODE, channel, PAYER);
        assertEq(escrow.withdrawChannel(NODE, channel, OTHER_PAYER), 60, "he names another receiver");
        vm.stopPrank();
    }

    function test_Attack32_PayoutAddressIsBlocked() external {
        BlocklistToken money = new BlocklistToken();
        uint256 channel = _openWith(money);
        money.setBlocked(PAYOUT, true);
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
        vm.expectRevert(abi.encodeWithSelector(BlocklistToken.BlocklistToken_Blocked.selector, PAYOUT));
        escrow.collect(NODE);
        vm.prank(NODE);
        nodes.update("https://node.example", OTHER_NODE);
        assertEq(escrow.collect(NODE), 40, "it names another receiver");
        vm.startPrank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
        assertEq(escrow.withdrawChannel(NODE, channel, PAYER), 60, "the payer is not affected");
        vm.stopPrank();
    }

    function test_Attack33_PayoutAddressRevertsOnCalls() external {
        // PUSH0 PUSH0 REVERT: whoever calls it fails.
        vm.etch(PAYOUT, hex"5f5ffd");
        uint256 channel = _open(PAYER_KEY, NODE, 100);
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
        escrow.collect(NODE);
        assertEq(token.balanceOf(PAYOUT), 40, "tokens sent");
    }

    function testFuzz_Attack56_UnitsRoundNothingAway(uint8 decimals, uint64 amount, uint64 used) external {
        TestToken money = new TestToken(uint8(bound(decimals, 0, 30)));
        amount = uint64(bound(amount, 1, type(uint64).max));
        used = uint64(bound(used, 1, amount));
        _use(money);
        uint256 value = amount * escrow.UNIT();
        money.mint(PAYER, value);
        vm.startPrank(PAYER);
        money.approve(address(escrow), value);
        uint256 channel = escrow.open(NODE, PAYER, amount);
        vm.stopPrank();
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, used, used)));
        escrow.collect(NODE);
        vm.prank(NODE);
        if (escrow.release(channel) != 0) {
            vm.prank(PAYER);
            escrow.withdraw(PAYER);
        }
        assertEq(money.balanceOf(PAYOUT), used * escrow.UNIT(), "node");
        assertEq(money.balanceOf(PAYER), value - used * escrow.UNIT(), "payer");
        assertEq(money.balanceOf(address(escrow)), 0, "rest");
        assertEq(escrow.liabilities(), 0, "liabilities");
    }

    function _use(IERC20Metadata money) private {
        escrow = new InferenceEscrow(address(authority), money, ledger, nodes, CLOSE_DELAY, MAX_BATCH_AGE);
    }

    function _hook(address target, bytes memory data) private {
        // The first call decides: the hook is off while it runs, or the token would call itself for ever.
        hooked.setHook(address(this), abi.encodeCall(this.onTransfer, (target, data)));
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

    function _openWith(BlocklistToken money) private returns (uint256 channel) {
        _use(money);
        money.mint(PAYER, 100);
        vm.startPrank(PAYER);
        money.approve(address(escrow), 100);
        channel = escrow.open(NODE, PAYER, 100);
        vm.stopPrank();
    }

    function _openHooked() private returns (uint256 channel) {
        hooked.mint(PAYER, 100);
        vm.startPrank(PAYER);
        hooked.approve(address(escrow), 100);
        channel = escrow.open(NODE, PAYER, 100);
        vm.stopPrank();
    }

    function _openHostile(uint64 amount) private returns (uint256) {
        hooked.mint(address(hostile), amount);
        hostile.run(address(hooked), abi.encodeCall(hooked.approve, (address(escrow), amount)));
        return abi.decode(hostile.run(address(escrow), abi.encodeCall(escrow.open, (NODE, PAYER, amount))), (uint256));
    }
}
