// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice What the arbiter does with money: seize, restore, assign, endChannel. Here nothing but the caller's address is the arbiter's.
abstract contract CustodyBase is ChannelBase {
    address internal slasher;
    uint256 internal optimistic;

    function setUp() public virtual override {
        super.setUp();
        slasher = address(arbiter);
        optimistic = _openOptimistic(PAYER_KEY, NODE, 10_000);
    }

    function _seize(uint64 units) internal returns (uint64) {
        vm.prank(slasher);
        return escrow.seize(NODE, lineId, units);
    }

    function _notSlasher(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ICustody.InferenceEscrow_NotSlasher.selector, account);
    }

    function _nothingOwed(address account) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_NothingOwed.selector, account);
    }
}

contract InferenceEscrowSeizeTest is CustodyBase {
    /// @dev 100 earned, 20 maturing, 3 vesting.
    function _earnAll() private {
        vm.warp((_now() / VEST_PERIOD + 1) * VEST_PERIOD);
        _settleAmount(optimistic, 20);
        vm.warp(_now() + VEST_PERIOD);
        _settleAmount(optimistic, 3);
        _settleVoucher(PAYER_KEY, channel, DEPOSIT);
    }

    function test_RevertWhen_CallerIsNoSlasher() external {
        vm.expectRevert(_notSlasher(NODE));
        vm.prank(NODE);
        escrow.seize(NODE, lineId, 1);
    }

    function test_WhenVestingIsEnough() external {
        _earnAll();
        _expectSeized(2, 2, 100, 21);
    }

    function test_WhenMaturingIsNeeded() external {
        _earnAll();
        _expectSeized(8, 8, 100, 15);
        // What is left matures on.
        vm.warp(_now() + VEST_PERIOD);
        assertEq(_earnings().earned, 115, "earned an epoch later");
    }

    function test_WhenEarnedIsNeeded() external {
        _earnAll();
        _expectSeized(43, 43, 80, 0);
    }

    function test_WhenThereIsLess() external {
        _earnAll();
        _expectSeized(type(uint64).max, 123, 0, 0);
    }

    function test_GivenPayHasVestedSince() external {
        _earnAll();
        vm.warp(_now() + 2 * VEST_PERIOD);
        _expectSeized(8, 8, 115, 0);
    }

    function test_GivenNodeHasNothing() external {
        _expectSeized(7, 0, 0, 0);
    }

    function _expectSeized(uint64 units, uint64 seized, uint64 earned, uint64 vesting) private {
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsSeized(NODE, lineId, slasher, seized);
        assertEq(_seize(units), seized, "seized");
        assertEq(escrow.owed(slasher), seized, "owed");
        assertEq(_earnings().earned, earned, "earned");
        assertEq(_earnings().vesting, vesting, "vesting");
    }
}

contract InferenceEscrowRestoreTest is CustodyBase {
    function test_RevertGiven_LessIsOwedToTheCaller() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.expectRevert(_nothingOwed(slasher));
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 21);
        vm.expectRevert(_nothingOwed(STRANGER));
        vm.prank(STRANGER);
        escrow.restore(NODE, lineId, 1);
    }

    function test_WhenEnoughIsOwed() external {
        _settleAmount(optimistic, 20);
        _seize(20);
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsRestored(NODE, lineId, slasher, 15);
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 15);
        assertEq(escrow.owed(slasher), 5, "owed");
        assertEq(_earnings().vesting, 15, "vesting anew");
        assertEq(_earnings().earned, 0, "not earned");
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 15, "collected");
    }

    function test_WhenPayerGivesWhatHeIsOwed() external {
        _release(channel);
        vm.prank(PAYER);
        escrow.restore(NODE, lineId, DEPOSIT);
        assertEq(_earnings().vesting, DEPOSIT, "vesting");
        assertEq(escrow.owed(PAYER), 0, "owed");
    }
}

contract InferenceEscrowAssignTest is CustodyBase {
    function setUp() public virtual override {
        super.setUp();
        _settleAmount(optimistic, 20);
        _seize(20);
    }

    function test_RevertWhen_AccountIsZero() external {
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        vm.prank(slasher);
        escrow.assign(address(0), 1);
    }

    function test_RevertGiven_LessIsOwedToTheCaller() external {
        vm.expectRevert(_nothingOwed(slasher));
        vm.prank(slasher);
        escrow.assign(PAYER, 21);
        vm.expectRevert(_nothingOwed(STRANGER));
        vm.prank(STRANGER);
        escrow.assign(PAYER, 1);
    }

    function test_WhenEnoughIsOwed() external {
        vm.prank(slasher);
        escrow.assign(PAYER, 15);
        assertEq(escrow.owed(slasher), 5, "owed to the arbiter");
        assertEq(escrow.owed(PAYER), 15, "owed to the payer");
        vm.prank(PAYER);
        assertEq(escrow.withdraw(PAYER), 15, "withdrawn");
    }

    function test_WhenAccountIsTheCaller() external {
        vm.prank(slasher);
        escrow.assign(slasher, 20);
        assertEq(escrow.owed(slasher), 20, "owed");
    }
}

contract InferenceEscrowEndChannelTest is CustodyBase {
    function test_RevertWhen_CallerIsNoSlasher() external {
        vm.expectRevert(_notSlasher(PAYER));
        vm.prank(PAYER);
        escrow.endChannel(NODE, lineId, optimistic, 0);
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [optimistic + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) {
            vm.expectRevert(_unknown(indices[i]));
            vm.prank(slasher);
            escrow.endChannel(NODE, lineId, indices[i], 0);
        }
    }

    function test_GivenChannelIsOpen() external {
        _settleVoucher(PAYER_KEY, channel, 7);
        _settleAmount(optimistic, 4_000);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelClosed(NODE, lineId, optimistic, PAYER, 6_000);
        _expectEnded(optimistic, 1_500, 6_000);
        assertEq(escrow.owed(PAYER), 6_000, "owed");
        assertEq(_settleAmount(optimistic, 1), 0, "lane O is out");
        assertEq(_settleVoucher(PAYER_KEY, optimistic, 9_000), 0, "so are vouchers");
        assertEq(_channel(channel).paid, 7, "its neighbour in the slot");
    }

    function test_GivenChannelCloses() external {
        _settleAmount(optimistic, 4_000);
        uint40 closeAt = _close(optimistic);
        _expectEnded(optimistic, 1_500, 6_000);
        assertEq(escrow.owed(PAYER), 6_000, "owed");
        vm.expectRevert(_closing(optimistic, closeAt));
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, optimistic, PAYER);
    }

    function test_GivenChannelIsClosed() external {
        _settleAmount(optimistic, 4_000);
        _close(optimistic);
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, optimistic, PAYER);
        _expectEnded(optimistic, 1_500, 0);
        assertEq(escrow.owed(PAYER), 0, "owed");
        _expectEnded(optimistic, 0, 0);
    }

    function test_GivenPayerIsNotTheSigner() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.signer = STRANGER;
        _expectEnded(_openAs(PAYER, opening), 0, DEPOSIT);
        assertEq(escrow.owed(PAYER), DEPOSIT, "owed to the payer");
    }

    function _expectEnded(uint256 index, uint64 paid, uint64 rest) private {
        vm.prank(slasher);
        assertEq(escrow.endChannel(NODE, lineId, index, paid), rest, "rest");
        Channel memory ended = _channel(index);
        assertTrue(ended.closed, "closed");
        assertEq(ended.deposited, paid, "deposited");
        assertEq(ended.paid, paid, "paid");
    }
}
