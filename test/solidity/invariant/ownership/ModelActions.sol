// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IModelRegistry, ModelAnchor, ModelTerms, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {Watch} from "./Watch.sol";

/// @notice What anybody tries on models, licences, and the locks of models and accounts.
abstract contract ModelActions is Watch {
    function _deployAnyModel(uint256 seed) internal {
        if (modelIds.length == MAX_MODELS) return;
        _deployModel(anyActor(seed), seed, Visibility(pick(seed, "visibility", 3)));
    }

    /// @notice Somebody anchors other data under a root that is taken.
    function _redeployModel(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        ModelAnchor memory anchor = MODELS.anchorOf(modelId);
        anchor.architectureHash = keccak256(abi.encode(seed));
        address actor = anyActor(seed);
        _commit(actor, anchor);
        (bool success, ) = act("redeploy", actor, address(MODELS), _deployCall(anchor, Visibility.Public));
        if (success) breaks("I2", "an anchor was written twice");
    }

    function _setTerms(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address owner = MODELS.ownerOf(modelId);
        address actor = actorOr(seed, owner);
        ModelTerms memory terms = ModelTerms(Visibility(pick(seed, "visibility", 3)), actor, 100);
        bool expected = actor == owner && isModelFree(modelId);
        (bool success, ) = act(
            "setTerms",
            actor,
            address(MODELS),
            abi.encodeCall(IModelRegistry.setTerms, (modelId, terms))
        );
        assertEq(success, expected, "setTerms");
    }

    function _setTokenURI(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address owner = MODELS.ownerOf(modelId);
        address actor = actorOr(seed, owner);
        bool expected = actor == owner && isModelFree(modelId);
        bytes memory data = abi.encodeCall(IModelRegistry.setTokenURI, (modelId, string(abi.encodePacked(seed))));
        (bool success, ) = act("setTokenURI", actor, address(MODELS), data);
        assertEq(success, expected, "setTokenURI");
    }

    function _grantLicence(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address owner = MODELS.ownerOf(modelId);
        address actor = actorOr(seed, owner);
        uint64 expiry = uint64(clock + pick(seed, "expiry", 20 days));
        address account = actors[pick(seed, "licensee", ACTORS)];
        bool expected = actor == owner && isModelFree(modelId);
        bytes memory data = abi.encodeCall(IModelRegistry.grantLicence, (modelId, account, expiry));
        (bool success, ) = act("grantLicence", actor, address(MODELS), data);
        assertEq(success, expected, "grantLicence");
    }

    function _approve(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address to = chance(seed, "take back", 3) ? address(0) : anyActor(mix(seed, 1));
        act(
            "approve",
            actorOr(seed, MODELS.ownerOf(modelId)),
            address(MODELS),
            abi.encodeCall(IERC721.approve, (to, modelId))
        );
    }

    function _setApprovalForAll(uint256 seed) internal {
        bool approved = !chance(seed, "take back", 2);
        address actor = anyActor(seed);
        bool expected = !approved || isAccountFree(actor);
        bytes memory data = abi.encodeCall(IERC721.setApprovalForAll, (anyActor(mix(seed, 1)), approved));
        (bool success, ) = act("setApprovalForAll", actor, address(MODELS), data);
        assertEq(success, expected, "setApprovalForAll");
    }

    function _transferModel(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address owner = MODELS.ownerOf(modelId);
        address actor = actorOr(seed, owner);
        bool entitled = actor == owner || MODELS.getApproved(modelId) == actor || MODELS.isApprovedForAll(owner, actor);
        bool expected = entitled && isModelFree(modelId);
        bytes memory data = abi.encodeCall(IERC721.transferFrom, (owner, anyActor(mix(seed, 1)), modelId));
        (bool success, ) = act("transfer", actor, address(MODELS), data);
        assertEq(success, expected, "transfer");
    }

    function _lockModel(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        bytes memory data = abi.encodeCall(IModelRegistry.lockModel, (modelId, _delay(seed), anyActor(mix(seed, 1))));
        act("lockModel", actorOr(seed, MODELS.ownerOf(modelId)), address(MODELS), data);
    }

    function _vetoUnlockModel(uint256 seed) internal {
        uint256 modelId = modelIds[pickLocked(seed, _modelKeys(), MODELS, true)];
        address guardian = MODELS.lockOf(bytes32(modelId)).guardian;
        bytes memory data = abi.encodeCall(IModelRegistry.vetoUnlockModel, (modelId));
        act("vetoUnlockModel", actorOr(seed, guardian), address(MODELS), data);
    }

    function _lockAccount(uint256 seed) internal {
        bytes memory data = abi.encodeCall(IModelRegistry.lockAccount, (_delay(seed), anyActor(mix(seed, 1))));
        act("lockAccount", anyActor(seed), address(MODELS), data);
    }

    function _vetoUnlockAccount(uint256 seed) internal {
        address account = actors[pickLocked(seed, _accountKeys(), MODELS, true)];
        address guardian = MODELS.lockOf(keyOf(account)).guardian;
        bytes memory data = abi.encodeCall(IModelRegistry.vetoUnlockAccount, (account));
        act("vetoUnlockAccount", actorOr(seed, guardian), address(MODELS), data);
    }

    function _deployModel(address actor, uint256 seed, Visibility visibility) internal {
        ModelAnchor memory anchor;
        anchor.weightsRoot = keccak256(abi.encode("weights", seed, modelIds.length));
        anchor.byteLength = uint64(1 + pick(seed, "length", 1 << 40));
        anchor.architectureHash = keccak256(abi.encode("architecture", seed));
        if (chance(seed, "commitments", 2)) {
            (anchor.commitments.poseidonRoot, anchor.commitments.pedersenX) = (bytes32(uint256(5)), 1);
            anchor.commitments.pedersenY = 2;
        }
        _commit(actor, anchor);
        bool expected = isAccountFree(actor);
        (bool success, ) = act("deploy", actor, address(MODELS), _deployCall(anchor, visibility));
        assertEq(success, expected, "deploy");
        if (!success) return;
        uint256 modelId = uint256(anchor.weightsRoot);
        modelIds.push(modelId);
        anchors[modelId] = keccak256(abi.encode(anchor));
        assertEq(MODELS.baseVersionHash(modelId), modelStruct(anchor), "base hash");
    }

    /// @dev Seldom for ever; else short enough that unlocks come to pass.
    function _delay(uint256 seed) internal pure returns (uint32) {
        return chance(seed, "for ever", 24) ? 0 : uint32(1 hours + pick(seed, "delay", 2 days));
    }

    /// @dev Most unlocks come in time, the others when they come.
    function _maybeWait(uint256 seed, uint40 unlockAt) internal {
        if (!chance(seed, "early", 4) && clock < unlockAt) {
            clock = unlockAt;
            vm.warp(clock);
        }
    }

    function _unlockModel(uint256 seed) internal {
        uint256 modelId = modelIds[pickLocked(seed, _modelKeys(), MODELS, false)];
        address actor = actorOr(seed, MODELS.ownerOf(modelId));
        uint40 unlockAt = MODELS.lockOf(bytes32(modelId)).unlockAt;
        if (unlockAt == 0) {
            bytes memory data = abi.encodeCall(IModelRegistry.requestUnlockModel, (modelId));
            act("requestUnlockModel", actor, address(MODELS), data);
        } else {
            _maybeWait(seed, unlockAt);
            act("unlockModel", actor, address(MODELS), abi.encodeCall(IModelRegistry.unlockModel, (modelId)));
        }
    }

    function _unlockAccount(uint256 seed) internal {
        address actor = actors[pickLocked(seed, _accountKeys(), MODELS, false)];
        uint40 unlockAt = MODELS.lockOf(keyOf(actor)).unlockAt;
        if (unlockAt == 0) {
            bytes memory data = abi.encodeCall(IModelRegistry.requestUnlockAccount, ());
            act("requestUnlockAccount", actor, address(MODELS), data);
        } else {
            _maybeWait(seed, unlockAt);
            act("unlockAccount", actor, address(MODELS), abi.encodeCall(IModelRegistry.unlockAccount, ()));
        }
    }

    function _modelKeys() private view returns (bytes32[] memory keys) {
        keys = new bytes32[](modelIds.length);
        for (uint256 i; i < keys.length; ++i) keys[i] = bytes32(modelIds[i]);
    }

    function _accountKeys() private view returns (bytes32[] memory keys) {
        keys = new bytes32[](ACTORS);
        for (uint256 i; i < keys.length; ++i) keys[i] = keyOf(actors[i]);
    }

    function _commit(address actor, ModelAnchor memory anchor) private {
        bytes32 commitment = MODELS.commitmentOf(actor, anchor, "salt");
        MODELS.commit(commitment);
        clock += MIN_AGE;
        vm.warp(clock);
    }

    function _deployCall(ModelAnchor memory anchor, Visibility visibility) private view returns (bytes memory) {
        return
            abi.encodeCall(
                IModelRegistry.deploy,
                (anchor, ModelTerms(visibility, actors[0], 100), "", bytes32("salt"))
            );
    }
}
