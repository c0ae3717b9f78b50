// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Nonces} from "@openzeppelin/contracts/utils/Nonces.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";
import {SignatureChecker} from "@openzeppelin/contracts/utils/cryptography/SignatureChecker.sol";
import {EnumerableSet} from "@openzeppelin/contracts/utils/structs/EnumerableSet.sol";

import {Dataset, IDatasetRegistry} from "./interfaces/IDatasetRegistry.sol";
import {IModelRegistry} from "./interfaces/IModelRegistry.sol";

/// @title DatasetRegistry
/// @notice See {IDatasetRegistry}.
/// @custom:security-contact see SECURITY.md
contract DatasetRegistry is EIP712, Nonces, IDatasetRegistry {
    using EnumerableSet for EnumerableSet.Bytes32Set;

    /// @dev Two slots. 2^56 - 1 records are more than anybody can hash.
    struct StoredDataset {
        address owner;
        uint56 records;
        uint40 committedAt;
        bytes32 root;
    }

    /// @notice EIP-712 type hash of a signed consent.
    bytes32 public constant CONSENT_TYPEHASH = keccak256(
        "Consent(bytes32 datasetId,bytes32 lineId,uint40 until,uint256 nonce,uint256 deadline)"
    );

    /// @notice Where account-wide locks are.
    IModelRegistry public immutable MODELS;

    mapping(bytes32 datasetId => StoredDataset) private _datasets;
    mapping(bytes32 datasetId => mapping(bytes32 lineId => uint40 until)) private _consents;
    EnumerableSet.Bytes32Set private _pool;

    /// @param models where account-wide locks are
    constructor(IModelRegistry models) EIP712("Freehold DatasetRegistry", "1") {
        MODELS = models;
    }

    /// @inheritdoc IDatasetRegistry
    function commitDataset(bytes32 root, uint64 records) external returns (bytes32 datasetId) {
        if (root == 0 || records == 0 || records > type(uint56).max) {
            revert DatasetRegistry_InvalidDataset(root, records);
        }
        datasetId = datasetIdOf(msg.sender, root);
        if (_datasets[datasetId].owner != address(0)) revert DatasetRegistry_AlreadyCommitted(datasetId);
        _requireUnlocked(msg.sender);
        _datasets[datasetId] = StoredDataset({
            owner: msg.sender,
            records: uint56(records),
            committedAt: uint40(block.timestamp),
            root: root
        });
        emit DatasetCommitted(datasetId, msg.sender, root, records);
    }

    /// @inheritdoc IDatasetRegistry
    function consent(bytes32 datasetId, bytes32 lineId, uint40 until) external {
        _requireOwner(datasetId);
        _consent(datasetId, msg.sender, lineId, until);
    }

    /// @inheritdoc IDatasetRegistry
    function consentFor(
        bytes32 datasetId,
        bytes32 lineId,
        uint40 until,
        uint256 deadline,
        bytes calldata signature
    ) external {
        if (block.timestamp > deadline) revert DatasetRegistry_Expired(deadline, block.timestamp);
        address owner = _ownerOf(datasetId);
        bytes32 digest = _hashTypedDataV4(
            keccak256(abi.encode(CONSENT_TYPEHASH, datasetId, lineId, until, _useNonce(owner), deadline))
        );
        if (!SignatureChecker.isValidSignatureNowCalldata(owner, digest, signature)) {
            revert DatasetRegistry_BadSignature(owner);
        }
        _consent(datasetId, owner, lineId, until);
    }

    /// @inheritdoc IDatasetRegistry
    function revokeConsent(bytes32 datasetId, bytes32 lineId) external {
        _requireOwner(datasetId);
        _useNonce(msg.sender);
        delete _consents[datasetId][lineId];
        emit ConsentRevoked(datasetId, lineId);
    }

    /// @inheritdoc IDatasetRegistry
    function setPublic(bytes32 datasetId, bool isPublic) external {
        _requireOwner(datasetId);
        _requireUnlocked(msg.sender);
        bool changed = isPublic ? _pool.add(datasetId) : _pool.remove(datasetId);
        if (!changed) revert DatasetRegistry_PoolUnchanged(datasetId, isPublic);
        emit PoolChanged(datasetId, isPublic);
    }

    /// @inheritdoc IDatasetRegistry
    function requireConsents(bytes32[] calldata datasetIds, bytes32 lineId, address account) external view {
        for (uint256 i; i < datasetIds.length; ++i) {
            bytes32 datasetId = datasetIds[i];
            if (!_mayCite(datasetId, lineId, account)) {
                _ownerOf(datasetId);
                revert DatasetRegistry_NoConsent(datasetId, lineId);
            }
        }
    }

    /// @inheritdoc IDatasetRegistry
    function nonces(address owner) public view override(Nonces, IDatasetRegistry) returns (uint256) {
        return super.nonces(owner);
    }

    /// @inheritdoc IDatasetRegistry
    function mayCite(bytes32 datasetId, bytes32 lineId, address account) external view returns (bool) {
        return _mayCite(datasetId, lineId, account);
    }

    /// @inheritdoc IDatasetRegistry
    function consentUntil(bytes32 datasetId, bytes32 lineId) external view returns (uint40) {
        return _consents[datasetId][lineId];
    }

    /// @inheritdoc IDatasetRegistry
    function datasetOf(bytes32 datasetId) external view returns (Dataset memory) {
        address owner = _ownerOf(datasetId);
        StoredDataset storage dataset = _datasets[datasetId];
        return
            Dataset({
                owner: owner,
                root: dataset.root,
                records: dataset.records,
                committedAt: dataset.committedAt,
                isPublic: _pool.contains(datasetId)
            });
    }

    /// @inheritdoc IDatasetRegistry
    function poolSize() external view returns (uint256) {
        return _pool.length();
    }

    /// @inheritdoc IDatasetRegistry
    function pool(uint256 start, uint256 count) external view returns (bytes32[] memory) {
        uint256 size = _pool.length();
        if (start > size) start = size;
        if (count > size - start) count = size - start;
        return _pool.values(start, start + count);
    }

    /// @inheritdoc IDatasetRegistry
    function datasetIdOf(address owner, bytes32 root) public pure returns (bytes32) {
        return keccak256(abi.encode(owner, root));
    }

    function _consent(bytes32 datasetId, address owner, bytes32 lineId, uint40 until) private {
        if (until <= block.timestamp) revert DatasetRegistry_InvalidUntil(until);
        _requireUnlocked(owner);
        _consents[datasetId][lineId] = until;
        emit ConsentGiven(datasetId, lineId, until);
    }

    function _mayCite(bytes32 datasetId, bytes32 lineId, address account) private view returns (bool) {
        address owner = _datasets[datasetId].owner;
        if (owner == address(0)) return false;
        return owner == account || _consents[datasetId][lineId] >= block.timestamp || _pool.contains(datasetId);
    }

    function _ownerOf(bytes32 datasetId) private view returns (address owner) {
        owner = _datasets[datasetId].owner;
        if (owner == address(0)) revert DatasetRegistry_UnknownDataset(datasetId);
    }

    function _requireOwner(bytes32 datasetId) private view {
        if (_ownerOf(datasetId) != msg.sender) revert DatasetRegistry_NotOwner(datasetId, msg.sender);
    }

    function _requireUnlocked(address account) private view {
        if (MODELS.isAccountLocked(account)) revert DatasetRegistry_AccountLocked(account);
    }
}
