// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {DatasetActions} from "./DatasetActions.sol";
import {LedgerActions} from "./LedgerActions.sol";

/// @notice Four accounts that own, share, lock, sign, and try what is not theirs.
contract OwnershipHandler is LedgerActions, DatasetActions {
    constructor() {
        _deployModel(actors[0], 0, Visibility.Public);
        _deployModel(actors[1], 1, Visibility.Licensed);
        for (uint256 i; i < 2; ++i) {
            _append(11 + i, modelIds[0], actors[i], _delta(i), new bytes32[](0));
            _commitDataset(actors[2 + i], i);
        }
    }
}
