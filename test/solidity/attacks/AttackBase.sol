// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {BookStorage} from "../utils/BookStorage.sol";
import {VoucherRow} from "../utils/RowPacking.sol";

/// @notice A row of a batch: of lane V (80 bytes) or of lane O (4 bytes).
struct Row {
    uint256 channel;
    bytes data;
}

/// @notice What all attack tests do: open, sign, pack, settle, and look at the result.
abstract contract AttackBase is BookStorage {
    /// @dev Opens a channel that only vouchers debit.
    function _open(uint256 payerKey, uint64 amount) internal returns (uint256) {
        return _open(payerKey, amount, false);
    }

    /// @dev Opens a channel that batches of lane O may debit, too.
    function _openOptimistic(uint256 payerKey, uint64 amount) internal returns (uint256) {
        return _open(payerKey, amount, true);
    }

    function _open(uint256 payerKey, uint64 amount, bool optimistic) internal returns (uint256 channel) {
        return _openAs(vm.addr(payerKey), _opening(amount, optimistic));
    }

    function _opening(uint64 amount, bool optimistic) internal view returns (Opening memory opening) {
        opening = _opening(NODE, amount);
        opening.optimistic = optimistic;
    }

    function _requestClose(uint256 channel) internal returns (uint40 closeAt) {
        vm.prank(_channel(channel).payer);
        escrow.requestClose(NODE, lineId, channel);
        return _channel(channel).closeAt;
    }

    /// @dev Withdraws a closing channel to its payer, as soon as it is due.
    function _withdraw(uint256 channel) internal returns (uint64) {
        Channel memory closing = _channel(channel);
        if (_now() < closing.closeAt) vm.warp(closing.closeAt);
        vm.prank(closing.payer);
        return escrow.withdrawChannel(NODE, lineId, channel, closing.payer);
    }

    // Rows

    /// @dev A row of lane V with the key's voucher over `signed`.
    function _claim(uint256 key, uint256 channel, uint64 metered, uint64 signed) internal view returns (Row memory) {
        VoucherRow memory row = _row(key, channel, signed, metered);
        return Row(channel, abi.encodePacked(row.r, row.vs, signed, metered));
    }

    function _amount(uint256 channel, uint32 amount) internal pure returns (Row memory) {
        return Row(channel, abi.encodePacked(amount));
    }

    function _rows(Row memory row) internal pure returns (bytes memory) {
        Row[] memory rows = new Row[](1);
        rows[0] = row;
        return _pack(rows);
    }

    function _rows(Row memory first, Row memory second) internal pure returns (bytes memory) {
        Row[] memory rows = new Row[](2);
        (rows[0], rows[1]) = (first, second);
        return _pack(rows);
    }

    /// @dev Packs rows as they come: a group ends where the slot changes, or where a channel does not rise.
    function _pack(Row[] memory rows) internal pure returns (bytes memory packed) {
        uint256 length;
        for (uint256 i = 0; i < rows.length; ++i) length += 4 + rows[i].data.length;
        packed = new bytes(length);
        length = 0;
        for (uint256 i = 0; i < rows.length;) {
            uint256 slot = rows[i].channel >> 2;
            (uint256 header, uint256 mask, uint256 next) = (length, 0, 0);
            length += 4;
            for (; i < rows.length && rows[i].channel >> 2 == slot && rows[i].channel & 3 >= next; ++i) {
                next = (rows[i].channel & 3) + 1;
                mask |= 1 << (next - 1);
                _put(packed, length, rows[i].data);
                length += rows[i].data.length;
            }
            _put(packed, header, abi.encodePacked(uint24(slot), uint8(mask)));
        }
        assembly ("memory-safe") {
            mstore(packed, length)
        }
    }

    function _put(bytes memory target, uint256 offset, bytes memory data) private pure {
        assembly ("memory-safe") {
            mcopy(add(add(target, 0x20), offset), add(data, 0x20), mload(data))
        }
    }

    // Batches

    /// @dev The next batch of the node, for work until now.
    function _batch(Lane lane) internal view returns (Batch memory) {
        return _batch(lane, _now());
    }

    /// @dev Settles the next batch; `bitmap` of the rows that pay nothing, little-endian.
    function _expectPaid(Lane lane, bytes memory rows, uint64 pay, uint256 bitmap) internal {
        (uint64 total, bytes memory skipped) = _settle(_batch(lane), rows);
        assertEq(total, pay, "total");
        assertEq(_number(skipped), bitmap, "skipped");
    }

    function _expectPaid(bytes memory rows, uint64 pay, uint256 bitmap) internal {
        _expectPaid(Lane.Voucher, rows, pay, bitmap);
    }

    function _debit(uint256 channel, uint32 amount) internal {
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, amount)), amount, 0);
    }

    function _number(bytes memory bitmap) internal pure returns (uint256 number) {
        for (uint256 i = 0; i < bitmap.length; ++i) number |= uint256(uint8(bitmap[i])) << (8 * i);
    }

    // Challenges

    /// @dev Gives `account` a bond and lets the arbiter take it.
    function _fundBond(address account) internal {
        token.mint(account, BOND * escrow.UNIT());
        vm.prank(account);
        token.approve(address(arbiter), type(uint256).max);
    }

    function _challenge(uint256 channel, uint64 asserted) internal {
        address payer = _channel(channel).payer;
        _fundBond(payer);
        vm.prank(payer);
        arbiter.challenge(address(escrow), NODE, lineId, channel, asserted);
    }

    function _answer(uint256 key, uint256 channel, uint64 cumulative) internal {
        bytes memory signature = _signVoucher(key, channel, cumulative);
        arbiter.answer(address(escrow), NODE, lineId, channel, cumulative, signature);
    }

    function _uphold(uint256 channel) internal {
        vm.warp(arbiter.challengeOf(address(escrow), NODE, lineId, channel).answerBy + 1);
        arbiter.uphold(address(escrow), NODE, lineId, channel);
    }

    /// @dev Who signed, 65 bytes.
    function _recover(bytes32 digest, bytes memory signature) internal pure returns (address) {
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        return ecrecover(digest, uint8(signature[64]), r, s);
    }
}
