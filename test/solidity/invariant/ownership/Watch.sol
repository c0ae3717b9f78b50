// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lock} from "../../../../contracts/interfaces/ILocks.sol";
import {Ghost} from "./Ghost.sol";

/// @notice A thing that somebody owns, as it was after the last call.
/// @param state fingerprint of all that its owner alone may change, lock and approval aside
/// @param approved ERC-721 approval, zero for other things
struct Thing {
    address owner;
    bytes32 state;
    address approved;
    Lock lock;
}

/// @notice Lets actors call the contracts, and compares everything that anybody owns before and after each call: I1 (only
/// the owner changes a thing) and I7 (a locked thing changes for nobody) are judged here. Consents are compared one by
/// one by invariant I3.
abstract contract Watch is Ghost {
    mapping(bytes32 key => Thing) private _last;

    /// @dev Time passes before every call of a handler: minutes, hours, sometimes days.
    modifier later(uint256 seed) {
        clock += 1 + pick(seed, "seconds", 4 hours);
        if (chance(seed, "long wait", 6)) clock += pick(seed, "days", 4) * 1 days;
        vm.warp(clock);
        _;
    }

    /// @dev Calls as `actor`, whose own authority the call carries.
    function act(
        string memory name,
        address actor,
        address target,
        bytes memory data
    ) internal returns (bool success, bytes memory result) {
        return actFor(name, actor, actor, target, data);
    }

    /// @dev Calls as `actor` with the authority of `authority`, who signed something, or with nobody's.
    function actFor(
        string memory name,
        address actor,
        address authority,
        address target,
        bytes memory data
    ) internal returns (bool success, bytes memory result) {
        vm.prank(actor);
        (success, result) = target.call(data);
        if (success) succeeded[keccak256(bytes(name))] += 1;
        // Things before accounts: whether an account was locked is what its entry still says.
        for (uint256 i; i < modelIds.length; ++i) _see(bytes32(modelIds[i]), _model(modelIds[i]), actor, authority);
        for (uint256 i; i < lineIds.length; ++i) _see(lineIds[i], _line(lineIds[i]), actor, authority);
        for (uint256 i; i < datasetIds.length; ++i) _see(datasetIds[i], _dataset(datasetIds[i]), actor, authority);
        for (uint256 i; i < ACTORS; ++i) _see(keyOf(actors[i]), _account(actors[i]), actor, authority);
    }

    function _see(bytes32 key, Thing memory b, address actor, address authority) private {
        Thing memory a = _last[key];
        if (keccak256(abi.encode(a)) == keccak256(abi.encode(b))) return;
        _last[key] = b;
        // A thing that is new has no past.
        if (a.owner == address(0)) return;
        bool locked = a.lock.locked || _last[keyOf(a.owner)].lock.locked;
        if (a.state != b.state) {
            if (authority != a.owner && !_operates(a, actor, b)) breaks("I1", "changed by somebody else");
            if (locked) breaks("I7", "a locked thing changed");
        }
        if (a.approved != b.approved && locked && b.approved != address(0)) breaks("I7", "approval while locked");
        _compareLocks(a.lock, b.lock, a.owner, actor);
    }

    /// @dev An operator that the owner approved moves the model, and nothing else of it.
    function _operates(Thing memory a, address actor, Thing memory b) private view returns (bool) {
        return a.owner != b.owner && (a.approved == actor || MODELS.isApprovedForAll(a.owner, actor));
    }

    function _compareLocks(Lock memory a, Lock memory b, address owner, address actor) private {
        if (keccak256(abi.encode(a)) == keccak256(abi.encode(b))) return;
        if (!a.locked) {
            if (actor != owner) breaks("I1", "locked by somebody else");
        } else if (!b.locked) {
            if (actor != owner) breaks("I1", "unlocked by somebody else");
            if (a.delay == 0 || a.unlockAt == 0 || clock < a.unlockAt) breaks("I7", "unlocked before its time");
        } else {
            if (a.delay != b.delay || a.guardian != b.guardian) breaks("I7", "the lock itself changed");
            if (b.unlockAt == 0) {
                if (actor != owner && actor != a.guardian) breaks("I1", "vetoed by a stranger");
            } else {
                if (actor != owner) breaks("I1", "unlock requested by somebody else");
                bool fresh = a.unlockAt == 0 && a.delay != 0 && b.unlockAt == clock + a.delay;
                if (!fresh) breaks("I7", "the delay was not respected");
            }
        }
    }

    function _account(address account) private view returns (Thing memory thing) {
        thing.owner = account;
        thing.lock = MODELS.lockOf(keyOf(account));
        // Lines of an account can only be added by it; models can also be sent to it.
        thing.state = bytes32(LEDGER.lineCountOf(account));
    }

    function _model(uint256 modelId) private view returns (Thing memory thing) {
        thing.owner = MODELS.ownerOf(modelId);
        thing.lock = MODELS.lockOf(bytes32(modelId));
        thing.approved = MODELS.getApproved(modelId);
        bytes memory licence = abi.encode(MODELS.licenceExpiry(modelId, actors[0]));
        thing.state = keccak256(abi.encode(thing.owner, MODELS.termsOf(modelId), MODELS.tokenURI(modelId), licence));
    }

    function _line(bytes32 lineId) private view returns (Thing memory thing) {
        thing.owner = lines[lineId].account;
        thing.lock = LEDGER.lockOf(lineId);
        thing.state = keccak256(abi.encode(LEDGER.lineOf(lineId)));
    }

    function _dataset(bytes32 datasetId) private view returns (Thing memory thing) {
        thing.owner = datasetOwner[datasetId];
        thing.state = keccak256(abi.encode(DATASETS.datasetOf(datasetId)));
    }
}
