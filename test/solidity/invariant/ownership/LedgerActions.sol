// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger, Version} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Delta, DeltaFormat} from "../../../../contracts/libraries/Hashes.sol";
import {GhostLine, GhostVersion} from "./Ghost.sol";
import {ModelActions} from "./ModelActions.sol";

/// @notice An append that `account` signs; `message`, `chainId` and `target` are what the signature says.
struct SignedAppend {
    address account;
    uint256 modelId;
    bytes32 parent;
    Delta delta;
    bytes32 message;
    uint256 chainId;
    address target;
}

/// @notice What anybody tries on lines, and their owners' signatures.
abstract contract LedgerActions is ModelActions {
    uint256 private constant DEADLINE = type(uint256).max;

    /// @dev The last signed append that got through, to be sent again.
    bytes private _lastSigned;

    function _openLine(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address actor = anyActor(seed);
        if (_isFull(modelId, actor)) return;
        uint32 grace = uint32(pick(seed, "grace", 30 days + 2));
        bool expected =
            !_isOpen(LEDGER.lineIdOf(modelId, actor)) &&
                isAccountFree(actor) &&
                MODELS.mayFineTune(modelId, actor) &&
                grace <= 30 days;
        bytes memory data = abi.encodeCall(IDeltaLedger.openLine, (modelId, grace));
        (bool success, ) = act("openLine", actor, address(LEDGER), data);
        assertEq(success, expected, "openLine");
        if (success) _recordLine(modelId, actor, grace);
    }

    /// @dev On a line of the actor's choice, which it may open.
    function _appendAnywhere(uint256 seed) internal {
        uint256 modelId = anyModel(seed);
        address actor = anyActor(seed);
        if (!_isFull(modelId, actor)) _appendCiting(seed, modelId, actor);
    }

    function _appendToOpenLine(uint256 seed) internal {
        GhostLine storage line = lines[anyLine(seed)];
        _appendCiting(seed, line.modelId, line.account);
    }

    /// @notice Somebody appends to the head of another account's line.
    function _appendOntoOthersHead(uint256 seed) internal {
        GhostLine storage line = lines[anyLine(seed)];
        address actor = anyActor(seed);
        bytes32 head = line.versions[line.versions.length - 1].hash;
        if (actor == line.account || head == _head(line.modelId, actor)) return;
        bytes memory data = abi.encodeCall(IDeltaLedger.append, (line.modelId, head, _delta(seed), new bytes32[](0)));
        (bool success, ) = act("appendOntoOthersHead", actor, address(LEDGER), data);
        assertFalse(success, "append onto another line's head");
    }

    function _appendSigned(uint256 seed) internal {
        SignedAppend memory signed = _signedAppend(seed, anyModel(seed), anyActor(seed));
        if (_isFull(signed.modelId, signed.account)) return;
        bytes memory data = _relayed(signed);
        bool expected = _mayAppend(signed.modelId, signed.account);
        (bool success, bytes memory result) = actFor(
            "appendFor",
            anyActor(mix(seed, 1)),
            signed.account,
            address(LEDGER),
            data
        );
        assertEq(success, expected, "appendFor");
        if (!success) return;
        _lastSigned = data;
        _recordDelta(signed.modelId, signed.account, signed.delta, new bytes32[](0), result);
    }

    /// @notice A signature that got through is sent again.
    function _replaySigned(uint256 seed) internal {
        if (_lastSigned.length == 0) return;
        (bool success, ) = actFor("replay", anyActor(seed), address(0), address(LEDGER), _lastSigned);
        if (success) breaks("I11", "a signature counted twice");
    }

    /// @notice The right account signs the right fields for another chain, contract, purpose or line.
    function _appendForged(uint256 seed) internal {
        GhostLine storage line = lines[anyLine(seed)];
        SignedAppend memory signed = _signedAppend(seed, line.modelId, line.account);
        uint256 kind = pick(seed, "kind", 5);
        bytes32 anchor = deltaStruct(signed.delta, new bytes32[](0));
        if (kind == 0) signed.chainId += 1 + pick(seed, "chain", 1000);
        else if (kind == 1) signed.target = address(DATASETS);
        else if (kind == 2) {
            signed.message = consentStruct(
                bytes32(signed.modelId),
                keyOf(signed.account),
                0,
                uint256(signed.parent),
                DEADLINE
            );
        } else if (kind == 3) {
            signed.message = appendStruct(signed.modelId ^ 1, signed.account, signed.parent, anchor, DEADLINE);
        } else {
            signed.message = appendStruct(signed.modelId, address(LEDGER), signed.parent, anchor, DEADLINE);
        }
        succeeded[keccak256("forged append")] += 1;
        (bool success, ) = actFor("appendForged", anyActor(seed), address(0), address(LEDGER), _relayed(signed));
        if (success) breaks("I11", "a signature for something else was accepted");
    }

    function _activate(uint256 seed) internal {
        bytes32 lineId = anyLine(seed);
        GhostLine storage line = lines[lineId];
        address actor = actorOr(seed, line.account);
        uint32 version = uint32(pick(seed, "version", line.versions.length + 1));
        bytes memory data = abi.encodeCall(IDeltaLedger.activate, (line.modelId, version));
        if (actor != line.account) {
            // It reaches the caller's own line, if there is one.
            lineId = LEDGER.lineIdOf(line.modelId, actor);
            if (!_isOpen(lineId)) {
                (bool reached, ) = act("activate", actor, address(LEDGER), data);
                assertFalse(reached, "no line to activate on");
                return;
            }
            line = lines[lineId];
        }
        bool expected = isLineFree(lineId) && version < line.versions.length && version != line.active;
        (bool success, ) = act("activate", actor, address(LEDGER), data);
        assertEq(success, expected, "activate");
        if (!success) return;
        if (version < line.active) succeeded[keccak256("rollback")] += 1;
        line.versions[line.active].until = uint40(clock) + line.grace;
        line.versions[version].until = ACTIVE;
        line.active = version;
    }

    function _setGrace(uint256 seed) internal {
        bytes32 lineId = anyLine(seed);
        GhostLine storage line = lines[lineId];
        uint32 grace = uint32(pick(seed, "grace", 30 days + 2));
        bool expected = isLineFree(lineId) && grace <= 30 days;
        bytes memory data = abi.encodeCall(IDeltaLedger.setGrace, (line.modelId, grace));
        (bool success, ) = act("setGrace", line.account, address(LEDGER), data);
        assertEq(success, expected, "setGrace");
        if (success) line.grace = grace;
    }

    function _lockLine(uint256 seed) internal {
        bytes32 lineId = anyLine(seed);
        GhostLine storage line = lines[lineId];
        bool expected = isLineFree(lineId);
        bytes memory data = abi.encodeCall(IDeltaLedger.lockLine, (line.modelId, _delay(seed), anyActor(mix(seed, 1))));
        (bool success, ) = act("lockLine", line.account, address(LEDGER), data);
        assertEq(success, expected, "lockLine");
    }

    function _vetoUnlockLine(uint256 seed) internal {
        bytes32 lineId = lineIds[pickLocked(seed, lineIds, LEDGER, true)];
        address guardian = LEDGER.lockOf(lineId).guardian;
        bytes memory data = abi.encodeCall(IDeltaLedger.vetoUnlockLine, (lineId));
        act("vetoUnlockLine", actorOr(seed, guardian), address(LEDGER), data);
    }

    function _appendCiting(uint256 seed, uint256 modelId, address actor) private {
        bytes32[] memory cited = _cited(seed, LEDGER.lineIdOf(modelId, actor), actor);
        _append(seed, modelId, actor, _delta(seed), cited);
    }

    function _append(
        uint256 seed,
        uint256 modelId,
        address actor,
        Delta memory delta,
        bytes32[] memory cited
    ) internal {
        bytes32 lineId = LEDGER.lineIdOf(modelId, actor);
        bool permitted = true;
        for (uint256 i; i < cited.length; ++i) permitted = permitted && mayCite(cited[i], lineId, actor);
        bytes32 parent = _head(modelId, actor);
        bool stale = chance(seed, "stale", 8);
        if (stale) parent = keccak256(abi.encode(parent));
        bool expected = permitted && !stale && _mayAppend(modelId, actor);
        bytes memory data = abi.encodeCall(IDeltaLedger.append, (modelId, parent, delta, cited));
        (bool success, bytes memory result) = act("append", actor, address(LEDGER), data);
        if (success && !permitted) breaks("I3", "a dataset was cited without consent");
        assertEq(success, expected, "append");
        if (!success) return;
        if (cited.length != 0) succeeded[keccak256("citing append")] += 1;
        _recordDelta(modelId, actor, delta, cited, result);
    }

    function _unlockLine(uint256 seed) internal {
        bytes32 lineId = lineIds[pickLocked(seed, lineIds, LEDGER, false)];
        address actor = actorOr(seed, lines[lineId].account);
        uint256 modelId = lines[lineId].modelId;
        uint40 unlockAt = LEDGER.lockOf(lineId).unlockAt;
        if (unlockAt == 0) {
            bytes memory data = abi.encodeCall(IDeltaLedger.requestUnlockLine, (modelId));
            act("requestUnlockLine", actor, address(LEDGER), data);
        } else {
            _maybeWait(seed, unlockAt);
            act("unlockLine", actor, address(LEDGER), abi.encodeCall(IDeltaLedger.unlockLine, (modelId)));
        }
    }

    function _mayAppend(uint256 modelId, address account) private view returns (bool) {
        bytes32 lineId = LEDGER.lineIdOf(modelId, account);
        return isAccountFree(account) && !LEDGER.lockOf(lineId).locked && MODELS.mayFineTune(modelId, account);
    }

    /// @dev Keeps the world small: whether a call could open one line too many.
    function _isFull(uint256 modelId, address account) private view returns (bool) {
        return lineIds.length >= MAX_LINES && !_isOpen(LEDGER.lineIdOf(modelId, account));
    }

    function _isOpen(bytes32 lineId) private view returns (bool) {
        return lines[lineId].versions.length != 0;
    }

    function _head(uint256 modelId, address account) private view returns (bytes32) {
        GhostLine storage line = lines[LEDGER.lineIdOf(modelId, account)];
        uint256 count = line.versions.length;
        return count == 0 ? MODELS.baseVersionHash(modelId) : line.versions[count - 1].hash;
    }

    function _recordLine(uint256 modelId, address account, uint32 grace) private {
        bytes32 lineId = LEDGER.lineIdOf(modelId, account);
        lineIds.push(lineId);
        GhostLine storage line = lines[lineId];
        (line.account, line.modelId, line.grace) = (account, modelId, grace);
        line.versions.push(
            GhostVersion({hash: MODELS.baseVersionHash(modelId), content: contentOf(lineId, 0), until: ACTIVE})
        );
    }

    function _recordDelta(
        uint256 modelId,
        address account,
        Delta memory delta,
        bytes32[] memory cited,
        bytes memory result
    ) private {
        bytes32 lineId = LEDGER.lineIdOf(modelId, account);
        bytes32 parent = _head(modelId, account);
        if (!_isOpen(lineId)) _recordLine(modelId, account, LEDGER.DEFAULT_GRACE());
        GhostLine storage line = lines[lineId];
        (uint32 version, bytes32 hash) = abi.decode(result, (uint32, bytes32));
        assertEq(version, line.versions.length, "version");
        bytes32 expected = versionStruct(parent, deltaStruct(delta, cited));
        assertEq(hash, expected, "version hash");
        Version memory content = Version({
            hash: expected,
            weightsRoot: delta.weightsRoot,
            byteLength: delta.byteLength,
            format: delta.format,
            appendedAt: uint40(clock),
            payableUntil: 0,
            commitments: delta.commitments
        });
        line.versions.push(GhostVersion({hash: expected, content: keccak256(abi.encode(content)), until: 0}));
    }

    /// @notice Fingerprint of what must never change of a version.
    function contentOf(bytes32 lineId, uint32 version) public view returns (bytes32) {
        Version memory content = LEDGER.versionOf(lineId, version);
        content.payableUntil = 0;
        return keccak256(abi.encode(content));
    }

    function _delta(uint256 seed) internal pure returns (Delta memory delta) {
        delta.weightsRoot = keccak256(abi.encode("delta", seed));
        delta.byteLength = uint64(1 + pick(seed, "length", 1 << 40));
        delta.format = DeltaFormat(pick(seed, "format", 3));
        if (chance(seed, "commitments", 3)) {
            (delta.commitments.poseidonRoot, delta.commitments.pedersenX) = (bytes32(seed >> 8), 1);
            delta.commitments.pedersenY = 2;
        }
    }

    /// @dev Up to two datasets: any, or such as the line may cite.
    function _cited(uint256 seed, bytes32 lineId, address account) internal view returns (bytes32[] memory cited) {
        cited = new bytes32[](pick(seed, "cited", 3));
        bool careful = chance(seed, "careful", 2);
        for (uint256 i; i < cited.length; ++i) {
            cited[i] = anyDataset(mix(seed, i));
            for (uint256 k; careful && k < datasetIds.length && !mayCite(cited[i], lineId, account); ++k) {
                cited[i] = datasetIds[k];
            }
        }
    }

    function _signedAppend(
        uint256 seed,
        uint256 modelId,
        address account
    ) private view returns (SignedAppend memory signed) {
        signed.account = account;
        signed.modelId = modelId;
        signed.parent = _head(modelId, account);
        signed.delta = _delta(seed);
        bytes32 anchor = deltaStruct(signed.delta, new bytes32[](0));
        signed.message = appendStruct(modelId, account, signed.parent, anchor, DEADLINE);
        signed.chainId = block.chainid;
        signed.target = address(LEDGER);
    }

    /// @dev The call that sends what the account signed.
    function _relayed(SignedAppend memory signed) private view returns (bytes memory) {
        bytes32 digest = typedDigest("Freehold DeltaLedger", signed.chainId, signed.target, signed.message);
        bytes memory signature = sign(keyOfActor(signed.account), digest);
        return
            abi.encodeCall(
                IDeltaLedger.appendFor,
                (signed.account, signed.modelId, signed.parent, signed.delta, new bytes32[](0), DEADLINE, signature)
            );
    }
}
