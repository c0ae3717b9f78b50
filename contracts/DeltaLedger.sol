// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";

import {Locks} from "./abstract/Locks.sol";
import {IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IDeltaLedger, Line, Version} from "./interfaces/IDeltaLedger.sol";
import {IModelRegistry, ModelAnchor} from "./interfaces/IModelRegistry.sol";
import {Commitments, Delta, DeltaFormat, Hashes} from "./libraries/Hashes.sol";
import {LineHead, LineHeads} from "./libraries/LineHead.sol";
import {Pages} from "./libraries/Pages.sol";

/// @title DeltaLedger
/// @notice See {IDeltaLedger}.
/// @custom:security-contact see SECURITY.md
contract DeltaLedger is EIP712, Locks, IDeltaLedger {
    using Pages for bytes32[];

    /// @dev The model's id is the weights root of version 0.
    struct StoredLine {
        LineHead head;
        bytes32 activeHash;
        address account;
        mapping(uint32 version => StoredVersion) versions;
        mapping(bytes32 versionHash => VersionMeta) meta;
        mapping(bytes32 versionHash => Commitments) commitments;
    }

    /// @dev Two slots per version.
    struct StoredVersion {
        bytes32 hash;
        bytes32 weightsRoot;
    }

    /// @dev One slot per version, by hash. `supersededUntil` counts while another version is active.
    struct VersionMeta {
        uint64 byteLength;
        uint40 appendedAt;
        uint32 version;
        uint8 format;
        bool hasCommitments;
        uint40 supersededUntil;
    }

    /// @inheritdoc IDeltaLedger
    uint32 public constant DEFAULT_GRACE = 1 hours;
    /// @inheritdoc IDeltaLedger
    uint32 public constant MAX_GRACE = 30 days;
    /// @inheritdoc IDeltaLedger
    uint256 public constant MAX_DATASETS = 64;
    /// @notice EIP-712 type hash of a signed append.
    bytes32 public constant APPEND_TYPEHASH = keccak256(
        "Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)"
    );

    uint40 private constant ACTIVE = type(uint40).max;

    /// @notice Who may fine-tune what, and which accounts are locked.
    IModelRegistry public immutable MODELS;
    /// @notice Which datasets a delta may cite.
    IDatasetRegistry public immutable DATASETS;

    mapping(bytes32 lineId => StoredLine) private _lines;
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
        if (_lines[lineId].head.isOpen()) revert DeltaLedger_LineExists(lineId);
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
        (StoredLine storage line, LineHead head) = _controlledLine(lineId, msg.sender);
        bytes32 next = line.versions[version].hash;
        bytes32 previous = line.activeHash;
        if (next == 0) revert DeltaLedger_UnknownVersion(lineId, version);
        if (next == previous) revert DeltaLedger_AlreadyActive(lineId, version);

        // Both terms are far below 2^39.
        uint40 supersededUntil = uint40(block.timestamp + head.grace());
        VersionMeta storage meta = line.meta[previous];
        uint32 superseded = meta.version;
        meta.supersededUntil = supersededUntil;
        line.activeHash = next;
        emit VersionActivated(lineId, version, next, superseded, supersededUntil);
    }

    /// @inheritdoc IDeltaLedger
    function setGrace(uint256 modelId, uint32 grace) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        (StoredLine storage line, LineHead head) = _controlledLine(lineId, msg.sender);
        line.head = _withGrace(lineId, head, grace);
    }

    /// @inheritdoc IDeltaLedger
    function lockLine(uint256 modelId, uint32 delay, address guardian) external {
        bytes32 lineId = Hashes.lineId(modelId, msg.sender);
        (StoredLine storage line, LineHead head) = _controlledLine(lineId, msg.sender);
        line.head = head.withLock(true);
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
        line.head = line.head.withLock(false);
    }

    /// @inheritdoc IDeltaLedger
    function requireControl(bytes32 lineId, address account) external view {
        if (_knownLine(lineId).account != account) revert DeltaLedger_NotLineOwner(lineId, account);
        _controlledLine(lineId, account);
    }

    /// @inheritdoc IDeltaLedger
    function payableUntil(bytes32 lineId, bytes32 versionHash) external view returns (uint40) {
        return _payableUntil(_lines[lineId], versionHash);
    }

    /// @inheritdoc IDeltaLedger
    function lineIdOf(uint256 modelId, address account) external pure returns (bytes32) {
        return Hashes.lineId(modelId, account);
    }

    /// @inheritdoc IDeltaLedger
    function lineOf(bytes32 lineId) external view returns (Line memory) {
        StoredLine storage line = _knownLine(lineId);
        LineHead head = line.head;
        return
            Line({
                account: line.account,
                modelId: uint256(line.versions[0].weightsRoot),
                count: head.count(),
                active: line.meta[line.activeHash].version,
                grace: head.grace(),
                activeHash: line.activeHash,
                headHash: line.versions[head.count()].hash
            });
    }

    /// @inheritdoc IDeltaLedger
    function versionOf(bytes32 lineId, uint32 version) external view returns (Version memory result) {
        StoredLine storage line = _knownLine(lineId);
        result.hash = line.versions[version].hash;
        if (result.hash == 0) revert DeltaLedger_UnknownVersion(lineId, version);
        result.weightsRoot = line.versions[version].weightsRoot;
        VersionMeta storage meta = line.meta[result.hash];
        result.payableUntil = _payableUntil(line, result.hash);
        result.appendedAt = meta.appendedAt;
        result.format = DeltaFormat(meta.format);
        if (version == 0) {
            ModelAnchor memory base = MODELS.anchorOf(uint256(result.weightsRoot));
            result.byteLength = base.byteLength;
            result.commitments = base.commitments;
        } else {
            result.byteLength = meta.byteLength;
            if (meta.hasCommitments) result.commitments = line.commitments[result.hash];
        }
    }

    /// @inheritdoc IDeltaLedger
    function isLocked(bytes32 lineId) external view returns (bool) {
        StoredLine storage line = _knownLine(lineId);
        return line.head.isLocked() || MODELS.isAccountLocked(line.account);
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

    function _open(bytes32 lineId, uint256 modelId, address account, uint32 grace) private returns (LineHead head) {
        bytes32 baseHash = MODELS.baseVersionHash(modelId);
        StoredLine storage line = _lines[lineId];
        line.activeHash = baseHash;
        line.account = account;
        line.versions[0] = StoredVersion({hash: baseHash, weightsRoot: bytes32(modelId)});
        line.meta[baseHash].appendedAt = uint40(block.timestamp);
        _linesOf[account].push(lineId);
        _linesOn[modelId].push(lineId);
        emit LineOpened(lineId, modelId, account, baseHash);
        head = _withGrace(lineId, LineHeads.open(baseHash), grace);
        line.head = head;
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
        LineHead head = line.head;
        if (!head.isOpen()) head = _open(lineId, modelId, account, DEFAULT_GRACE);
        if (head.isLocked()) revert Locks_Locked(lineId);
        if (!head.isAt(parent)) {
            revert DeltaLedger_StaleParent(lineId, parent, line.versions[head.count()].hash);
        }
        version = head.count() + 1;
        line.head = head.moveTo(versionHash, version);
        _writeVersion(line, version, versionHash, delta);
        emit DeltaAppended(lineId, version, versionHash, delta, datasets);
    }

    function _writeVersion(StoredLine storage line, uint32 version, bytes32 versionHash, Delta calldata delta) private {
        uint64 byteLength = delta.byteLength;
        uint8 format = uint8(delta.format);
        bool hasCommitments = !Hashes.isZero(delta.commitments);
        if (delta.weightsRoot == 0 || byteLength == 0 || (hasCommitments && !Hashes.areValid(delta.commitments))) {
            revert DeltaLedger_InvalidDelta(delta.weightsRoot, byteLength);
        }
        if (hasCommitments) line.commitments[versionHash] = delta.commitments;
        StoredVersion storage stored = line.versions[version];
        stored.hash = versionHash;
        stored.weightsRoot = delta.weightsRoot;
        VersionMeta storage meta = line.meta[versionHash];
        meta.byteLength = byteLength;
        meta.appendedAt = uint40(block.timestamp);
        meta.version = version;
        meta.format = format;
        meta.hasCommitments = hasCommitments;
    }

    function _withGrace(bytes32 lineId, LineHead head, uint32 grace) private returns (LineHead) {
        if (grace > MAX_GRACE) revert DeltaLedger_GraceTooLong(grace, MAX_GRACE);
        emit GraceSet(lineId, grace);
        // MAX_GRACE is below 2^24.
        return head.withGrace(uint24(grace));
    }

    /// @dev Zero is nobody's version hash, but the active one of a line that is not open.
    function _payableUntil(StoredLine storage line, bytes32 versionHash) private view returns (uint40) {
        if (versionHash == line.activeHash && versionHash != 0) return ACTIVE;
        return line.meta[versionHash].supersededUntil;
    }

    /// @dev The line and its head, when it is open, and neither it nor its account is locked.
    function _controlledLine(
        bytes32 lineId,
        address account
    ) private view returns (StoredLine storage line, LineHead head) {
        line = _lines[lineId];
        head = line.head;
        if (!head.isOpen()) revert DeltaLedger_UnknownLine(lineId);
        if (head.isLocked()) revert Locks_Locked(lineId);
        _requireAccountUnlocked(account);
    }

    function _knownLine(bytes32 lineId) private view returns (StoredLine storage line) {
        line = _lines[lineId];
        if (!line.head.isOpen()) revert DeltaLedger_UnknownLine(lineId);
    }

    function _requireAccountUnlocked(address account) private view {
        if (MODELS.isAccountLocked(account)) revert Locks_Locked(_accountKey(account));
    }
}
