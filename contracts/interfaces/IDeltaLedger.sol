// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Commitments, Delta, DeltaFormat} from "../libraries/Hashes.sol";

/// @notice A line as it stands.
/// @param account its owner, for ever
/// @param modelId the model that it belongs to
/// @param count number of deltas; versions run from 0 (the base) to `count`
/// @param active the version that nodes may serve and be paid for
/// @param grace seconds for which a superseded version stays payable
/// @param activeHash version hash of `active`
/// @param headHash version hash of `count`, the parent of the next append
struct Line {
    address account;
    uint256 modelId;
    uint32 count;
    uint32 active;
    uint32 grace;
    bytes32 activeHash;
    bytes32 headHash;
}

/// @notice One version of a line.
/// @param hash its version hash
/// @param weightsRoot root of the delta's file; of the base's file for version 0
/// @param byteLength length of that file
/// @param format how to apply the delta; meaningless for version 0
/// @param appendedAt Unix seconds
/// @param payableUntil Unix seconds: 0 never activated, type(uint40).max active now, else the end of its grace
/// @param commitments of the weights at this version
struct Version {
    bytes32 hash;
    bytes32 weightsRoot;
    uint64 byteLength;
    DeltaFormat format;
    uint40 appendedAt;
    uint40 payableUntil;
    Commitments commitments;
}

/// @title IDeltaLedger
/// @notice Append-only lines of versions: one per account and model, changed by that account and nobody else.
/// @dev No function has an administrator. A line is opened by its first {append} or by {openLine}.
/// @custom:security-contact see SECURITY.md
interface IDeltaLedger {
    /// @notice Emitted once per line.
    event LineOpened(bytes32 indexed lineId, uint256 indexed modelId, address indexed account, bytes32 baseHash);

    /// @notice Emitted for every delta.
    event DeltaAppended(
        bytes32 indexed lineId,
        uint32 indexed version,
        bytes32 indexed versionHash,
        Delta delta,
        bytes32[] datasets
    );

    /// @notice Emitted when the owner chooses the version that nodes may serve. A lower `version` is a rollback.
    /// @param supersededUntil Unix seconds until which the version before stays payable
    event VersionActivated(
        bytes32 indexed lineId,
        uint32 indexed version,
        bytes32 indexed versionHash,
        uint32 superseded,
        uint40 supersededUntil
    );

    /// @notice Emitted when the owner changes the grace period of later activations.
    event GraceSet(bytes32 indexed lineId, uint32 grace);

    /// @notice Thrown when the line was never opened.
    error DeltaLedger_UnknownLine(bytes32 lineId);
    /// @notice Thrown when `account` does not own the line.
    error DeltaLedger_NotLineOwner(bytes32 lineId, address account);
    /// @notice Thrown when {openLine} is called twice.
    error DeltaLedger_LineExists(bytes32 lineId);
    /// @notice Thrown when `parent` is not the newest version hash: another append came first.
    error DeltaLedger_StaleParent(bytes32 lineId, bytes32 parent, bytes32 headHash);
    /// @notice Thrown when the line has no such version.
    error DeltaLedger_UnknownVersion(bytes32 lineId, uint32 version);
    /// @notice Thrown when this version is active already.
    error DeltaLedger_AlreadyActive(bytes32 lineId, uint32 version);
    /// @notice Thrown for a zero root, a zero length or commitments that are no field elements or no curve point.
    error DeltaLedger_InvalidDelta(bytes32 weightsRoot, uint64 byteLength);
    /// @notice Thrown when the grace is over {MAX_GRACE}.
    error DeltaLedger_GraceTooLong(uint32 grace, uint32 maxGrace);
    /// @notice Thrown when the signed append is late; Unix seconds.
    error DeltaLedger_Expired(uint256 deadline, uint256 nowAt);
    /// @notice Thrown when the signature is not the account's (ECDSA or ERC-1271).
    error DeltaLedger_BadSignature(address account);
    /// @notice Thrown when more datasets are cited than {MAX_DATASETS}.
    error DeltaLedger_TooManyDatasets(uint256 count, uint256 max);

    /// @notice Opens the caller's line on a model: version 0, the base, is active.
    /// @param grace seconds for which superseded versions stay payable
    function openLine(uint256 modelId, uint32 grace) external returns (bytes32 lineId);

    /// @notice Appends a delta to the caller's line; opens the line with {DEFAULT_GRACE} when needed.
    /// @param parent newest version hash of the line (h0 of the model when it is not open yet)
    /// @param datasets ids of the datasets that the fine-tune used: own, public, or with consent for this line
    /// @return version the new version, which is not active until {activate}
    /// @return versionHash h(version)
    function append(
        uint256 modelId,
        bytes32 parent,
        Delta calldata delta,
        bytes32[] calldata datasets
    ) external returns (uint32 version, bytes32 versionHash);

    /// @notice {append} for `account`, which signed
    /// `Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)`, where `delta` is the
    /// struct hash DeltaAnchor of Hashes. ECDSA or ERC-1271. `parent` makes a signature good for one append.
    /// @param deadline Unix seconds, the last at which the signature counts
    function appendFor(
        address account,
        uint256 modelId,
        bytes32 parent,
        Delta calldata delta,
        bytes32[] calldata datasets,
        uint256 deadline,
        bytes calldata signature
    ) external returns (uint32 version, bytes32 versionHash);

    /// @notice Makes a version of the caller's line the active one; a lower one than now is a rollback.
    /// @dev The version before stays payable for the line's grace, fixed at this moment.
    function activate(uint256 modelId, uint32 version) external;

    /// @notice Changes the grace of the caller's line for later activations.
    function setGrace(uint256 modelId, uint32 grace) external;

    /// @notice Locks the caller's line: no append, activate, grace or policy change. See IModelRegistry.lockModel.
    function lockLine(uint256 modelId, uint32 delay, address guardian) external;
    /// @notice Starts the delay of the unlock. Owner of the line only.
    function requestUnlockLine(uint256 modelId) external;
    /// @notice Ends a running unlock request. Guardian or owner.
    function vetoUnlockLine(bytes32 lineId) external;
    /// @notice Ends the lock after the delay. Owner of the line only.
    function unlockLine(uint256 modelId) external;

    /// @notice Reverts unless `account` owns the line, and line and account are unlocked.
    /// @dev For contracts that keep settings of a line elsewhere (INodeRegistry's policies).
    function requireControl(bytes32 lineId, address account) external view;

    /// @notice Unix second until which work on `versionHash` is payable: 0 never, type(uint40).max while active.
    /// @dev One storage read for the active version, two for others. A grace was fixed when the version was superseded.
    function payableUntil(bytes32 lineId, bytes32 versionHash) external view returns (uint40);

    /// @notice Id of the line of `account` on a model, open or not.
    function lineIdOf(uint256 modelId, address account) external pure returns (bytes32);
    /// @notice The line. Reverts when it is not open.
    function lineOf(bytes32 lineId) external view returns (Line memory);
    /// @notice One version. Reverts when it does not exist.
    function versionOf(bytes32 lineId, uint32 version) external view returns (Version memory);
    /// @notice Whether the line or its whole account is locked.
    function isLocked(bytes32 lineId) external view returns (bool);

    /// @notice Number of lines of an account.
    function lineCountOf(address account) external view returns (uint256);
    /// @notice Ids of at most `count` lines of an account from `start`.
    function linesOf(address account, uint256 start, uint256 count) external view returns (bytes32[] memory);
    /// @notice Number of lines on a model.
    function lineCountOn(uint256 modelId) external view returns (uint256);
    /// @notice Ids of at most `count` lines on a model from `start`.
    function linesOn(uint256 modelId, uint256 start, uint256 count) external view returns (bytes32[] memory);

    /// @notice Grace of a line that {append} opens, in seconds.
    function DEFAULT_GRACE() external view returns (uint32);
    /// @notice Longest grace, in seconds.
    function MAX_GRACE() external view returns (uint32);
    /// @notice Most datasets that one delta may cite.
    function MAX_DATASETS() external view returns (uint256);
}
