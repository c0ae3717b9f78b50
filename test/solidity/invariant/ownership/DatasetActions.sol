// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {Watch} from "./Watch.sol";

/// @notice What anybody tries on datasets, consents and the public pool.
abstract contract DatasetActions is Watch {
    uint256 private constant DEADLINE = type(uint256).max;

    /// @dev The last signed consent that got through, to be sent again.
    bytes private _lastConsent;

    function _commitAnyDataset(uint256 seed) internal {
        if (datasetIds.length < MAX_DATASETS) _commitDataset(anyActor(seed), seed);
    }

    function _consent(uint256 seed) internal {
        bytes32 datasetId = anyDataset(seed);
        address owner = datasetOwner[datasetId];
        address actor = actorOr(seed, owner);
        bytes32 lineId = anyLine(seed);
        uint40 until = uint40(clock + pick(seed, "until", 6 days));
        bool expected = actor == owner && isAccountFree(owner) && until > clock;
        bytes memory data = abi.encodeCall(IDatasetRegistry.consent, (datasetId, lineId, until));
        (bool success, ) = act("consent", actor, address(DATASETS), data);
        assertEq(success, expected, "consent");
        if (success) consentUntil[datasetId][lineId] = until;
    }

    function _consentSigned(uint256 seed) internal {
        bytes32 datasetId = anyDataset(seed);
        address owner = datasetOwner[datasetId];
        bytes32 lineId = anyLine(seed);
        uint40 until = uint40(clock + 1 + pick(seed, "until", 6 days));
        bytes32 message = consentStruct(datasetId, lineId, until, DATASETS.nonces(owner), DEADLINE);
        bytes memory data = _signedCall(datasetId, lineId, until, message, block.chainid, "Freehold DatasetRegistry");
        bool expected = isAccountFree(owner);
        (bool success, ) = actFor("consentFor", anyActor(seed), owner, address(DATASETS), data);
        assertEq(success, expected, "consentFor");
        if (!success) return;
        consentUntil[datasetId][lineId] = until;
        _lastConsent = data;
    }

    /// @notice A consent that got through is sent again: after a revocation it must not come back.
    function _replayConsent(uint256 seed) internal {
        if (_lastConsent.length == 0) return;
        (bool success, ) = actFor("replayConsent", anyActor(seed), address(0), address(DATASETS), _lastConsent);
        if (success) breaks("I11", "a consent counted twice");
    }

    /// @notice The owner signs the right fields for another chain, contract, nonce or purpose.
    function _consentForged(uint256 seed) internal {
        bytes32 datasetId = anyDataset(seed);
        address owner = datasetOwner[datasetId];
        bytes32 lineId = anyLine(seed);
        uint40 until = uint40(clock + 1 days);
        uint256 nonce = DATASETS.nonces(owner);
        bytes32 message = consentStruct(datasetId, lineId, until, nonce, DEADLINE);
        uint256 chainId = block.chainid;
        string memory name = "Freehold DatasetRegistry";
        uint256 kind = pick(seed, "kind", 5);
        if (kind == 0) chainId += 1 + pick(seed, "chain", 1000);
        else if (kind == 1) name = "Freehold DeltaLedger";
        else if (kind == 2) message = consentStruct(datasetId, lineId, until, nonce + 1, DEADLINE);
        else if (kind == 3) message = consentStruct(datasetId, ~lineId, until, nonce, DEADLINE);
        else message = appendStruct(uint256(datasetId), owner, lineId, bytes32(uint256(until)), DEADLINE);
        bytes memory data = _signedCall(datasetId, lineId, until, message, chainId, name);
        succeeded[keccak256("forged consent")] += 1;
        (bool success, ) = actFor("consentForged", anyActor(seed), address(0), address(DATASETS), data);
        if (success) breaks("I11", "a signature for something else was accepted");
    }

    function _revokeConsent(uint256 seed) internal {
        bytes32 datasetId = anyDataset(seed);
        address owner = datasetOwner[datasetId];
        address actor = actorOr(seed, owner);
        bytes32 lineId = anyLine(seed);
        bytes memory data = abi.encodeCall(IDatasetRegistry.revokeConsent, (datasetId, lineId));
        (bool success, ) = act("revokeConsent", actor, address(DATASETS), data);
        assertEq(success, actor == owner, "revokeConsent");
        if (success) consentUntil[datasetId][lineId] = 0;
    }

    function _setPublic(uint256 seed) internal {
        bytes32 datasetId = anyDataset(seed);
        address owner = datasetOwner[datasetId];
        address actor = actorOr(seed, owner);
        bool value = chance(seed, "value", 2);
        bool expected = actor == owner && isAccountFree(owner) && value != isPublic[datasetId];
        bytes memory data = abi.encodeCall(IDatasetRegistry.setPublic, (datasetId, value));
        (bool success, ) = act("setPublic", actor, address(DATASETS), data);
        assertEq(success, expected, "setPublic");
        if (success) isPublic[datasetId] = value;
    }

    function _commitDataset(address actor, uint256 seed) internal {
        bytes32 root = keccak256(abi.encode("records", seed, datasetIds.length));
        uint64 records = uint64(1 + pick(seed, "records", 1 << 30));
        bool expected = isAccountFree(actor);
        bytes memory data = abi.encodeCall(IDatasetRegistry.commitDataset, (root, records));
        (bool success, bytes memory result) = act("commitDataset", actor, address(DATASETS), data);
        assertEq(success, expected, "commitDataset");
        if (!success) return;
        bytes32 datasetId = abi.decode(result, (bytes32));
        datasetIds.push(datasetId);
        datasetOwner[datasetId] = actor;
        datasetContent[datasetId] = keccak256(abi.encode(actor, root, records, uint40(clock)));
    }

    function _signedCall(
        bytes32 datasetId,
        bytes32 lineId,
        uint40 until,
        bytes32 message,
        uint256 chainId,
        string memory name
    ) private view returns (bytes memory) {
        bytes32 digest = typedDigest(name, chainId, address(DATASETS), message);
        bytes memory signature = sign(keyOfActor(datasetOwner[datasetId]), digest);
        return abi.encodeCall(IDatasetRegistry.consentFor, (datasetId, lineId, until, DEADLINE, signature));
    }
}
