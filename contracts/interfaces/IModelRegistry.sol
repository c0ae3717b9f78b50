// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {Commitments} from "../libraries/Hashes.sol";

/// @notice Who may open a line of deltas on a model.
/// @custom:value0 Public anybody
/// @custom:value1 Licensed the owner, and accounts that hold an unexpired licence from him
/// @custom:value2 Private the owner only
enum Visibility {
    Public,
    Licensed,
    Private
}

/// @notice What a model is: written once at {IModelRegistry.deploy}, never changed.
/// @param weightsRoot SHA-256 Merkle root over the file's 1 MiB chunks (RFC 6962); as a number it is the token's id
/// @param byteLength length of the weights file in bytes, not zero
/// @param architectureHash SHA-256 of the architecture file (layers, tokenizer, vocabulary)
/// @param commitments what zero-knowledge proofs speak about; zero where no circuit expresses the model
struct ModelAnchor {
    bytes32 weightsRoot;
    uint64 byteLength;
    bytes32 architectureHash;
    Commitments commitments;
}

/// @notice Terms that the owner may change while the model is not locked.
/// @param visibility who may fine-tune
/// @param royaltyReceiver ERC-2981 receiver
/// @param royaltyBps ERC-2981 share in basis points, at most 10,000
struct ModelTerms {
    Visibility visibility;
    address royaltyReceiver;
    uint16 royaltyBps;
}

/// @title IModelRegistry
/// @notice Ownership of models: an ERC-721 token per weights root, whose anchor is written once.
/// @dev Also ERC-2981 (royalty), ERC-4906 (metadata updates) and ERC-5192 (locks). The id of a token is its weights
/// root, so one file of weights has one owner. Account-wide locks live here because this is the contract that every
/// other one already depends on. There is no administrator.
///
/// Locks (see {ILocks}; the key of a model is its id, of an account its address): while a model or its owner's account
/// is locked, ERC-721 transfers and approvals revert too. An approval moves nothing, but a thief could approve himself
/// and wait for the unlock. Taking an approval back (`approve(0)`, `setApprovalForAll(_, false)`) always works.
/// `setApprovalForAll` concerns no single model, so an account's lock stops it and a model's lock does not.
/// While an account is locked, no lock of its things can be set, requested to end, or ended; vetoes always work. An
/// account's lock does not stop others from sending it models, and never reaches another account's line.
/// ERC-5192 `locked` covers both locks; its events are emitted for the model's own lock only.
/// @custom:security-contact see SECURITY.md
interface IModelRegistry is IERC721 {
    /// @notice Emitted when an account announces a deployment without showing the anchor.
    event DeployCommitted(address indexed account, bytes32 indexed commitment);

    /// @notice Emitted once per model. `baseVersionHash` is version 0 of every line on it.
    event ModelDeployed(
        uint256 indexed modelId,
        address indexed owner,
        bytes32 indexed baseVersionHash,
        ModelAnchor anchor,
        ModelTerms terms
    );

    /// @notice Emitted when the owner changes visibility or royalty.
    event TermsUpdated(uint256 indexed modelId, ModelTerms terms);

    /// @notice Emitted when the owner grants (`expiry` in the future) or ends (`expiry` in the past) a licence.
    event LicenceGranted(uint256 indexed modelId, address indexed account, uint64 expiry);

    /// @notice Thrown when `account` is not the owner of the model.
    error ModelRegistry_NotOwner(uint256 modelId, address account);
    /// @notice Thrown when no model has this id.
    error ModelRegistry_UnknownModel(uint256 modelId);
    /// @notice Thrown when the weights root is anchored already.
    error ModelRegistry_AlreadyDeployed(uint256 modelId, address owner);
    /// @notice Thrown when `account` may not fine-tune the model: it is private, or there is no unexpired licence.
    error ModelRegistry_NotLicensed(uint256 modelId, address account);
    /// @notice Thrown when an anchor field is not allowed: a root below 2^160 (so that no model's lock key is that of
    /// an account), zero length, or digests outside of their field or off the curve.
    error ModelRegistry_InvalidAnchor(bytes32 weightsRoot, uint64 byteLength);
    /// @notice Thrown when the royalty is over 10,000 basis points or has no receiver.
    error ModelRegistry_InvalidRoyalty(address receiver, uint16 bps);
    /// @notice Thrown by the constructor when the ages leave no time for a deployment; both in seconds.
    error ModelRegistry_InvalidCommitmentAges(uint64 minAge, uint64 maxAge);
    /// @notice Thrown when this commitment was made already and has not expired.
    error ModelRegistry_CommitmentExists(bytes32 commitment);
    /// @notice Thrown when the anchor was not committed to by this account, or too long ago.
    error ModelRegistry_CommitmentMissing(bytes32 commitment);
    /// @notice Thrown when the commitment is younger than {minCommitmentAge}; `readyAt` is a Unix time in seconds.
    error ModelRegistry_CommitmentTooNew(bytes32 commitment, uint256 readyAt);

    /// @notice First step of a deployment: announces {commitmentOf} a secret salt and the anchor.
    /// @dev Whoever copies the anchor from the mempool at the second step would have to commit first and wait.
    function commit(bytes32 commitment) external;

    /// @notice Second step: mints the model to the caller and writes its anchor. Account unlocked.
    /// @param anchor the model; its root must be new
    /// @param terms visibility and royalty
    /// @param uri ERC-721 metadata URI, may be empty
    /// @param salt the salt of the commitment
    /// @return modelId the weights root as a number
    function deploy(
        ModelAnchor calldata anchor,
        ModelTerms calldata terms,
        string calldata uri,
        bytes32 salt
    ) external returns (uint256 modelId);

    /// @notice Changes visibility and royalty. Owner only, model and account unlocked.
    function setTerms(uint256 modelId, ModelTerms calldata terms) external;

    /// @notice Changes the metadata URI (ERC-4906 event). Owner only, model and account unlocked.
    function setTokenURI(uint256 modelId, string calldata uri) external;

    /// @notice Lets `account` fine-tune a Licensed model until `expiry` (Unix seconds, the last at which it counts). A
    /// past time ends a licence.
    /// @dev Owner only, model and account unlocked. Licences count only while whoever granted them owns the model.
    function grantLicence(uint256 modelId, address account, uint64 expiry) external;

    /// @notice Locks a model: no transfer, no change of terms, no grant until {unlockModel} succeeds. Owner only.
    /// @param delay seconds between {requestUnlockModel} and {unlockModel}; 0 stands for a permanent lock
    /// @param guardian may veto an unlock request; zero for none
    function lockModel(uint256 modelId, uint32 delay, address guardian) external;
    /// @notice Starts the delay of the unlock. Owner only.
    function requestUnlockModel(uint256 modelId) external;
    /// @notice Ends a running unlock request. Guardian or owner.
    function vetoUnlockModel(uint256 modelId) external;
    /// @notice Ends the lock after the delay. Owner only.
    function unlockModel(uint256 modelId) external;

    /// @notice Locks everything of the caller: his models, lines, datasets and policies. See {lockModel}.
    function lockAccount(uint32 delay, address guardian) external;
    /// @notice Starts the delay of the caller's account unlock.
    function requestUnlockAccount() external;
    /// @notice Ends a running unlock request of `account`. Guardian or the account itself.
    function vetoUnlockAccount(address account) external;
    /// @notice Ends the caller's account lock after the delay.
    function unlockAccount() external;

    /// @notice Whether the account is locked.
    function isAccountLocked(address account) external view returns (bool);

    /// @notice Reverts when `account` is locked or may not fine-tune the model now, or when there is no such model.
    /// @dev One call for {IDeltaLedger}; reads two slots for a public model.
    function requireFineTune(uint256 modelId, address account) external view;

    /// @notice Whether `account` may fine-tune the model now: visibility and licence, locks aside. False for an unknown
    /// model.
    function mayFineTune(uint256 modelId, address account) external view returns (bool);

    /// @notice Expiry of the licence that the present owner granted to `account`, 0 for none.
    function licenceExpiry(uint256 modelId, address account) external view returns (uint64);

    /// @notice The anchor. Reverts for an unknown model.
    function anchorOf(uint256 modelId) external view returns (ModelAnchor memory);

    /// @notice The present terms. Reverts for an unknown model.
    function termsOf(uint256 modelId) external view returns (ModelTerms memory);

    /// @notice Version hash h0 of the base (Hashes.modelVersion). Reverts for an unknown model.
    function baseVersionHash(uint256 modelId) external view returns (bytes32);

    /// @notice The commitment of {commit}: binds chain, contract, account, anchor and salt.
    function commitmentOf(address account, ModelAnchor calldata anchor, bytes32 salt) external view returns (bytes32);

    /// @notice Seconds that a commitment must be old before {deploy}.
    function minCommitmentAge() external view returns (uint64);
    /// @notice Seconds after which a commitment is worth nothing.
    function maxCommitmentAge() external view returns (uint64);
}
