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
        if (!NODES.isSlasher(msg.sender)) revert InferenceEscrow_NotSlasher(msg.sender);
        _;
    }

    /// @inheritdoc ICustody
    function seize(address node, bytes32 lineId, uint64 units) external onlySlasher returns (uint64 seized) {
        Book storage book = _book(node, lineId);
        (BookState state, uint256 taken) = _stateOf(book).take(units);
        book.state = state;
        seized = uint64(taken);
        _owe(msg.sender, seized);
        emit EarningsSeized(node, lineId, msg.sender, seized);
    }

    /// @inheritdoc ICustody
    function restore(address node, bytes32 lineId, uint64 units) external {
        _disown(msg.sender, units);
        Book storage book = _book(node, lineId);
        // Not earned: a node that answers itself must not have its pay before others could challenge theirs.
        book.state = _stateOf(book).vest(units);
        emit EarningsRestored(node, lineId, msg.sender, units);
    }

    /// @inheritdoc ICustody
    function assign(address account, uint64 units) external {
        _requireAddress(account);
        _disown(msg.sender, units);
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
}
