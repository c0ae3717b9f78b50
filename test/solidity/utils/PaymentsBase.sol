// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {PaymentsWorld} from "./PaymentsWorld.sol";

/// @notice A test in a world of its own, see {PaymentsWorld}.
abstract contract PaymentsBase is PaymentsWorld {
    function setUp() public virtual {
        _buildWorld();
    }
}
