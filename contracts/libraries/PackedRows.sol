// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISettlements} from "../interfaces/ISettlements.sol";
import {Book} from "./Books.sol";
import {Cold} from "./Cold.sol";
import {Lanes} from "./Lanes.sol";
import {PaymentHashes} from "./PaymentHashes.sol";

/// @title PackedRows
/// @notice Decodes the rows of a batch (the form is in {ISettlements}) and takes from channels what they say.
/// @dev The inner loops of a settlement: assembly where the compiler would spend memory or checks. Nothing here can overflow: amounts are
/// below 2^64, channels below 2^26, and a take is never above the rest.
library PackedRows {
    uint256 private constant HEADER = 4;
    uint256 private constant VOUCHER_ROW = 80;
    uint256 private constant OPTIMISTIC_ROW = 4;
    uint256 private constant UINT64 = 2 ** 64 - 1;
    /// @dev Half the order of secp256k1: signatures with a higher s are refused (EIP-2).
    uint256 private constant HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0;

    /// @dev What the loops carry along. `frame` is where digests of vouchers are made.
    struct Work {
        uint256 frame;
        uint256 row;
        uint256 total;
        bytes skipped;
    }

    /// @notice Takes what vouchers allow.
    /// @param domain EIP-712 domain separator of the vouchers
    /// @return total units taken
    /// @return skipped one bit a row
    function takeVouchers(
        Book storage book,
        bytes32 domain,
        address node,
        bytes32 lineId,
        bytes calldata rows
    ) internal returns (uint256 total, bytes memory skipped) {
        Work memory work;
        work.skipped = new bytes(rows.length / VOUCHER_ROW / 8 + 1);
        work.frame = _voucherFrame(domain, node, lineId);
        (uint256 position, uint256 end) = _bounds(rows);
        uint256 floor = 0;
        while (position < end) {
            (uint256 slot, uint256 mask, uint256 next) = _header(position, end, floor, VOUCHER_ROW);
            _takeVouchers(book, work, slot, mask, position + HEADER);
            floor = slot + 1;
            position = next;
        }
        return (work.total, _trimmed(work));
    }

    /// @notice Takes what the enclave says from channels that allow it.
    /// @return total units taken
    /// @return skipped one bit a row
    function takeAmounts(
        Book storage book,
        bytes calldata rows
    ) internal returns (uint256 total, bytes memory skipped) {
        Work memory work;
        work.skipped = new bytes(rows.length / OPTIMISTIC_ROW / 8 + 1);
        (uint256 position, uint256 end) = _bounds(rows);
        uint256 floor = 0;
        while (position < end) {
            (uint256 slot, uint256 mask, uint256 next) = _header(position, end, floor, OPTIMISTIC_ROW);
            _takeAmounts(book, work, slot, mask, position + HEADER);
            floor = slot + 1;
            position = next;
        }
        return (work.total, _trimmed(work));
    }

    /// @dev One group of lane V, whose rows begin at `at`.
    function _takeVouchers(Book storage book, Work memory work, uint256 slot, uint256 mask, uint256 position) private {
        unchecked {
            uint256 lanes = book.hot[slot];
            uint256 rest = lanes;
            uint256 channel = slot << 2;
            for (; mask != 0; mask >>= 1) {
                if (mask & 1 != 0) {
                    uint256 pay = _voucherPay(book.cold[channel], lanes, channel, work.frame, position);
                    if (pay == 0) _mark(work);
                    rest -= pay << Lanes.shift(channel);
                    work.total += pay;
                    position += VOUCHER_ROW;
                    ++work.row;
                }
                ++channel;
            }
            if (rest != lanes) book.hot[slot] = rest;
        }
    }

    /// @dev One group of lane O, whose rows begin at `at`.
    function _takeAmounts(Book storage book, Work memory work, uint256 slot, uint256 mask, uint256 position) private {
        unchecked {
            uint256 lanes = book.hot[slot];
            uint256 rest = lanes;
            uint256 taken = 0;
            uint256 shift = 0;
            for (; mask != 0; mask >>= 1) {
                if (mask & 1 != 0) {
                    uint256 pay = 0;
                    uint256 lane = lanes >> shift;
                    if (lane & Lanes.OPTIMISTIC != 0) {
                        assembly ("memory-safe") {
                            pay := shr(224, calldataload(position))
                        }
                        lane &= Lanes.REST;
                        if (pay > lane) pay = lane;
                    }
                    if (pay == 0) _mark(work);
                    rest -= pay << shift;
                    taken += pay;
                    position += OPTIMISTIC_ROW;
                    ++work.row;
                }
                shift += 64;
            }
            work.total += taken;
            if (rest != lanes) book.hot[slot] = rest;
        }
    }

    /// @dev min(signed, metered, deposited) - paid when the voucher is the signer's and the channel takes it, else 0.
    function _voucherPay(
        Cold cold,
        uint256 lanes,
        uint256 channel,
        uint256 frame,
        uint256 position
    ) private view returns (uint256) {
        unchecked {
            uint256 signed;
            assembly ("memory-safe") {
                signed := calldataload(add(position, 64))
            }
            uint256 cumulative = (signed >> 128) & UINT64;
            signed >>= 192;
            if (cumulative > signed) cumulative = signed;
            uint256 deposited = cold.deposited();
            if (cumulative > deposited) cumulative = deposited;
            uint256 paid = deposited - Lanes.rest(lanes, channel);
            if (cumulative <= paid || cold.isOver(block.timestamp)) return 0;
            // The signer of a channel that exists is never zero, which is what a wrong signature recovers to.
            if (_voucherSigner(frame, channel, signed, position) != cold.signer()) return 0;
            return cumulative - paid;
        }
    }

    /// @dev The memory in which digests of vouchers are made: 0x00 struct (type hash, node, channel, line, cumulative), 0xa0 0x1901 ‖ domain ‖
    /// struct hash, 0x100 input of ecrecover.
    function _voucherFrame(bytes32 domain, address node, bytes32 lineId) private pure returns (uint256 frame) {
        bytes32 typeHash = PaymentHashes.VOUCHER_TYPEHASH;
        assembly ("memory-safe") {
            frame := mload(0x40)
            mstore(0x40, add(frame, 0x180))
            mstore(frame, typeHash)
            mstore(add(frame, 0x20), node)
            mstore(add(frame, 0x60), lineId)
            mstore(add(frame, 0xa0), hex"1901")
            mstore(add(frame, 0xa2), domain)
        }
    }

    /// @dev Who signed `cumulative` for the channel by the compact signature at `at`; zero for none.
    function _voucherSigner(
        uint256 frame,
        uint256 channel,
        uint256 cumulative,
        uint256 position
    ) private view returns (address signer) {
        assembly ("memory-safe") {
            mstore(add(frame, 0x40), channel)
            mstore(add(frame, 0x80), cumulative)
            mstore(add(frame, 0xc2), keccak256(frame, 0xa0))
            mstore(add(frame, 0x100), keccak256(add(frame, 0xa0), 0x42))
            let vs := calldataload(add(position, 32))
            let s := shr(1, shl(1, vs))
            mstore(add(frame, 0x120), add(27, shr(255, vs)))
            mstore(add(frame, 0x140), calldataload(position))
            mstore(add(frame, 0x160), s)
            mstore(0, 0)
            pop(staticcall(gas(), 1, add(frame, 0x100), 0x80, 0, 0x20))
            signer := mul(mload(0), iszero(gt(s, HALF_ORDER)))
        }
    }

    /// @dev Slot and mask of a group of which all bytes are there, whose mask is one, and whose slot is `floor` at least; and its end.
    function _header(
        uint256 position,
        uint256 end,
        uint256 floor,
        uint256 rowLength
    ) private pure returns (uint256 slot, uint256 mask, uint256 next) {
        unchecked {
            assembly ("memory-safe") {
                let head := shr(224, calldataload(position))
                slot := shr(8, head)
                mask := and(head, 0xff)
            }
            // Number of bits of each mask, a nibble each.
            uint256 count = (0x4332322132212110 >> (mask << 2)) & 0xf;
            next = position + HEADER + count * rowLength;
            bool isMask = mask != 0 && mask < 16;
            if (!isMask || slot < floor || next > end) {
                revert ISettlements.InferenceEscrow_MalformedRows(end - position);
            }
        }
    }

    /// @dev Sets the bit of the row at work.
    function _mark(Work memory work) private pure {
        bytes memory skipped = work.skipped;
        uint256 row = work.row;
        assembly ("memory-safe") {
            // The row's byte is the lowest of this word; the others stay as they are.
            let place := add(add(skipped, 1), shr(3, row))
            mstore(place, or(mload(place), shl(and(row, 7), 1)))
        }
    }

    function _trimmed(Work memory work) private pure returns (bytes memory skipped) {
        skipped = work.skipped;
        uint256 length = (work.row + 7) >> 3;
        assembly ("memory-safe") {
            mstore(skipped, length)
        }
    }

    function _bounds(bytes calldata rows) private pure returns (uint256 position, uint256 end) {
        assembly ("memory-safe") {
            position := rows.offset
            end := add(position, rows.length)
        }
    }
}
