// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetRegistry} from "../../../../contracts/DatasetRegistry.sol";
import {DeltaLedger} from "../../../../contracts/DeltaLedger.sol";
import {ModelRegistry} from "../../../../contracts/ModelRegistry.sol";
import {ILocks, Lock} from "../../../../contracts/interfaces/ILocks.sol";
import {OwnershipHashes} from "../../utils/OwnershipHashes.sol";

/// @notice What a version must be for ever, and until when work on it is paid.
/// @param hash computed by the handler from parent and delta, not read from the ledger
/// @param content keccak256 of the Version struct with `payableUntil` zero
/// @param until 0 never active, the greatest number while active, else the end of its grace
struct GhostVersion {
    bytes32 hash;
    bytes32 content;
    uint40 until;
}

/// @notice A line as its owner's successful calls made it.
struct GhostLine {
    address account;
    uint256 modelId;
    uint32 active;
    uint32 grace;
    GhostVersion[] versions;
}

/// @notice The world of the handlers, and what must be true of it by their own account.
abstract contract Ghost is OwnershipHashes {
    uint256 internal constant ACTORS = 4;
    uint256 internal constant MAX_MODELS = 4;
    uint256 internal constant MAX_LINES = 8;
    uint256 internal constant MAX_DATASETS = 4;
    uint40 internal constant ACTIVE = type(uint40).max;
    uint64 internal constant MIN_AGE = 60;

    ModelRegistry public immutable MODELS;
    DatasetRegistry public immutable DATASETS;
    DeltaLedger public immutable LEDGER;

    address[] public actors;
    uint256[] public modelIds;
    bytes32[] public lineIds;
    bytes32[] public datasetIds;

    /// @notice keccak256 of the anchor that was deployed.
    mapping(uint256 modelId => bytes32) public anchors;
    mapping(bytes32 datasetId => address) public datasetOwner;
    mapping(bytes32 datasetId => bytes32) public datasetContent;
    mapping(bytes32 datasetId => bool) public isPublic;
    mapping(bytes32 datasetId => mapping(bytes32 lineId => uint40)) public consentUntil;
    mapping(bytes32 lineId => GhostLine) internal lines;

    /// @notice Successful calls by name: the handlers must reach every one.
    mapping(bytes32 name => uint256) public succeeded;
    /// @notice Broken invariants by id, with the last reason.
    mapping(bytes32 id => uint256) public broken;
    mapping(bytes32 id => string) public reason;

    uint256 internal clock = 1_800_000_000;

    constructor() {
        vm.warp(clock);
        MODELS = new ModelRegistry(MIN_AGE, 1 days);
        DATASETS = new DatasetRegistry(MODELS);
        LEDGER = new DeltaLedger(MODELS, DATASETS);
        for (uint256 i; i < ACTORS; ++i) actors.push(vm.addr(keyAt(i)));
    }

    function modelCount() external view returns (uint256) {
        return modelIds.length;
    }

    function lineCount() external view returns (uint256) {
        return lineIds.length;
    }

    function datasetCount() external view returns (uint256) {
        return datasetIds.length;
    }

    function lineOf(bytes32 lineId) external view returns (GhostLine memory) {
        return lines[lineId];
    }

    function keyAt(uint256 index) internal pure returns (uint256) {
        return 0xf4ee + index;
    }

    /// @dev A number below `limit` that depends on the seed and on its purpose only.
    function pick(uint256 seed, string memory purpose, uint256 limit) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, purpose))) % limit;
    }

    /// @dev Another seed.
    function mix(uint256 seed, uint256 n) internal pure returns (uint256) {
        return uint256(keccak256(abi.encode(seed, n)));
    }

    function chance(uint256 seed, string memory purpose, uint256 oneIn) internal pure returns (bool) {
        return pick(seed, purpose, oneIn) == 0;
    }

    function anyActor(uint256 seed) internal view returns (address) {
        return actors[pick(seed, "actor", ACTORS)];
    }

    /// @dev Mostly the one who may, sometimes anybody.
    function actorOr(uint256 seed, address rightful) internal view returns (address) {
        return chance(seed, "somebody else", 4) ? anyActor(seed) : rightful;
    }

    function anyModel(uint256 seed) internal view returns (uint256) {
        return modelIds[pick(seed, "model", modelIds.length)];
    }

    function anyLine(uint256 seed) internal view returns (bytes32) {
        return lineIds[pick(seed, "line", lineIds.length)];
    }

    function anyDataset(uint256 seed) internal view returns (bytes32) {
        return datasetIds[pick(seed, "dataset", datasetIds.length)];
    }

    /// @dev A locked thing where there is one, with a running request if so asked: else few unlocks would be reached.
    function pickLocked(
        uint256 seed,
        bytes32[] memory keys,
        ILocks where,
        bool requested
    ) internal view returns (uint256) {
        uint256 start = pick(seed, "locked", keys.length);
        for (uint256 i; i < keys.length; ++i) {
            uint256 index = (start + i) % keys.length;
            Lock memory lock = where.lockOf(keys[index]);
            if (lock.locked && lock.delay != 0 && (!requested || lock.unlockAt != 0)) return index;
        }
        return start;
    }

    function keyOfActor(address actor) internal view returns (uint256) {
        for (uint256 i; i < ACTORS; ++i) {
            if (actors[i] == actor) return keyAt(i);
        }
        revert AssertFailed("not an actor");
    }

    function breaks(bytes32 id, string memory why) internal {
        broken[id] += 1;
        reason[id] = why;
    }

    /// @dev Whether the owner can act on the line: neither it nor his account is locked.
    function isLineFree(bytes32 lineId) internal view returns (bool) {
        return !LEDGER.lockOf(lineId).locked && isAccountFree(lines[lineId].account);
    }

    function isAccountFree(address account) internal view returns (bool) {
        return !MODELS.lockOf(keyOf(account)).locked;
    }

    function isModelFree(uint256 modelId) internal view returns (bool) {
        return !MODELS.lockOf(bytes32(modelId)).locked && isAccountFree(MODELS.ownerOf(modelId));
    }

    /// @dev By the handlers' own account of consents, not by the registry's.
    function mayCite(bytes32 datasetId, bytes32 lineId, address account) internal view returns (bool) {
        return datasetOwner[datasetId] == account || isPublic[datasetId] || consentUntil[datasetId][lineId] >= clock;
    }
}
