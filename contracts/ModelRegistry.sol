// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC2981} from "@openzeppelin/contracts/interfaces/IERC2981.sol";
import {ERC721} from "@openzeppelin/contracts/token/ERC721/ERC721.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";
import {ERC721URIStorage} from "@openzeppelin/contracts/token/ERC721/extensions/ERC721URIStorage.sol";
import {IERC165} from "@openzeppelin/contracts/utils/introspection/IERC165.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";

import {Locks} from "./abstract/Locks.sol";
import {IERC5192} from "./interfaces/IERC5192.sol";
import {ILocks} from "./interfaces/ILocks.sol";
import {IModelRegistry, ModelAnchor, ModelTerms, Visibility} from "./interfaces/IModelRegistry.sol";
import {Commitments, Hashes} from "./libraries/Hashes.sol";

/// @title ModelRegistry
/// @notice See {IModelRegistry}.
/// @custom:security-contact see SECURITY.md
contract ModelRegistry is ERC721URIStorage, Locks, IERC2981, IERC5192, IModelRegistry {
    /// @dev Two slots; the weights root is the token's id and needs none.
    struct StoredModel {
        // slot 0
        bytes32 architectureHash;
        // slot 1; a length of zero says that there is no such model
        address royaltyReceiver;
        uint64 byteLength;
        uint16 royaltyBps;
        Visibility visibility;
        bool hasCommitments;
    }

    uint16 private constant MAX_BPS = 10_000;

    uint64 private immutable MIN_AGE;
    uint64 private immutable MAX_AGE;

    mapping(bytes32 commitment => uint256 committedAt) private _committedAt;
    mapping(uint256 modelId => StoredModel) private _models;
    mapping(uint256 modelId => Commitments) private _commitments;
    mapping(uint256 modelId => mapping(address owner => mapping(address account => uint64 expiry))) private _licences;

    /// @param minAge seconds that a commitment must be old: longer than a transaction waits to be mined
    /// @param maxAge seconds after which a commitment is worth nothing
    constructor(uint64 minAge, uint64 maxAge) ERC721("Freehold Model", "FREEHOLD") {
        if (minAge >= maxAge) revert ModelRegistry_InvalidCommitmentAges(minAge, maxAge);
        MIN_AGE = minAge;
        MAX_AGE = maxAge;
    }

    /// @inheritdoc IModelRegistry
    function commit(bytes32 commitment) external {
        uint256 committedAt = _committedAt[commitment];
        if (committedAt != 0 && block.timestamp <= committedAt + MAX_AGE) {
            revert ModelRegistry_CommitmentExists(commitment);
        }
        _committedAt[commitment] = block.timestamp;
        emit DeployCommitted(msg.sender, commitment);
    }

    /// @inheritdoc IModelRegistry
    function deploy(
        ModelAnchor calldata anchor,
        ModelTerms calldata terms,
        string calldata uri,
        bytes32 salt
    ) external returns (uint256 modelId) {
        modelId = uint256(anchor.weightsRoot);
        if (modelId <= type(uint160).max || anchor.byteLength == 0 || !Hashes.areValid(anchor.commitments)) {
            revert ModelRegistry_InvalidAnchor(anchor.weightsRoot, anchor.byteLength);
        }
        _requireUnlocked(_accountKey(msg.sender));
        address owner = _ownerOf(modelId);
        if (owner != address(0)) revert ModelRegistry_AlreadyDeployed(modelId, owner);
        bytes32 baseHash = Hashes.modelVersion(
            anchor.weightsRoot,
            anchor.byteLength,
            anchor.architectureHash,
            anchor.commitments
        );
        _consumeCommitment(_commitmentOf(msg.sender, baseHash, salt));

        StoredModel storage model = _models[modelId];
        model.architectureHash = anchor.architectureHash;
        model.byteLength = anchor.byteLength;
        if (!Hashes.isZero(anchor.commitments)) {
            model.hasCommitments = true;
            _commitments[modelId] = anchor.commitments;
        }
        _writeTerms(model, terms);
        _mint(msg.sender, modelId);
        emit ModelDeployed(modelId, msg.sender, baseHash, anchor, terms);
        emit Unlocked(modelId);
        if (bytes(uri).length != 0) _setTokenURI(modelId, uri);
    }

    /// @inheritdoc IModelRegistry
    function setTerms(uint256 modelId, ModelTerms calldata terms) external {
        _requireControl(modelId);
        _writeTerms(_models[modelId], terms);
        emit TermsUpdated(modelId, terms);
    }

    /// @inheritdoc IModelRegistry
    function setTokenURI(uint256 modelId, string calldata uri) external {
        _requireControl(modelId);
        _setTokenURI(modelId, uri);
    }

    /// @inheritdoc IModelRegistry
    function grantLicence(uint256 modelId, address account, uint64 expiry) external {
        _requireControl(modelId);
        _licences[modelId][msg.sender][account] = expiry;
        emit LicenceGranted(modelId, account, expiry);
    }

    /// @inheritdoc IModelRegistry
    function lockModel(uint256 modelId, uint32 delay, address guardian) external {
        _requireActingOwner(modelId);
        _lock(bytes32(modelId), delay, guardian);
        emit Locked(modelId);
    }

    /// @inheritdoc IModelRegistry
    function requestUnlockModel(uint256 modelId) external {
        _requireActingOwner(modelId);
        _requestUnlock(bytes32(modelId));
    }

    /// @inheritdoc IModelRegistry
    function vetoUnlockModel(uint256 modelId) external {
        _vetoUnlock(bytes32(modelId), _knownOwnerOf(modelId));
    }

    /// @inheritdoc IModelRegistry
    function unlockModel(uint256 modelId) external {
        _requireActingOwner(modelId);
        _unlock(bytes32(modelId));
        emit Unlocked(modelId);
    }

    /// @inheritdoc IModelRegistry
    function lockAccount(uint32 delay, address guardian) external {
        _lock(_accountKey(msg.sender), delay, guardian);
    }

    /// @inheritdoc IModelRegistry
    function requestUnlockAccount() external {
        _requestUnlock(_accountKey(msg.sender));
    }

    /// @inheritdoc IModelRegistry
    function vetoUnlockAccount(address account) external {
        _vetoUnlock(_accountKey(account), account);
    }

    /// @inheritdoc IModelRegistry
    function unlockAccount() external {
        _unlock(_accountKey(msg.sender));
    }

    /// @inheritdoc IERC721
    function approve(address to, uint256 modelId) public override(ERC721, IERC721) {
        if (to != address(0)) {
            _requireUnlocked(_accountKey(_requireOwned(modelId)));
            _requireUnlocked(bytes32(modelId));
        }
        super.approve(to, modelId);
    }

    /// @inheritdoc IERC721
    function setApprovalForAll(address operator, bool approved) public override(ERC721, IERC721) {
        if (approved) _requireUnlocked(_accountKey(msg.sender));
        super.setApprovalForAll(operator, approved);
    }

    /// @inheritdoc IModelRegistry
    function isAccountLocked(address account) external view returns (bool) {
        return _isLocked(_accountKey(account));
    }

    /// @inheritdoc IERC5192
    function locked(uint256 modelId) external view returns (bool) {
        return _isLocked(_accountKey(_knownOwnerOf(modelId))) || _isLocked(bytes32(modelId));
    }

    /// @inheritdoc IModelRegistry
    function requireFineTune(uint256 modelId, address account) external view {
        _requireUnlocked(_accountKey(account));
        if (!_mayFineTune(modelId, account)) {
            _knownOwnerOf(modelId);
            revert ModelRegistry_NotLicensed(modelId, account);
        }
    }

    /// @inheritdoc IModelRegistry
    function mayFineTune(uint256 modelId, address account) external view returns (bool) {
        return _mayFineTune(modelId, account);
    }

    /// @inheritdoc IModelRegistry
    function licenceExpiry(uint256 modelId, address account) external view returns (uint64) {
        return _licences[modelId][_knownOwnerOf(modelId)][account];
    }

    /// @inheritdoc IModelRegistry
    function anchorOf(uint256 modelId) external view returns (ModelAnchor memory) {
        return _anchorOf(modelId);
    }

    /// @inheritdoc IModelRegistry
    function termsOf(uint256 modelId) external view returns (ModelTerms memory) {
        StoredModel storage model = _knownModel(modelId);
        return
            ModelTerms({
                visibility: model.visibility,
                royaltyReceiver: model.royaltyReceiver,
                royaltyBps: model.royaltyBps
            });
    }

    /// @inheritdoc IModelRegistry
    function baseVersionHash(uint256 modelId) external view returns (bytes32) {
        ModelAnchor memory anchor = _anchorOf(modelId);
        return Hashes.modelVersion(anchor.weightsRoot, anchor.byteLength, anchor.architectureHash, anchor.commitments);
    }

    /// @inheritdoc IModelRegistry
    function commitmentOf(address account, ModelAnchor calldata anchor, bytes32 salt) external view returns (bytes32) {
        bytes32 baseHash = Hashes.modelVersion(
            anchor.weightsRoot,
            anchor.byteLength,
            anchor.architectureHash,
            anchor.commitments
        );
        return _commitmentOf(account, baseHash, salt);
    }

    /// @inheritdoc IModelRegistry
    function minCommitmentAge() external view returns (uint64) {
        return MIN_AGE;
    }

    /// @inheritdoc IModelRegistry
    function maxCommitmentAge() external view returns (uint64) {
        return MAX_AGE;
    }

    /// @inheritdoc IERC2981
    function royaltyInfo(
        uint256 modelId,
        uint256 salePrice
    ) external view returns (address receiver, uint256 royaltyAmount) {
        StoredModel storage model = _models[modelId];
        return (model.royaltyReceiver, Math.mulDiv(salePrice, model.royaltyBps, MAX_BPS));
    }

    /// @inheritdoc IERC165
    function supportsInterface(bytes4 interfaceId) public view override(ERC721URIStorage, IERC165) returns (bool) {
        return
            interfaceId == type(IModelRegistry).interfaceId ||
            interfaceId == type(ILocks).interfaceId ||
            interfaceId == type(IERC2981).interfaceId ||
            interfaceId == type(IERC5192).interfaceId ||
            super.supportsInterface(interfaceId);
    }

    /// @dev Every transfer passes here; a mint comes from nobody and is nobody's to lock.
    function _update(address to, uint256 modelId, address auth) internal override returns (address from) {
        from = super._update(to, modelId, auth);
        if (from != address(0)) {
            _requireUnlocked(_accountKey(from));
            _requireUnlocked(bytes32(modelId));
        }
    }

    function _consumeCommitment(bytes32 commitment) private {
        uint256 committedAt = _committedAt[commitment];
        if (committedAt == 0 || block.timestamp > committedAt + MAX_AGE) {
            revert ModelRegistry_CommitmentMissing(commitment);
        }
        uint256 readyAt = committedAt + MIN_AGE;
        if (block.timestamp < readyAt) revert ModelRegistry_CommitmentTooNew(commitment, readyAt);
        delete _committedAt[commitment];
    }

    function _writeTerms(StoredModel storage model, ModelTerms calldata terms) private {
        if (terms.royaltyBps > MAX_BPS || (terms.royaltyBps != 0 && terms.royaltyReceiver == address(0))) {
            revert ModelRegistry_InvalidRoyalty(terms.royaltyReceiver, terms.royaltyBps);
        }
        model.royaltyReceiver = terms.royaltyReceiver;
        model.royaltyBps = terms.royaltyBps;
        model.visibility = terms.visibility;
    }

    /// @dev Owner, and everything unlocked.
    function _requireControl(uint256 modelId) private view {
        _requireActingOwner(modelId);
        _requireUnlocked(bytes32(modelId));
    }

    /// @dev Owner with an unlocked account.
    function _requireActingOwner(uint256 modelId) private view {
        if (_knownOwnerOf(modelId) != msg.sender) revert ModelRegistry_NotOwner(modelId, msg.sender);
        _requireUnlocked(_accountKey(msg.sender));
    }

    function _mayFineTune(uint256 modelId, address account) private view returns (bool) {
        StoredModel storage model = _models[modelId];
        Visibility visibility = model.visibility;
        uint64 byteLength = model.byteLength;
        if (byteLength == 0) return false;
        if (visibility == Visibility.Public) return true;
        address owner = _ownerOf(modelId);
        if (account == owner) return true;
        return visibility == Visibility.Licensed && _licences[modelId][owner][account] >= block.timestamp;
    }

    function _anchorOf(uint256 modelId) private view returns (ModelAnchor memory anchor) {
        StoredModel storage model = _knownModel(modelId);
        anchor.weightsRoot = bytes32(modelId);
        anchor.byteLength = model.byteLength;
        anchor.architectureHash = model.architectureHash;
        if (model.hasCommitments) anchor.commitments = _commitments[modelId];
    }

    function _knownModel(uint256 modelId) private view returns (StoredModel storage model) {
        model = _models[modelId];
        if (model.byteLength == 0) revert ModelRegistry_UnknownModel(modelId);
    }

    function _knownOwnerOf(uint256 modelId) private view returns (address owner) {
        owner = _ownerOf(modelId);
        if (owner == address(0)) revert ModelRegistry_UnknownModel(modelId);
    }

    function _commitmentOf(address account, bytes32 baseHash, bytes32 salt) private view returns (bytes32) {
        return keccak256(abi.encode(block.chainid, address(this), account, baseHash, salt));
    }
}
