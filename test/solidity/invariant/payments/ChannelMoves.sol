// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {GhostChannel, PaymentsGhost, Shop} from "./PaymentsGhost.sol";

/// @notice What payers do: open, fill, close, leave. Each move says whether it happened.
abstract contract ChannelMoves is PaymentsGhost {
    /// @dev While the guardian has paused deposits.
    bool internal paused;

    function _moveOpen(uint256 seed) internal returns (bool) {
        uint256 shop = seed % shops.length;
        if (paused || live[shop].length >= LIVE_PER_SHOP) return false;
        uint256 payerKey = (seed >> 8) & 1 == 0 ? PAYER_KEY : OTHER_PAYER_KEY;
        uint256 signerKey = (seed >> 9) & 3 == 0 ? 0x519e0 + (seed % 5) : payerKey;
        Opening memory opening = _opening(shops[shop].node, uint64(bound(seed >> 16, 1, 1_000)));
        opening.lineId = _lineOf(shop);
        opening.signer = vm.addr(signerKey);
        opening.optimistic = (seed >> 12) % 3 != 0;
        opening.closeDelay = uint32(bound(seed >> 48, 6 hours, 3 days));
        uint256 next = ofShop[shop].length;
        _watch(shop, next);
        uint256 channel = _openAs(vm.addr(payerKey), opening);
        _unwatch(1 << (channel & 3));
        _require("index", channel == next);
        _track(shop, channel, payerKey, signerKey, opening.amount, opening.optimistic);
        return _done("open");
    }

    function _moveTopUp(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        GhostChannel storage ghost = ghosts[index];
        if (paused || ghost.closed || ghost.closeAt != 0) return false;
        uint64 amount = uint64(bound(seed >> 64, 1, 500));
        Shop storage shop = shops[ghost.shop];
        _fund(STRANGER, amount);
        _watch(ghost.shop, ghost.channel);
        vm.prank(STRANGER);
        escrow.topUp(shop.node, _lineOf(ghost.shop), ghost.channel, amount);
        _unwatch(1 << (ghost.channel & 3));
        ghost.deposited += amount;
        _checkGhost(index);
        return _done("topUp");
    }

    function _moveRequestClose(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        if (ghosts[index].closed || ghosts[index].closeAt != 0) return false;
        _askToClose(index);
        return _done("requestClose");
    }

    /// @dev A payer whose close is due leaves, whatever else is going on: a revert here is a breach of I8.
    function _moveLeave(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        GhostChannel storage ghost = ghosts[index];
        if (ghost.closed) return false;
        if (ghost.closeAt == 0 || _now() < ghost.closeAt) {
            vm.prank(_payerOf(ghost));
            try escrow.withdrawChannel(shops[ghost.shop].node, _lineOf(ghost.shop), ghost.channel, PAYER) {
                _mustFail("early", "early", true);
            } catch {
                _mustFail("early", "early", false);
            }
            return false;
        }
        _leave(index);
        return _done("leave");
    }

    function _moveRollOver(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        GhostChannel storage ghost = ghosts[index];
        uint64 rest = ghost.deposited - ghost.paid;
        if (ghost.closed || ghost.closeAt == 0 || _now() < ghost.closeAt || rest == 0) return false;
        bool optimistic = (seed >> 60) & 1 == 0;
        uint64 amount = uint64((seed >> 64) % rest);
        _watch(ghost.shop, ghost.channel);
        uint256 next = _rollOver(ghost, amount, optimistic);
        // The next channel may lie in the same slot, or in the one above.
        uint256 mask = 1 << (ghost.channel & 3);
        if (next >> 2 == ghost.channel >> 2) _unwatch(mask | (1 << (next & 3)));
        else if (next >> 2 != (ghost.channel >> 2) + 1) _unwatch(mask);
        _close(index);
        _checkGhost(index);
        _track(ghost.shop, next, ghost.payerKey, ghost.signerKey, rest - amount, optimistic);
        return _done("rollOver");
    }

    function _rollOver(GhostChannel storage ghost, uint64 amount, bool optimistic) private returns (uint256 next) {
        address payer = _payerOf(ghost);
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        address signer = vm.addr(ghost.signerKey);
        uint256 had = token.balanceOf(payer);
        vm.prank(payer);
        next = escrow.rollOver(node, line, ghost.channel, amount, payer, signer, CLOSE_DELAY, optimistic);
        _require("I8", token.balanceOf(payer) - had == amount * escrow.UNIT());
    }

    /// @dev The enclave's last word, and the payer's own: he owes it, voucher or not.
    function _moveCloseNow(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        GhostChannel storage ghost = ghosts[index];
        Shop storage shop = shops[ghost.shop];
        (bool found, uint256 key) = _enclaveOf(shop.node);
        if (ghost.closed || !found || (seed >> 32) % 3 != 0) return false;
        uint64 cumulative = uint64(bound(seed >> 64, 0, uint256(ghost.deposited) + 50));
        bytes memory word = _sign(key, _closeDigestOf(ghost, cumulative, _now()));
        address payer = _payerOf(ghost);
        uint64 had = escrow.owed(payer);
        _watch(ghost.shop, ghost.channel);
        vm.prank(payer);
        escrow.closeNow(shop.node, _lineOf(ghost.shop), ghost.channel, cumulative, _now(), word);
        _unwatch(1 << (ghost.channel & 3));
        if (cumulative > ghost.signed) ghost.signed = cumulative;
        if (cumulative >= ghost.paid) ghost.disputable = false;
        uint64 owing = cumulative > ghost.deposited ? ghost.deposited : cumulative;
        if (owing > ghost.paid) _paidMore(ghost, owing - ghost.paid);
        _require("I8", escrow.owed(payer) - had == ghost.deposited - ghost.paid);
        _close(index);
        _checkGhost(index);
        return _done("closeNow");
    }

    function _moveRelease(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        GhostChannel storage ghost = ghosts[index];
        if (ghost.closed || (seed >> 32) % 3 != 0) return false;
        bytes32 line = _lineOf(ghost.shop);
        _watch(ghost.shop, ghost.channel);
        vm.prank(shops[ghost.shop].node);
        uint64 refund = escrow.release(line, ghost.channel);
        _unwatch(1 << (ghost.channel & 3));
        _require("I8", refund == ghost.deposited - ghost.paid);
        _close(index);
        _checkGhost(index);
        return _done("release");
    }

    function _moveWithdraw(uint256 seed) internal returns (bool) {
        address account = vm.addr(seed & 1 == 0 ? PAYER_KEY : OTHER_PAYER_KEY);
        uint64 owed = escrow.owed(account);
        if (owed == 0) return false;
        uint256 had = token.balanceOf(account);
        vm.prank(account);
        escrow.withdraw(account);
        _require("I8", token.balanceOf(account) - had == owed * escrow.UNIT());
        return _done("withdraw");
    }

    function _askToClose(uint256 index) internal {
        GhostChannel storage ghost = ghosts[index];
        Shop storage shop = shops[ghost.shop];
        uint32 delay = _channelOf(ghost).closeDelay;
        _watch(ghost.shop, ghost.channel);
        vm.prank(_payerOf(ghost));
        escrow.requestClose(shop.node, _lineOf(ghost.shop), ghost.channel);
        _unwatch(1 << (ghost.channel & 3));
        ghost.closeAt = _now() + delay;
        _checkGhost(index);
    }

    function _leave(uint256 index) internal {
        GhostChannel storage ghost = ghosts[index];
        address payer = _payerOf(ghost);
        uint256 had = token.balanceOf(payer);
        _watch(ghost.shop, ghost.channel);
        vm.prank(payer);
        escrow.withdrawChannel(shops[ghost.shop].node, _lineOf(ghost.shop), ghost.channel, payer);
        _unwatch(1 << (ghost.channel & 3));
        _require("I8", token.balanceOf(payer) - had == (ghost.deposited - ghost.paid) * escrow.UNIT());
        _close(index);
        _checkGhost(index);
    }

    function _closeDigestOf(
        GhostChannel storage ghost,
        uint64 cumulative,
        uint40 issuedAt
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)"
        );
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        return _digest(keccak256(abi.encode(typeHash, node, line, ghost.channel, cumulative, issuedAt)));
    }

    function _track(
        uint256 shop,
        uint256 channel,
        uint256 payerKey,
        uint256 signerKey,
        uint64 amount,
        bool optimistic
    ) internal {
        uint256 index = ghosts.length;
        ghosts.push(
            GhostChannel({
                shop: shop,
                channel: channel,
                payerKey: payerKey,
                signerKey: signerKey,
                deposited: amount,
                paid: 0,
                signed: 0,
                closeAt: 0,
                optimistic: optimistic,
                disputable: optimistic,
                closed: false
            })
        );
        ofShop[shop].push(index);
        live[shop].push(index);
        _checkGhost(index);
    }
}
