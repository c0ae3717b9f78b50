// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICustody} from "../interfaces/ICustody.sol";
import {Book} from "../libraries/Books.sol";
import {BookState} from "../libraries/BookState.sol";
import {Cold} from "../libraries/Cold.sol";
import {EscrowBase} from "./EscrowBase.sol";

/// @title Custody
/// @notice The part of InferenceEscrow that the arbiter acts through.
abstract contract Custody is EscrowBase {
    modifier onlySlasher() {
        _requireSlasher();
        _;
    }

    /// @inheritdoc ICustody
    function seize(address node, bytes32 lineId, uint64 units) external onlySlasher returns (uint64 seized) {
        Book storage book = _book(node, lineId);
        uint256 holding = book.holding;
        if (holding == 0) holding = uint160(msg.sender);
        if (address(uint160(holding)) == msg.sender) {
            (BookState state, uint256 taken) = _stateOf(book).take(units);
            if (taken != 0) {
                book.state = state;
                book.holding = holding + (taken << 160);
            }
            seized = uint64(taken);
        }
        emit EarningsSeized(node, lineId, msg.sender, seized);
    }

    /// @inheritdoc ICustody
    function restore(address node, bytes32 lineId, uint64 units) external {
        Book storage book = _letGo(node, lineId, units);
        // Not earned: a node that answers itself must not have its pay before others could challenge theirs.
        book.state = _stateOf(book).vest(units);
        emit EarningsRestored(node, lineId, msg.sender, units);
    }

    /// @inheritdoc ICustody
    function assign(address node, bytes32 lineId, address account, uint64 units) external {
        _requireAddress(account);
        _letGo(node, lineId, units);
        _owe(account, units);
        emit Assigned(msg.sender, account, units);
    }

    /// @inheritdoc ICustody
    function endChannel(
        address node,
        bytes32 lineId,
        uint256 channel,
        uint64 paid
    ) external onlySlasher returns (uint64 rest) {
        Book storage book = _book(node, lineId);
        Cold cold = _known(book, node, lineId, channel);
        if (!cold.isClosed()) {
            rest = uint64(_retire(book, node, lineId, channel, cold));
            _owe(_payerOf(book, channel, cold), rest);
        }
        book.cold[channel] = book.cold[channel].withDeposited(paid);
        _fixPaid(book, channel, paid);
    }

    function _requireSlasher() private view {
        if (!NODES.isSlasher(msg.sender)) revert InferenceEscrow_NotSlasher(msg.sender);
    }

    /// @dev Takes from what the caller holds of a book.
    function _letGo(address node, bytes32 lineId, uint64 units) private returns (Book storage book) {
        book = _book(node, lineId);
        if (units == 0) return book;
        uint256 holding = book.holding;
        if (address(uint160(holding)) != msg.sender || units > holding >> 160) {
            revert InferenceEscrow_NothingOwed(msg.sender);
        }
        holding -= uint256(units) << 160;
        book.holding = holding >> 160 == 0 ? 0 : holding;
    }
}
