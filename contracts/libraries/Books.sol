// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BookState} from "./BookState.sol";
import {Cold} from "./Cold.sol";

/// @notice All of one node and line.
/// @param state earnings, nonce and number of channels
/// @param hot rests of four channels each, see {Lanes}
/// @param cold what a settlement only reads of a channel
/// @param payers of the channels whose payer is not their signer
struct Book {
    BookState state;
    mapping(uint256 slot => uint256 lanes) hot;
    mapping(uint256 channel => Cold) cold;
    mapping(uint256 channel => address) payers;
}
