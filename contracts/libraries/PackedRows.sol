// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISettlements} from "../interfaces/ISettlements.sol";
import {Book} from "./Books.sol";
import {Cold} from "./Cold.sol";
import {PaymentHashes} from "./PaymentHashes.sol";

/// @title PackedRows
/// @notice Decodes the rows of a batch (the form is in {ISettlements}) and takes from channels what they say.
/// @dev The inner loops of a settlement, and the only place where gas is worth assembly. The layouts that it reads are those of {Cold} and
/// {Lanes}; a model in TypeScript is run against it on random bytes. Nothing here can overflow: amounts are below 2^64, channels below 2^26,
/// and what is taken of a channel is never above its rest.
/// What the loops need besides the stack is in memory from 0x600 on, a fixed place, so that there are no addresses to add up for every row:
/// 0x600 struct of a voucher (type hash, node, channel, line, cumulative), 0x6a0 0x1901 ‖ domain ‖ struct hash, 0x700 input of ecrecover,
/// 0x780 place of the first cold slot, 0x7a0 place of the first hot slot, 0x7c0 end of the rows, 0x7e0 least slot of the next group,
/// 0x800 storage place of the group, 0x820 its lanes before, 0x840 position of row 0 if there were no headers, 0x860 data of `skipped`.
library PackedRows {
    uint256 private constant VOUCHER_ROW = 80;
    uint256 private constant OPTIMISTIC_ROW = 4;
    uint256 private constant LANE = 0xffffffffffffffff;
    uint256 private constant AMOUNT = 0xffffffffffffff;
    /// @dev The s of a compact signature (EIP-2098), which has no room for a high one: all but 2^-128 of the malleated ones need the bit
    /// that says the parity here.
    uint256 private constant NOT_TOP = 2 ** 255 - 1;
    /// @dev The highest bit of each lane.
    uint256 private constant FLAGS = 0x8000000000000000800000000000000080000000000000008000000000000000;
    /// @dev One in each lane.
    uint256 private constant ONES = 0x0000000000000001000000000000000100000000000000010000000000000001;
    /// @dev Number of bits of each mask from 0 to 15, a nibble each.
    uint256 private constant COUNTS = 0x4332322132212110;

    /// @notice Takes what vouchers allow.
    /// @param domain EIP-712 domain separator of the vouchers
    /// @return total units taken
    /// @return skipped one bit a row, without the zero bytes at its end
    function takeVouchers(
        Book storage book,
        bytes32 domain,
        address node,
        bytes32 lineId,
        bytes calldata rows
    ) internal returns (uint256 total, bytes memory skipped) {
        skipped = _prepare(book, rows, VOUCHER_ROW);
        bytes32 typeHash = PaymentHashes.VOUCHER_TYPEHASH;
        assembly ("memory-safe") {
            mstore(0x600, typeHash)
            mstore(0x620, node)
            mstore(0x660, lineId)
            mstore(0x6a0, hex"1901")
            mstore(0x6a2, domain)
        }
        total = _takeVouchers(_start(rows));
        _trim(skipped);
    }

    /// @notice Takes what the enclave says from channels that allow it.
    /// @return total units taken
    /// @return skipped one bit a row, without the zero bytes at its end
    function takeAmounts(
        Book storage book,
        bytes calldata rows
    ) internal returns (uint256 total, bytes memory skipped) {
        skipped = _prepare(book, rows, OPTIMISTIC_ROW);
        total = _takeAmounts(_start(rows));
        _trim(skipped);
    }

    // solhint-disable function-max-lines

    /// @dev All of lane V: each row pays min(signed, metered, deposited) - paid if its channel takes it and its voucher is the signer's.
    function _takeVouchers(uint256 position) private returns (uint256 total) {
        while (position < _end()) {
            (uint256 mask, uint256 first, uint256 lanes) = _group(position, VOUCHER_ROW);
            assembly ("memory-safe") {
                position := add(position, 4)
                for {
                    let shift := 0
                } mask {
                    mask := shr(1, mask)
                    shift := add(shift, 64)
                } {
                    if iszero(and(mask, 1)) {
                        continue
                    }
                    let paid := add(first, shr(6, shift))
                    mstore(0x640, paid)
                    let cold := sload(add(mload(0x780), paid))
                    let cap := and(shr(40, cold), AMOUNT)
                    let sign := 1
                    paid := and(shr(shift, lanes), LANE)
                    // An optimistic channel's lane counts down from the deposit, another's counts up from zero.
                    if shr(63, paid) {
                        sign := sub(0, 1)
                        paid := sub(cap, and(paid, AMOUNT))
                    }
                    let word := calldataload(add(position, 0x40))
                    let valid := and(shr(128, word), LANE)
                    word := shr(192, word)
                    // cap = min(deposited, metered, signed)
                    if lt(valid, cap) {
                        cap := valid
                    }
                    if lt(word, cap) {
                        cap := word
                    }
                    valid := gt(cap, paid)
                    // Closing, and over?
                    if and(cold, 1) {
                        valid := gt(valid, gt(timestamp(), and(shr(8, cold), 0xffffffff)))
                    }
                    if valid {
                        mstore(0x680, word)
                        mstore(0x6c2, keccak256(0x600, 0xa0))
                        mstore(0x700, keccak256(0x6a0, 0x42))
                        word := calldataload(add(position, 0x20))
                        mstore(0x720, add(27, shr(255, word)))
                        mstore(0x740, calldataload(position))
                        mstore(0x760, and(word, NOT_TOP))
                        // A signature that recovers to nobody leaves the digest in place, which is no address.
                        pop(staticcall(gas(), 1, 0x700, 0x80, 0x700, 0x20))
                        valid := eq(mload(0x700), shr(96, cold))
                    }
                    if iszero(valid) {
                        let row := div(sub(position, mload(0x840)), 80)
                        let place := add(mload(0x860), shr(3, row))
                        mstore8(place, or(byte(0, mload(place)), shl(and(row, 7), 1)))
                        cap := paid
                    }
                    cap := sub(cap, paid)
                    total := add(total, cap)
                    lanes := add(lanes, mul(sign, shl(shift, cap)))
                    position := add(position, 80)
                }
                if iszero(eq(lanes, mload(0x820))) {
                    sstore(mload(0x800), lanes)
                }
            }
        }
    }

    /// @dev All of lane O: each row takes its amount, or the rest if that is less, from a channel that allows it.
    function _takeAmounts(uint256 position) private returns (uint256 total) {
        while (position < _end()) {
            uint256 four;
            assembly ("memory-safe") {
                four := eq(byte(3, calldataload(position)), 15)
            }
            if (four != 0) {
                (position, total) = _takeFours(position, total);
                if (position == _end()) break;
            }
            (uint256 mask, , uint256 lanes) = _group(position, OPTIMISTIC_ROW);
            assembly ("memory-safe") {
                let amounts := calldataload(add(position, 4))
                position := add(position, 4)
                for {
                    let shift := 0
                } mask {
                    mask := shr(1, mask)
                    shift := add(shift, 64)
                } {
                    if iszero(and(mask, 1)) {
                        continue
                    }
                    let rest := shr(shift, lanes)
                    rest := mul(and(rest, AMOUNT), and(shr(63, rest), 1))
                    let pay := shr(224, amounts)
                    if gt(pay, rest) {
                        pay := rest
                    }
                    if iszero(pay) {
                        let row := div(sub(position, mload(0x840)), 4)
                        let place := add(mload(0x860), shr(3, row))
                        mstore8(place, or(byte(0, mload(place)), shl(and(row, 7), 1)))
                    }
                    total := add(total, pay)
                    lanes := sub(lanes, shl(shift, pay))
                    amounts := shl(32, amounts)
                    position := add(position, 4)
                }
                if iszero(eq(lanes, mload(0x820))) {
                    sstore(mload(0x800), lanes)
                }
            }
        }
    }

    // solhint-enable function-max-lines

    /// @dev The groups from `position` that have four rows, all of which are paid in full; up to the first that is not such a group, or not
    /// well formed.
    function _takeFours(uint256 position, uint256 before) private returns (uint256 next, uint256 total) {
        assembly ("memory-safe") {
            let flags := FLAGS
            let ones := ONES
            let least := mload(0x7e0)
            next := position
            total := before
            for {} 1 {} {
                // Header and rows, 20 bytes.
                let word := calldataload(next)
                let slot := shr(232, word)
                if or(xor(byte(3, word), 15), or(lt(slot, least), gt(add(next, 20), mload(0x7c0)))) {
                    break
                }
                // The amounts where their channels are, and what is left if each is taken. Where the highest bit of a lane survives, its
                // rest was enough (first sum) or its amount is not zero (second sum).
                let spread := or(
                    or(and(shr(192, word), 0xffffffff), and(shr(96, word), shl(64, 0xffffffff))),
                    or(and(word, shl(128, 0xffffffff)), and(shl(96, word), shl(192, 0xffffffff)))
                )
                let place := add(mload(0x7a0), slot)
                let lanes := sload(place)
                let left := sub(lanes, spread)
                if xor(and(and(lanes, left), and(sub(or(spread, flags), ones), flags)), flags) {
                    break
                }
                sstore(place, left)
                total := add(total, shr(192, mul(spread, ones)))
                least := add(slot, 1)
                next := add(next, 20)
            }
            mstore(0x7e0, least)
            // Four bytes of each were a header.
            mstore(0x840, add(mload(0x840), div(sub(next, position), 5)))
        }
    }

    /// @dev Begins a group of which all bytes are there, whose mask is one, and whose slot is beyond the one before.
    function _group(
        uint256 position,
        uint256 rowLength
    ) private view returns (uint256 mask, uint256 channel, uint256 lanes) {
        bool malformed;
        assembly ("memory-safe") {
            channel := shr(224, calldataload(position))
            mask := and(channel, 0xff)
            channel := shr(8, channel)
            // A mask over 15 has no nibble: its count is 0, as that of mask 0.
            let count := and(shr(shl(2, mask), COUNTS), 15)
            let next := add(add(position, 4), mul(count, rowLength))
            malformed := or(iszero(count), or(lt(channel, mload(0x7e0)), gt(next, mload(0x7c0))))
            mstore(0x7e0, add(channel, 1))
            mstore(0x840, add(mload(0x840), 4))
            let place := add(mload(0x7a0), channel)
            lanes := sload(place)
            mstore(0x800, place)
            mstore(0x820, lanes)
            channel := shl(2, channel)
        }
        if (malformed) revert ISettlements.InferenceEscrow_MalformedRows(_end() - position);
    }

    /// @dev Lays out the memory above, and makes a bit for each row that there can be.
    function _prepare(
        Book storage book,
        bytes calldata rows,
        uint256 rowLength
    ) private view returns (bytes memory skipped) {
        uint256[2 ** 24] storage hot = book.hot;
        Cold[2 ** 26] storage cold = book.cold;
        assembly ("memory-safe") {
            // Nothing that was allocated before may lie there.
            if gt(mload(0x40), 0x600) {
                invalid()
            }
            mstore(0x40, 0x880)
        }
        skipped = new bytes(rows.length / rowLength / 8 + 1);
        assembly ("memory-safe") {
            mstore(0x780, cold.slot)
            mstore(0x7a0, hot.slot)
            mstore(0x7c0, add(rows.offset, rows.length))
            mstore(0x7e0, 0)
            mstore(0x840, rows.offset)
            mstore(0x860, add(skipped, 0x20))
        }
    }

    function _start(bytes calldata rows) private pure returns (uint256 position) {
        assembly ("memory-safe") {
            position := rows.offset
        }
    }

    function _end() private pure returns (uint256 end) {
        assembly ("memory-safe") {
            end := mload(0x7c0)
        }
    }

    /// @dev Cuts the zero bytes at the end: most batches skip nothing.
    function _trim(bytes memory skipped) private pure {
        assembly ("memory-safe") {
            let length := mload(skipped)
            for {} length {
                length := sub(length, 1)
            } {
                if and(mload(add(skipped, length)), 0xff) {
                    break
                }
            }
            mstore(skipped, length)
        }
    }
}
