// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BookState} from "./BookState.sol";
import {Cold} from "./Cold.sol";

/// @notice All of one node and line.
/// @param state earnings, nonce and number of channels
/// @param hot rests of four channels each, see {Lanes}
/// @param cold what a settlement only reads of a channel
/// @param payers of the channels whose payer is not their signer
/// @param holding units that a slasher set aside and still holds (from bit 160), and which one; all zero without units
/// @param skipped nonces whose batch was given up
/// @dev Arrays of fixed length, never allocated as a whole: an element's place is a sum and no hash, a hundred times a batch.
struct Book {
    BookState state;
    uint256[2 ** 24] hot;
    Cold[2 ** 26] cold;
    mapping(uint256 channel => address) payers;
    uint256 holding;
    mapping(uint32 nonce => bool) skipped;
}
