// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PaymentsBase} from "./PaymentsBase.sol";

/// @notice Writes the state of a book, for what no test can reach by calls. See {BookState} for the bits.
abstract contract BookStorage is PaymentsBase {
    /// @dev Slot of `_books` in {EscrowBase}.
    uint256 private constant BOOKS = 3;
    uint256 private constant NONCE = 192;
    /// @dev No batch has it: the one before is the last.
    uint32 internal constant LAST_NONCE = 2 ** 28 - 1;
    uint256 private constant COUNT = 230;

    /// @dev Lets NODE's book of the line have had this many channels.
    function _storeCount(uint256 count) internal {
        uint256 rest = uint256(vm.load(address(escrow), _stateSlot())) & ((1 << COUNT) - 1);
        vm.store(address(escrow), _stateSlot(), bytes32((count << COUNT) | rest));
        assertEq(escrow.channelCount(NODE, lineId), count, "count stored");
    }

    /// @dev Lets NODE's next batch of the line have this nonce.
    function _storeNonce(uint32 nonce) internal {
        uint256 rest = uint256(vm.load(address(escrow), _stateSlot())) & ~(uint256(LAST_NONCE) << NONCE);
        vm.store(address(escrow), _stateSlot(), bytes32((uint256(nonce) << NONCE) | rest));
        assertEq(_earnings().nextNonce, nonce, "nonce stored");
    }

    function _stateSlot() private view returns (bytes32) {
        bytes32 ofNode = keccak256(abi.encode(NODE, BOOKS));
        return keccak256(abi.encode(lineId, ofNode));
    }
}
