// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Earnings, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {VoucherRow} from "../../utils/RowPacking.sol";
import {ChannelMoves} from "./ChannelMoves.sol";
import {GhostChannel, GhostEnclave, GhostLine, Shop} from "./PaymentsGhost.sol";

/// @notice What nodes do with their enclaves' batches. A batch pays exactly when its version was payable and its enclave alive at the
/// time of its newest receipt.
abstract contract SettleMoves is ChannelMoves {
    /// @dev Ghosts of the rows that are being settled, at most four of one slot.
    uint256[] private _picked;

    function _moveSettleVouchers(uint256 seed) internal returns (bool) {
        uint256 shop = seed % shops.length;
        if (ofShop[shop].length == 0) return false;
        uint256 mask = _pick(shop, seed >> 8);
        VoucherRow[] memory rows = new VoucherRow[](_picked.length);
        uint64[] memory pays = new uint64[](_picked.length);
        for (uint256 i = 0; i < rows.length; ++i) (rows[i], pays[i]) = _voucherRow(_picked[i], seed >> (16 * i + 16));
        return _settleAll(shop, mask, seed, Lane.Voucher, _packVouchers(rows), pays);
    }

    function _moveSettleAmounts(uint256 seed) internal returns (bool) {
        uint256 shop = seed % shops.length;
        if (ofShop[shop].length == 0) return false;
        uint256 mask = _pick(shop, seed >> 8);
        uint256[] memory channels = new uint256[](_picked.length);
        uint32[] memory amounts = new uint32[](_picked.length);
        uint64[] memory pays = new uint64[](_picked.length);
        for (uint256 i = 0; i < channels.length; ++i) {
            GhostChannel storage ghost = ghosts[_picked[i]];
            channels[i] = ghost.channel;
            amounts[i] = uint32(bound(seed >> (16 * i + 16), 0, 200));
            uint64 rest = ghost.deposited - ghost.paid;
            bool allowed = ghost.optimistic && ghost.closeAt == 0 && !ghost.closed;
            if (allowed) pays[i] = amounts[i] < rest ? amounts[i] : rest;
        }
        return _settleAll(shop, mask, seed, Lane.Optimistic, _packAmounts(channels, amounts), pays);
    }

    /// @dev Mostly honest batches; else of another version, time, enclave or nonce, which pay nobody unless they happen to be right.
    function _settleAll(
        uint256 shop,
        uint256 mask,
        uint256 seed,
        Lane lane,
        bytes memory rows,
        uint64[] memory pays
    ) private returns (bool) {
        (Batch memory batch, uint256 key) = _anyBatch(shop, lane, uint256(keccak256(abi.encode(seed))));
        bool isPayable = _isPayable(shop, key, batch);
        Earnings memory had = escrow.earningsOf(batch.node, batch.lineId);
        bool isBacked = lane == Lane.Voucher || had.vesting + had.held + _sumOf(pays) <= had.limit;
        _watch(shop, ghosts[_picked[0]].channel);
        bytes memory data = abi.encodeCall(escrow.settle, (batch, rows, _signBatch(key, batch, rows)));
        (bool passed, bytes memory result) = address(escrow).call(data);
        _unwatch(passed ? mask : 0);
        if (!passed) {
            _require("paid when due", !isPayable || !isBacked || batch.nonce != had.nextNonce);
            _mustFail("I6 I9", _reasonOf(isPayable, isBacked), false);
            return false;
        }
        _require("I6 I9", isPayable);
        _require("backed", isBacked);
        _require("I11", batch.nonce == had.nextNonce);
        (uint64 total, ) = abi.decode(result, (uint64, bytes));
        return _paid(batch, had, total, pays);
    }

    function _reasonOf(bool isPayable, bool isBacked) private pure returns (bytes32) {
        if (!isPayable) return "not payable";
        return isBacked ? bytes32("nonce") : bytes32("not backed");
    }

    function _sumOf(uint64[] memory pays) private pure returns (uint64 sum) {
        for (uint256 i = 0; i < pays.length; ++i) sum += pays[i];
    }

    function _paid(Batch memory batch, Earnings memory had, uint64 total, uint64[] memory pays) private returns (bool) {
        uint64 sum = 0;
        for (uint256 i = 0; i < pays.length; ++i) {
            _paidMore(ghosts[_picked[i]], pays[i]);
            _checkGhost(_picked[i]);
            sum += pays[i];
        }
        _require("I5", total == sum);
        Earnings memory has = escrow.earningsOf(batch.node, batch.lineId);
        _require("I4", has.earned + has.vesting == had.earned + had.vesting + sum);
        if (batch.lane == Lane.Optimistic) lastOptimistic[batch.node] = _now();
        if (batch.lane == Lane.Voucher) return _done(sum == 0 ? bytes32("V of nothing") : bytes32("V"));
        return _done(sum == 0 ? bytes32("O of nothing") : bytes32("O"));
    }

    function _anyBatch(uint256 shop, Lane lane, uint256 seed) private view returns (Batch memory batch, uint256 key) {
        bool found;
        (found, key) = _enclaveOf(shops[shop].node);
        if (!found || seed % 6 == 0) key = enclaves[(seed >> 8) % enclaves.length].key;
        batch = _batchOf(shop, lane, seed >> 16);
        if ((seed >> 4) % 16 != 0) return (batch, key);
        if ((seed >> 9) & 1 == 0) ++batch.nonce;
        else if (batch.nonce != 0) --batch.nonce;
    }

    /// @dev A row with its voucher: signed for more or less than is metered, sometimes by somebody else.
    function _voucherRow(uint256 index, uint256 seed) private returns (VoucherRow memory row, uint64 pay) {
        GhostChannel storage ghost = ghosts[index];
        seed = uint256(keccak256(abi.encode(seed, index)));
        uint64 sum = uint64(bound(seed, ghost.paid > 50 ? ghost.paid - 50 : 0, uint256(ghost.paid) + 300));
        uint64 metered = seed & (7 << 100) == 0 ? uint64(bound(seed >> 64, 0, 1_500)) : sum;
        bool forged = (seed >> 110) % 8 == 0;
        if (!forged && sum > ghost.signed) ghost.signed = sum;
        row = _rowFor(
            forged ? STRANGER_KEY : ghost.signerKey,
            shops[ghost.shop].node,
            _lineOf(ghost.shop),
            ghost.channel,
            sum,
            metered
        );
        uint64 due = sum < metered ? sum : metered;
        if (due > ghost.deposited) due = ghost.deposited;
        bool open = !ghost.closed && (ghost.closeAt == 0 || _now() <= ghost.closeAt);
        if (!forged && open && due > ghost.paid) pay = due - ghost.paid;
    }

    function _batchOf(uint256 shop, Lane lane, uint256 seed) internal view returns (Batch memory batch) {
        GhostLine storage line = lines[shops[shop].line];
        uint256 version = seed % 4 == 0 ? (seed >> 8) % line.hashes.length : line.active;
        uint256 age = (seed >> 24) % 8 == 0 ? (seed >> 32) % 9 days : (seed >> 32) % 2 hours;
        batch = Batch({
            node: shops[shop].node,
            lineId: line.id,
            versionHash: line.hashes[version],
            lane: lane,
            nonce: escrow.earningsOf(shops[shop].node, line.id).nextNonce,
            lastAt: (seed >> 28) % 16 == 0 ? _now() + 1 : _now() - uint40(age)
        });
    }

    /// @dev From what happened: I6 for the version, I9 for the enclave.
    function _isPayable(uint256 shop, uint256 key, Batch memory batch) internal view returns (bool) {
        if (batch.lastAt > _now() || _now() - batch.lastAt > MAX_BATCH_AGE) return false;
        GhostLine storage line = lines[shops[shop].line];
        bool versionCounts = false;
        for (uint256 i = 0; i < line.hashes.length; ++i) {
            if (line.hashes[i] == batch.versionHash) versionCounts = line.until[i] >= batch.lastAt;
        }
        for (uint256 i = 0; i < enclaves.length; ++i) {
            GhostEnclave storage enclave = enclaves[i];
            if (enclave.key != key) continue;
            return versionCounts && enclave.node == batch.node && batch.lastAt <= enclave.validUntil;
        }
        return false;
    }

    /// @dev Some channels of one slot of the shop; all of them are in `_picked`, and their bits are returned.
    function _pick(uint256 shop, uint256 seed) private returns (uint256 mask) {
        delete _picked;
        uint256 base = ghosts[_anyOf(shop, seed)].channel;
        uint256[] storage all = ofShop[shop];
        for (uint256 channel = base & ~uint256(3); channel < all.length && channel <= base | 3; ++channel) {
            if (channel != base && (seed >> (channel & 3)) & 1 == 0) continue;
            // A shop's channels are tracked in the order of their indices.
            _picked.push(all[channel]);
            mask |= 1 << (channel & 3);
        }
    }

    function _moveCollect(uint256 seed) internal returns (bool) {
        Shop storage shop = shops[seed % shops.length];
        bytes32 line = _lineOf(seed % shops.length);
        uint64 earned = escrow.earningsOf(shop.node, line).earned;
        if (earned == 0) return false;
        address payout = nodes.payoutOf(shop.node);
        uint256 had = token.balanceOf(payout);
        escrow.collect(shop.node, line);
        _require("I4", token.balanceOf(payout) - had == earned * escrow.UNIT());
        return _done("collect");
    }
}
