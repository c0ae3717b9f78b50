// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice A dataset as it stands.
/// @param owner who committed to it
/// @param root salted Merkle root of its records
/// @param records number of records
/// @param committedAt Unix seconds
/// @param isPublic whether it is in the public pool
struct Dataset {
    address owner;
    bytes32 root;
    uint64 records;
    uint40 committedAt;
    bool isPublic;
}

/// @title IDatasetRegistry
/// @notice Commitments to the records that fine-tunes use, and their owners' consents. Private unless the owner says
/// otherwise.
/// @dev Ids bind the owner, so a root copied from the mempool takes nothing from its author.
/// @custom:security-contact see SECURITY.md
interface IDatasetRegistry {
    /// @notice Emitted once per dataset.
    event DatasetCommitted(bytes32 indexed datasetId, address indexed owner, bytes32 root, uint64 records);
    /// @notice Emitted when the owner lets one line use the dataset until `until` (Unix seconds).
    event ConsentGiven(bytes32 indexed datasetId, bytes32 indexed lineId, uint40 until);
    /// @notice Emitted when the owner ends a consent; what was appended before stays.
    event ConsentRevoked(bytes32 indexed datasetId, bytes32 indexed lineId);
    /// @notice Emitted when the dataset enters or leaves the public pool.
    event PoolChanged(bytes32 indexed datasetId, bool isPublic);

    /// @notice Thrown when no dataset has this id.
    error DatasetRegistry_UnknownDataset(bytes32 datasetId);
    /// @notice Thrown when the same owner committed to the same root already.
    error DatasetRegistry_AlreadyCommitted(bytes32 datasetId);
    /// @notice Thrown for a zero root, zero records, or more than 2^56 - 1 records.
    error DatasetRegistry_InvalidDataset(bytes32 root, uint64 records);
    /// @notice Thrown when `account` does not own the dataset.
    error DatasetRegistry_NotOwner(bytes32 datasetId, address account);
    /// @notice Thrown when the owner's account is locked.
    error DatasetRegistry_AccountLocked(address owner);
    /// @notice Thrown when a delta cites a dataset without consent for its line at this time.
    error DatasetRegistry_NoConsent(bytes32 datasetId, bytes32 lineId);
    /// @notice Thrown when `until` is not in the future.
    error DatasetRegistry_InvalidUntil(uint40 until);
    /// @notice Thrown when the signed consent is late; Unix seconds.
    error DatasetRegistry_Expired(uint256 deadline, uint256 nowAt);
    /// @notice Thrown when the signature is not the owner's (ECDSA or ERC-1271).
    error DatasetRegistry_BadSignature(address owner);
    /// @notice Thrown when the dataset is in the pool already, or not in it.
    error DatasetRegistry_PoolUnchanged(bytes32 datasetId, bool isPublic);

    /// @notice Commits the caller to a dataset. Account unlocked.
    /// @param root salted Merkle root of the records
    /// @param records number of records, at most 2^56 - 1
    function commitDataset(bytes32 root, uint64 records) external returns (bytes32 datasetId);

    /// @notice Lets `lineId` cite the dataset until `until` (Unix seconds, the last at which it counts). Replaces the
    /// consent before. Owner only, account unlocked.
    function consent(bytes32 datasetId, bytes32 lineId, uint40 until) external;

    /// @notice {consent} with the owner's signature over
    /// `Consent(bytes32 datasetId,bytes32 lineId,uint40 until,uint256 nonce,uint256 deadline)`; nonce is {nonces} of
    /// the owner. ECDSA or ERC-1271.
    function consentFor(
        bytes32 datasetId,
        bytes32 lineId,
        uint40 until,
        uint256 deadline,
        bytes calldata signature
    ) external;

    /// @notice Ends a consent for the future. Owner only; works on a locked account too, since it only takes back.
    /// @dev Uses up a nonce, so a consent that was signed before and not sent yet is worth nothing either.
    function revokeConsent(bytes32 datasetId, bytes32 lineId) external;

    /// @notice Puts the dataset into the public pool, or takes it out for the future. Owner only, account unlocked.
    function setPublic(bytes32 datasetId, bool isPublic) external;

    /// @notice Reverts unless each dataset is public, owned by `account`, or consented for `lineId`, now.
    function requireConsents(bytes32[] calldata datasetIds, bytes32 lineId, address account) external view;

    /// @notice Nonce that the next signed consent of `owner` must carry.
    function nonces(address owner) external view returns (uint256);
    /// @notice Whether `lineId` of `account` may cite the dataset now.
    function mayCite(bytes32 datasetId, bytes32 lineId, address account) external view returns (bool);
    /// @notice Unix seconds until which the consent runs, 0 for none.
    function consentUntil(bytes32 datasetId, bytes32 lineId) external view returns (uint40);
    /// @notice The dataset. Reverts when unknown.
    function datasetOf(bytes32 datasetId) external view returns (Dataset memory);
    /// @notice Id of a root that `owner` commits to.
    function datasetIdOf(address owner, bytes32 root) external pure returns (bytes32);
    /// @notice Number of datasets in the public pool.
    function poolSize() external view returns (uint256);
    /// @notice Ids of at most `count` datasets of the pool from `start`; the order changes when one leaves.
    function pool(uint256 start, uint256 count) external view returns (bytes32[] memory);
}
