// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceArbiter} from "../../../contracts/InferenceArbiter.sol";
import {Channel, Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {AttackWorld} from "./AttackWorld.sol";
import {Structs} from "./Structs.sol";

/// @notice A row of a batch: of lane V (80 bytes) or of lane O (4 bytes).
struct Row {
    uint256 channel;
    bytes data;
}

/// @notice What all attack tests do: open, sign, pack, settle, and look at the result.
abstract contract AttackBase is AttackWorld {
    /// @dev Storage slot of the escrow's books.
    uint256 private constant BOOKS = 3;

    /// @dev Registry, escrow and arbiter anew, with stake and money in another token.
    function _deployPayments(TestToken money) internal {
        token = money;
        nodes = _newRegistry(false);
        escrow = _newEscrow();
        address[] memory one = new address[](1);
        one[0] = address(escrow);
        arbiter = new InferenceArbiter(nodes, ledger, one, PENALTY, BOND, ANSWER_PERIOD);
        one[0] = address(arbiter);
        nodes.setSlashers(one);
        nodes.setVerifier(verifier, _always());
        _pin(OWNER, lineId, MEASUREMENT);
        _registerNode(NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(NODE, ENCLAVE);
    }

    /// @dev Opens a channel that only vouchers debit.
    function _open(uint256 payerKey, uint64 amount) internal returns (uint256) {
        return _open(payerKey, amount, false);
    }

    /// @dev Opens a channel that batches of lane O may debit, too.
    function _openOptimistic(uint256 payerKey, uint64 amount) internal returns (uint256) {
        return _open(payerKey, amount, true);
    }

    function _open(uint256 payerKey, uint64 amount, bool optimistic) internal returns (uint256 channel) {
        _fund(vm.addr(payerKey), amount);
        vm.prank(vm.addr(payerKey));
        return escrow.open(_opening(amount, optimistic));
    }

    /// @dev Gives `account` units and lets the escrow take them.
    function _fund(address account, uint64 amount) internal {
        token.mint(account, amount * escrow.UNIT());
        vm.prank(account);
        token.approve(address(escrow), type(uint256).max);
    }

    function _opening(uint64 amount, bool optimistic) internal view returns (Opening memory) {
        return Opening(NODE, lineId, address(0), address(0), amount, CLOSE_DELAY, optimistic);
    }

    function _channelOf(uint256 channel) internal view returns (Channel memory) {
        return escrow.channelOf(NODE, lineId, channel);
    }

    function _requestClose(uint256 channel) internal returns (uint40 closeAt) {
        vm.prank(_channelOf(channel).payer);
        escrow.requestClose(NODE, lineId, channel);
        return _channelOf(channel).closeAt;
    }

    /// @dev Withdraws a closing channel to its payer, as soon as it is due.
    function _withdraw(uint256 channel) internal returns (uint64) {
        Channel memory closing = _channelOf(channel);
        if (_now() < closing.closeAt) vm.warp(closing.closeAt);
        vm.prank(closing.payer);
        return escrow.withdrawChannel(NODE, lineId, channel, closing.payer);
    }

    // Rows

    function _voucher(uint256 key, uint256 channel, uint64 cumulative) internal view returns (bytes memory) {
        return _sign(key, escrow.voucherDigest(NODE, lineId, channel, cumulative));
    }

    function _row(uint256 key, uint256 channel, uint64 metered, uint64 signed) internal view returns (Row memory) {
        return _rowOf(key, channel, metered, signed, escrow.voucherDigest(NODE, lineId, channel, signed));
    }

    function _rowOf(
        uint256 key,
        uint256 channel,
        uint64 metered,
        uint64 signed,
        bytes32 digest
    ) internal pure returns (Row memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        uint256 vs = uint256(s) | (uint256(v - 27) << 255);
        return Row(channel, abi.encodePacked(r, vs, signed, metered));
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
        return
            Batch({
                node: NODE,
                lineId: lineId,
                versionHash: versionHash,
                lane: lane,
                nonce: escrow.earningsOf(NODE, lineId).nextNonce,
                lastAt: _now()
            });
    }

    function _signBatch(uint256 key, Batch memory batch, bytes memory rows) internal view returns (bytes memory) {
        return _sign(key, escrow.batchDigest(batch, keccak256(rows)));
    }

    function _settle(Batch memory batch, bytes memory rows) internal returns (uint64, bytes memory) {
        return escrow.settle(batch, rows, _signBatch(ENCLAVE_KEY, batch, rows));
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
        address payer = _channelOf(channel).payer;
        _fundBond(payer);
        vm.prank(payer);
        arbiter.challenge(address(escrow), NODE, lineId, channel, asserted);
    }

    function _answer(uint256 key, uint256 channel, uint64 cumulative) internal {
        bytes memory signature = _voucher(key, channel, cumulative);
        arbiter.answer(address(escrow), NODE, lineId, channel, cumulative, signature);
    }

    function _uphold(uint256 channel) internal {
        vm.warp(arbiter.challengeOf(address(escrow), NODE, lineId, channel).answerBy + 1);
        arbiter.uphold(address(escrow), NODE, lineId, channel);
    }

    /// @dev EIP-712 digest for the escrow.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return Structs.digest(address(escrow), structHash);
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

    /// @dev Where the escrow keeps the state of the node's book.
    function _placeOfState() internal view returns (bytes32) {
        return keccak256(abi.encode(lineId, keccak256(abi.encode(NODE, BOOKS))));
    }

    /// @dev Tokens held cover all that is owed in this test's books.
    function _expectSolvent(uint256[] memory channels) internal view {
        uint256 units = uint256(escrow.earningsOf(NODE, lineId).earned) + escrow.earningsOf(NODE, lineId).vesting;
        for (uint256 i = 0; i < channels.length; ++i) {
            Channel memory each = _channelOf(channels[i]);
            if (!each.closed) units += each.deposited - each.paid;
            units += escrow.owed(each.payer);
        }
        units += escrow.owed(address(arbiter));
        assertLe(units * escrow.UNIT(), token.balanceOf(address(escrow)), "more owed than held");
    }
}
