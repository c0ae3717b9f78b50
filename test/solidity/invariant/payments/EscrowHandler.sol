// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Channel} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {Handler, World} from "./Handler.sol";
import {ChannelRef} from "./PaymentsStore.sol";

/// @notice Payers and nodes around channels. What must never fail is called without a net.
contract EscrowHandler is Handler {
    uint160 private _receivers = 0xfeed0000;

    constructor(World memory world) Handler(world) {}

    function open(uint256 seed) external later(seed) {
        address node = _node(seed);
        uint256 payerKey = _payerKey(seed);
        uint64 amount = uint64(1 + _pick(seed, "amount", 1e9));
        address payer = vm.addr(payerKey);
        _fund(payer, amount);
        vm.prank(payer);
        try escrow.open(node, payer, amount) returns (uint256 index) {
            assertFalse(escrow.depositsPaused(), "opened while paused");
            STORE.addChannel(ChannelRef(node, index, payerKey));
            STORE.hit("open");
            vm.prank(payer);
            assertEq(TWIN.open(node, payer, amount), index, "the twin mirrors");
        } catch {
            assertTrue(escrow.depositsPaused(), "an honest deposit was refused");
        }
    }

    function topUp(uint256 seed) external later(seed) {
        ChannelRef memory ref = _channel(seed);
        Channel memory before = escrow.channelOf(ref.node, ref.index);
        uint64 amount = uint64(1 + _pick(seed, "amount", 1e9));
        address anybody = vm.addr(_payerKey(seed));
        _fund(anybody, amount);
        vm.prank(anybody);
        try escrow.topUp(ref.node, ref.index, amount) {
            assertTrue(!before.closed && before.closeAt == 0, "topped up while closing");
            assertFalse(escrow.depositsPaused(), "topped up while paused");
            STORE.hit("topUp");
        } catch {
            assertTrue(before.closed || before.closeAt != 0 || escrow.depositsPaused(), "an honest top-up was refused");
        }
    }

    function requestClose(uint256 seed) external later(seed) {
        ChannelRef memory ref = _channel(seed);
        Channel memory channel = escrow.channelOf(ref.node, ref.index);
        if (channel.closed || channel.closeAt != 0 || _pick(seed, "keep", 2) == 0) return;
        vm.prank(channel.payer);
        escrow.requestClose(ref.node, ref.index);
        STORE.hit("requestClose");
    }

    /// @dev I8: due withdrawals succeed, to the unit; early ones do not.
    function withdrawChannel(uint256 seed) external later(seed) {
        uint256 count = STORE.channelCount();
        uint256 start = _pick(seed, "channel", count);
        for (uint256 i = 0; i < count; ++i) {
            ChannelRef memory ref = STORE.channel((start + i) % count);
            Channel memory channel = escrow.channelOf(ref.node, ref.index);
            if (channel.closed || channel.closeAt == 0) continue;
            if (_now() < channel.closeAt) _expectEarly(ref, channel);
            else _withdrawChannel(ref, channel);
            return;
        }
    }

    function release(uint256 seed) external later(seed) {
        ChannelRef memory ref = _channel(seed);
        Channel memory channel = escrow.channelOf(ref.node, ref.index);
        if (channel.closed || _pick(seed, "keep", 3) != 0) return;
        uint64 owed = escrow.owed(channel.payer);
        vm.prank(ref.node);
        uint64 refund = escrow.release(ref.index);
        assertEq(refund, channel.deposited - channel.paid, "refund");
        assertEq(escrow.owed(channel.payer), owed + refund, "owed");
        STORE.hit("release");
    }

    function collect(uint256 seed) external later(seed) {
        address node = _node(seed);
        uint64 earned = escrow.earned(node);
        if (earned == 0) return;
        address payout = nodes.payoutOf(node);
        uint256 before = token.balanceOf(payout);
        escrow.collect(node);
        assertEq(token.balanceOf(payout) - before, earned * escrow.UNIT(), "collected");
        STORE.hit("collect");
    }

    /// @dev I8, for released channels.
    function withdraw(uint256 seed) external later(seed) {
        address payer = vm.addr(_payerKey(seed));
        uint64 owed = escrow.owed(payer);
        if (owed == 0) return;
        address to = _receiver();
        vm.prank(payer);
        escrow.withdraw(to);
        assertEq(token.balanceOf(to), owed * escrow.UNIT(), "withdrawn");
        STORE.hit("withdraw");
    }

    function _withdrawChannel(ChannelRef memory ref, Channel memory channel) private {
        address to = _receiver();
        vm.prank(channel.payer);
        uint64 refund = escrow.withdrawChannel(ref.node, ref.index, to);
        assertEq(refund, channel.deposited - channel.paid, "refund");
        assertEq(token.balanceOf(to), refund * escrow.UNIT(), "withdrawn");
        STORE.hit("withdrawChannel");
    }

    function _expectEarly(ChannelRef memory ref, Channel memory channel) private {
        vm.prank(channel.payer);
        (bool success, ) = address(escrow).call(
            abi.encodeCall(InferenceEscrow.withdrawChannel, (ref.node, ref.index, channel.payer))
        );
        assertFalse(success, "withdrawn early");
        STORE.hit("early withdrawal refused");
    }

    function _channel(uint256 seed) private view returns (ChannelRef memory) {
        return STORE.channel(_pick(seed, "channel", STORE.channelCount()));
    }

    /// @dev Enough for the escrow and its twin.
    function _fund(address payer, uint64 amount) private {
        uint256 value = amount * escrow.UNIT();
        token.mint(payer, 2 * value);
        vm.startPrank(payer);
        token.approve(address(escrow), value);
        token.approve(address(TWIN), value);
        vm.stopPrank();
    }

    function _receiver() private returns (address) {
        return address(++_receivers);
    }
}
