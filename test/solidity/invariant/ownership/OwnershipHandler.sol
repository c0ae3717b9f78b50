// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {DatasetActions} from "./DatasetActions.sol";
import {LedgerActions} from "./LedgerActions.sol";

/// @notice Four accounts that own, share, lock, sign, and try what is not theirs. The runner picks every function here
/// equally often, so what builds state stands alone, and what only stirs it shares one.
contract OwnershipHandler is LedgerActions, DatasetActions {
    constructor() {
        _deployModel(actors[0], 0, Visibility.Public);
        _deployModel(actors[1], 1, Visibility.Licensed);
        for (uint256 i; i < 2; ++i) {
            _append(11 + i, modelIds[0], actors[i], _delta(i), new bytes32[](0));
            _commitDataset(actors[2 + i], i);
        }
    }

    function deployModel(uint256 seed) external later(seed) {
        _deployAnyModel(seed);
    }

    function changeModel(uint256 seed) external later(seed) {
        uint256 which = pick(seed, "which", 3);
        if (which == 0) _setTerms(seed);
        else if (which == 1) _setTokenURI(seed);
        else _grantLicence(seed);
    }

    function approve(uint256 seed) external later(seed) {
        if (chance(seed, "all", 2)) _setApprovalForAll(seed);
        else _approve(seed);
    }

    function transferModel(uint256 seed) external later(seed) {
        _transferModel(seed);
    }

    function openLine(uint256 seed) external later(seed) {
        _openLine(seed);
    }

    function append(uint256 seed) external later(seed) {
        _appendAnywhere(seed);
    }

    function appendToOpenLine(uint256 seed) external later(seed) {
        _appendToOpenLine(seed);
    }

    function appendSigned(uint256 seed) external later(seed) {
        _appendSigned(seed);
    }

    function activate(uint256 seed) external later(seed) {
        _activate(seed);
    }

    function activateAgain(uint256 seed) external later(seed) {
        _activate(seed);
    }

    function setGrace(uint256 seed) external later(seed) {
        _setGrace(seed);
    }

    function commitDataset(uint256 seed) external later(seed) {
        _commitAnyDataset(seed);
    }

    function consent(uint256 seed) external later(seed) {
        _consent(seed);
    }

    function consentSigned(uint256 seed) external later(seed) {
        _consentSigned(seed);
    }

    function takeBack(uint256 seed) external later(seed) {
        if (chance(seed, "pool", 2)) _setPublic(seed);
        else _revokeConsent(seed);
    }

    function lock(uint256 seed) external later(seed) {
        uint256 which = pick(seed, "which", 3);
        if (which == 0) _lockModel(seed);
        else if (which == 1) _lockLine(seed);
        else _lockAccount(seed);
    }

    /// @dev An unlock takes two calls or more, so each kind stands alone: else soon everything would be locked.
    function unlockModel(uint256 seed) external later(seed) {
        _unlockModel(seed);
    }

    function unlockLine(uint256 seed) external later(seed) {
        _unlockLine(seed);
    }

    function unlockAccount(uint256 seed) external later(seed) {
        _unlockAccount(seed);
    }

    function veto(uint256 seed) external later(seed) {
        uint256 which = pick(seed, "which", 3);
        if (which == 0) _vetoUnlockModel(seed);
        else if (which == 1) _vetoUnlockLine(seed);
        else _vetoUnlockAccount(seed);
    }

    function attack(uint256 seed) external later(seed) {
        uint256 which = pick(seed, "which", 6);
        if (which == 0) _redeployModel(seed);
        else if (which == 1) _appendOntoOthersHead(seed);
        else if (which == 2) _appendForged(seed);
        else if (which == 3) _replaySigned(seed);
        else if (which == 4) _consentForged(seed);
        else _replayConsent(seed);
    }
}
