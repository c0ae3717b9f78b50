// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Locks} from "./abstract/Locks.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDeltaLedger, Line, Version} from "./interfaces/IDeltaLedger.sol";
import {IModelRegistry, ModelAnchor} from "./interfaces/IModelRegistry.sol";
import {Commitments, Delta, DeltaFormat, Hashes} from "./libraries/Hashes.sol";
import {Pages} from "./libraries/Pages.sol";

/// @title DeltaLedger
/// @notice See {IDeltaLedger}.
/// @custom:security-contact see SECURITY.md
contract DeltaLedger is EIP712, Locks, IDeltaLedger {
    using Pages for bytes32[];

    /// @dev The model's id is the weights root of version 0. Slot 0 is all that an append reads and writes here.
    struct StoredLine {
        // slot 0
        // First 24 bytes of the newest version hash, zero for a line that is not open. They save a read per append;
        // another parent that passes for it takes 2^192 hashes, or 2^96 of an owner who breaks his own chain.
        bytes24 headTag;
        uint32 count;
        uint24 grace;
        // Copy of the lock's flag.
        bool locked;
        // slot 1
        bytes32 activeHash;
        // slot 2
        address account;
    }

    /// @dev Two slots per version.
    struct StoredVersion {
        bytes32 hash;
        bytes32 weightsRoot;
    }

    /// @dev One slot per version; by hash, so that {payableUntil} is one read.
    struct VersionMeta {
        uint40 payableUntil;
        uint64 byteLength;
        uint40 appendedAt;
        uint32 version;
        DeltaFormat format;
        bool hasCommitments;
    }

    /// @inheritdoc IDeltaLedger
    uint32 public constant DEFAULT_GRACE = 1 hours;
    /// @inheritdoc IDeltaLedger
    uint32 public constant MAX_GRACE = 30 days;
    /// @inheritdoc IDeltaLedger
    uint256 public constant MAX_DATASETS = 64;
    /// @notice EIP-712 type hash of a signed append.
    bytes32 public constant APPEND_TYPEHASH =
        keccak256("Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)");

    uint40 private constant ACTIVE = type(uint40).max;

    /// @notice Who may fine-tune what, and which accounts are locked.
    IModelRegistry public immutable MODELS;
    /// @notice Which datasets a delta may cite.
    IDatasetRegistry public immutable DATASETS;

    mapping(bytes32 lineId => StoredLine) private _lines;
    mapping(bytes32 lineId => mapping(uint32 version => StoredVersion)) private _versions;
    mapping(bytes32 lineId => mapping(bytes32 versionHash => VersionMeta)) private _meta;
    mapping(bytes32 lineId => mapping(bytes32 versionHash => Commitments)) private _commitments;
    mapping(address account => bytes32[]) private _linesOf;
    mapping(uint256 modelId => bytes32[]) private _linesOn;

    /// @param models who may fine-tune what, and which accounts are locked
    /// @param datasets which datasets a delta may cite
    constructor(IModelRegistry models, IDatasetRegistry datasets) EIP712("Freehold DeltaLedger", "1") {
        MODELS = models;
        DATASETS = datasets;
    }

    /// @inheritdoc IDeltaLedger
    function openLine(uint256 modelId, uint32 grace) external returns (bytes32 lineId) {
        MODELS.requireFineTune(modelId, msg.sender);
        lineId = Hashes.lineId(modelId, msg.sender);
        if (_lines[lineId].headTag != 0) revert DeltaLedger_LineExists(lineId);
        _open(lineId, modelId, msg.sender, grace);
    }

    /// @inheritdoc IDeltaLedger
    function append(
        uint256 modelId,
        bytes32 parent,
        Delta calldata delta,
        bytes32[] calldata datasets
    ) external returns (uint32 version, bytes32 versionHash) {
        versionHash = Hashes.version(parent, Hashes.deltaAnchor(delta, Hashes.datasets(datasets)));
        version = _append(msg.sender, modelId, parent, versionHash, delta, datasets);
    }

    /// @inheritdoc IDeltaLedger
    function appendFor(
        address account,
        uint256 modelId,
        bytes32 parent,
        Delta calldata delta,
        bytes32[] calldata datasets,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint32 version, bytes32 versionHash) {
        if (block.timestamp > deadline) revert DeltaLedger_Expired(deadline, block.timestamp);
        bytes32 anchor = Hashes.deltaAnchor(delta, Hashes.datasets(datasets));
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(APPEND_TYPEHASH, modelId, account, parent, anchor, deadline))
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(account, digest, signature)) {
            revert DeltaLedger_BadSignature(account);
        }
        versionHash = Hashes.version(parent, anchor);
        version = _append(account, modelId, parent, versionHash, delta, datasets);
    }

    /// @inheritdoc IDeltaLedger
    function activate(uint256 modelId, uint32 version) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        StoredLine storage line = _controlledLine(lineId, msg.sender);
        bytes32 next = _versions[lineId][version].hash;
        if (next == 0) revert DeltaLedger_UnknownVersion(lineId, version);
        bytes32 previous = line.activeHash;
        if (next == previous) revert DeltaLedger_AlreadyActive(lineId, version);

        VersionMeta storage superseded = _meta[lineId][previous];
        // Both terms are far below 2^39.
        uint40 supersededUntil = uint40(block.timestamp + line.grace);
        superseded.payableUntil = supersededUntil;
        _meta[lineId][next].payableUntil = ACTIVE;
        line.activeHash = next;
        emit VersionActivated(lineId, version, next, superseded.version, supersededUntil);
    }

    /// @inheritdoc IDeltaLedger
    function setGrace(uint256 modelId, uint32 grace) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        _setGrace(lineId, _controlledLine(lineId, msg.sender), grace);
    }

    /// @inheritdoc IDeltaLedger
    function lockLine(uint256 modelId, uint32 delay, address guardian) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        StoredLine storage line = _controlledLine(lineId, msg.sender);
        line.locked = true;
        _lock(lineId, delay, guardian);
    }

    /// @inheritdoc IDeltaLedger
    function requestUnlockLine(uint256 modelId) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        _knownLine(lineId);
        _requireAccountUnlocked(msg.sender);
        _requestUnlock(lineId);
    }

    /// @inheritdoc IDeltaLedger
    function vetoUnlockLine(bytes32 lineId) external {
        _vetoUnlock(lineId, _knownLine(lineId).account);
    }

    /// @inheritdoc IDeltaLedger
    function unlockLine(uint256 modelId) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        StoredLine storage line = _knownLine(lineId);
        _requireAccountUnlocked(msg.sender);
        _unlock(lineId);
        line.locked = false;
    }

    /// @inheritdoc IDeltaLedger
    function requireControl(bytes32 lineId, address account) external view {
        if (_knownLine(lineId).account != account) revert DeltaLedger_NotLineOwner(lineId, account);
        _controlledLine(lineId, account);
    }

    /// @inheritdoc IDeltaLedger
    function payableUntil(bytes32 lineId, bytes32 versionHash) external view returns (uint40) {
        return _meta[lineId][versionHash].payableUntil;
    }

    /// @inheritdoc IDeltaLedger
    function lineIdOf(uint256 modelId, address account) external pure returns (bytes32) {
        return Hashes.lineId(modelId, account);
    }

    /// @inheritdoc IDeltaLedger
    function lineOf(bytes32 lineId) external view returns (Line memory) {
        StoredLine storage line = _knownLine(lineId);
        return
            Line({
                account: line.account,
                modelId: uint256(_versions[lineId][0].weightsRoot),
                count: line.count,
                active: _meta[lineId][line.activeHash].version,
                grace: line.grace,
                activeHash: line.activeHash,
                headHash: _versions[lineId][line.count].hash
            });
    }

    /// @inheritdoc IDeltaLedger
    function versionOf(bytes32 lineId, uint32 version) external view returns (Version memory result) {
        _knownLine(lineId);
        result.hash = _versions[lineId][version].hash;
        if (result.hash == 0) revert DeltaLedger_UnknownVersion(lineId, version);
        result.weightsRoot = _versions[lineId][version].weightsRoot;
        VersionMeta storage meta = _meta[lineId][result.hash];
        result.payableUntil = meta.payableUntil;
        result.appendedAt = meta.appendedAt;
        result.format = meta.format;
        if (version == 0) {
            ModelAnchor memory base = MODELS.anchorOf(uint256(result.weightsRoot));
            result.byteLength = base.byteLength;
            result.commitments = base.commitments;
        } else {
            result.byteLength = meta.byteLength;
            if (meta.hasCommitments) result.commitments = _commitments[lineId][result.hash];
        }
    }

    /// @inheritdoc IDeltaLedger
    function isLocked(bytes32 lineId) external view returns (bool) {
        StoredLine storage line = _knownLine(lineId);
        return line.locked || MODELS.isAccountLocked(line.account);
    }

    /// @inheritdoc IDeltaLedger
    function lineCountOf(address account) external view returns (uint256) {
        return _linesOf[account].length;
    }

    /// @inheritdoc IDeltaLedger
    function linesOf(address account, uint256 start, uint256 count) external view returns (bytes32[] memory) {
        return _linesOf[account].slice(start, count);
    }

    /// @inheritdoc IDeltaLedger
    function lineCountOn(uint256 modelId) external view returns (uint256) {
        return _linesOn[modelId].length;
    }

    /// @inheritdoc IDeltaLedger
    function linesOn(uint256 modelId, uint256 start, uint256 count) external view returns (bytes32[] memory) {
        return _linesOn[modelId].slice(start, count);
    }

    function _open(bytes32 lineId, uint256 modelId, address account, uint32 grace) private {
        bytes32 baseHash = MODELS.baseVersionHash(modelId);
        StoredLine storage line = _lines[lineId];
        line.headTag = bytes24(baseHash);
        line.activeHash = baseHash;
        line.account = account;
        _versions[lineId][0] = StoredVersion({hash: baseHash, weightsRoot: bytes32(modelId)});
        VersionMeta storage meta = _meta[lineId][baseHash];
        meta.payableUntil = ACTIVE;
        meta.appendedAt = uint40(block.timestamp);
        _linesOf[account].push(lineId);
        _linesOn[modelId].push(lineId);
        emit LineOpened(lineId, modelId, account, baseHash);
        _setGrace(lineId, line, grace);
    }

    function _append(
        address account,
        uint256 modelId,
        bytes32 parent,
        bytes32 versionHash,
        Delta calldata delta,
        bytes32[] calldata datasets
    ) private returns (uint32 version) {
        MODELS.requireFineTune(modelId, account);
        bytes32 lineId = Hashes.lineId(modelId, account);
        if (datasets.length != 0) {
            if (datasets.length > MAX_DATASETS) revert DeltaLedger_TooManyDatasets(datasets.length, MAX_DATASETS);
            DATASETS.requireConsents(datasets, lineId, account);
        }
        StoredLine storage line = _lines[lineId];
        bytes24 headTag = line.headTag;
        if (headTag == 0) {
            _open(lineId, modelId, account, DEFAULT_GRACE);
            headTag = line.headTag;
        }
        if (line.locked) revert Locks_Locked(lineId);
        uint32 count = line.count;
        if (bytes24(parent) != headTag) {
            revert DeltaLedger_StaleParent(lineId, parent, _versions[lineId][count].hash);
        }
        version = count + 1;
        line.headTag = bytes24(versionHash);
        line.count = version;
        _writeVersion(lineId, version, versionHash, delta);
        emit DeltaAppended(lineId, version, versionHash, delta, datasets);
    }

    function _writeVersion(bytes32 lineId, uint32 version, bytes32 versionHash, Delta calldata delta) private {
        Commitments memory commitments = delta.commitments;
        if (delta.weightsRoot == 0 || delta.byteLength == 0 || !Hashes.areValid(commitments)) {
            revert DeltaLedger_InvalidDelta(delta.weightsRoot, delta.byteLength);
        }
        bool hasCommitments = !Hashes.isZero(commitments);
        if (hasCommitments) _commitments[lineId][versionHash] = commitments;
        _versions[lineId][version] = StoredVersion({hash: versionHash, weightsRoot: delta.weightsRoot});
        _meta[lineId][versionHash] = VersionMeta({
            payableUntil: 0,
            byteLength: delta.byteLength,
            appendedAt: uint40(block.timestamp),
            version: version,
            format: delta.format,
            hasCommitments: hasCommitments
        });
    }

    function _setGrace(bytes32 lineId, StoredLine storage line, uint32 grace) private {
        if (grace > MAX_GRACE) revert DeltaLedger_GraceTooLong(grace, MAX_GRACE);
        // MAX_GRACE is below 2^24.
        line.grace = uint24(grace);
        emit GraceSet(lineId, grace);
    }

    /// @dev The line, when it is open, and neither it nor its account is locked.
    function _controlledLine(bytes32 lineId, address account) private view returns (StoredLine storage line) {
        line = _knownLine(lineId);
        if (line.locked) revert Locks_Locked(lineId);
        _requireAccountUnlocked(account);
    }

    function _knownLine(bytes32 lineId) private view returns (StoredLine storage line) {
        line = _lines[lineId];
        if (line.headTag == 0) revert DeltaLedger_UnknownLine(lineId);
    }

    function _requireAccountUnlocked(address account) private view {
        if (MODELS.isAccountLocked(account)) revert Locks_Locked(_accountKey(account));
    }
}
