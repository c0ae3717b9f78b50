// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetRegistry} from "../../../contracts/DatasetRegistry.sol";
import {DeltaLedger} from "../../../contracts/DeltaLedger.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {ILocks} from "../../../contracts/interfaces/ILocks.sol";
import {Line} from "../../../contracts/interfaces/IDeltaLedger.sol";
import {ModelAnchor, ModelTerms, Visibility} from "../../../contracts/interfaces/IModelRegistry.sol";
import {Commitments, Delta, DeltaFormat} from "../../../contracts/libraries/Hashes.sol";
import {OwnershipHashes} from "./OwnershipHashes.sol";

/// @notice The ownership contracts, some accounts with keys, and short ways to act as them.
abstract contract OwnershipBase is OwnershipHashes {
    uint64 internal constant MIN_AGE = 60;
    uint64 internal constant MAX_AGE = 1 days;
    uint256 internal constant START = 1_800_000_000;
    uint40 internal constant ACTIVE = type(uint40).max;
    uint32 internal constant DELAY = 2 days;
    bytes32 internal constant SALT = keccak256("salt");

    uint256 internal constant OWNER_KEY = 0xa11ce;
    uint256 internal constant STRANGER_KEY = 0xbad;

    address internal owner = vm.addr(OWNER_KEY);
    address internal stranger = vm.addr(STRANGER_KEY);
    address internal guardian = address(0x6a4d);
    address internal relayer = address(0x4e1a);

    ModelRegistry internal models;
    DatasetRegistry internal datasets;
    DeltaLedger internal ledger;

    function setUp() public virtual {
        vm.warp(START);
        models = ModelRegistry(_create("ModelRegistry.sol", abi.encode(MIN_AGE, MAX_AGE)));
        datasets = DatasetRegistry(_create("DatasetRegistry.sol", abi.encode(models)));
        ledger = DeltaLedger(_create("DeltaLedger.sol", abi.encode(models, datasets)));
    }

    function anchorNamed(string memory name) internal pure returns (ModelAnchor memory anchor) {
        anchor.weightsRoot = keccak256(bytes(name));
        anchor.byteLength = 10_240;
        anchor.architectureHash = keccak256("architecture");
    }

    function termsOf(Visibility visibility) internal view returns (ModelTerms memory) {
        return ModelTerms({visibility: visibility, royaltyReceiver: owner, royaltyBps: 250});
    }

    /// @dev Commits, lets the commitment ripen, and deploys.
    function deployModel(address account, string memory name, Visibility visibility) internal returns (uint256) {
        return deployAnchor(account, anchorNamed(name), visibility);
    }

    function deployAnchor(
        address account,
        ModelAnchor memory anchor,
        Visibility visibility
    ) internal returns (uint256 modelId) {
        ripeCommitment(account, anchor);
        vm.prank(account);
        modelId = models.deploy(anchor, termsOf(visibility), "", SALT);
    }

    function ripeCommitment(address account, ModelAnchor memory anchor) internal {
        bytes32 commitment = models.commitmentOf(account, anchor, SALT);
        vm.prank(account);
        models.commit(commitment);
        vm.warp(vm.getBlockTimestamp() + MIN_AGE);
    }

    function deltaNamed(string memory name) internal pure returns (Delta memory delta) {
        delta.weightsRoot = keccak256(bytes(name));
        delta.byteLength = 512;
        delta.format = DeltaFormat.Lora;
    }

    /// @dev The generator of BN254, and any field element.
    function someCommitments() internal pure returns (Commitments memory) {
        return Commitments({poseidonRoot: bytes32(uint256(7)), pedersenX: 1, pedersenY: 2});
    }

    function none() internal pure returns (bytes32[] memory) {
        return new bytes32[](0);
    }

    function only(bytes32 id) internal pure returns (bytes32[] memory ids) {
        ids = new bytes32[](1);
        ids[0] = id;
    }

    /// @dev Newest version hash of a line, the base's when it is not open.
    function headOf(uint256 modelId, address account) internal view returns (bytes32) {
        bytes32 lineId = ledger.lineIdOf(modelId, account);
        if (ledger.lineCountOf(account) != 0) {
            try ledger.lineOf(lineId) returns (Line memory line) {
                return line.headHash;
            } catch {}
        }
        return models.baseVersionHash(modelId);
    }

    function appendAs(address account, uint256 modelId, string memory name) internal returns (bytes32 versionHash) {
        bytes32 parent = headOf(modelId, account);
        vm.prank(account);
        (, versionHash) = ledger.append(modelId, parent, deltaNamed(name), none());
    }

    function lockedError(bytes32 key) internal pure returns (bytes memory) {
        return abi.encodeWithSelector(ILocks.Locks_Locked.selector, key);
    }

    function lockAccount(address account) internal {
        vm.prank(account);
        models.lockAccount(DELAY, guardian);
    }

    function lockModel(uint256 modelId, address account) internal {
        vm.prank(account);
        models.lockModel(modelId, DELAY, guardian);
    }

    function lockLine(uint256 modelId, address account) internal {
        vm.prank(account);
        ledger.lockLine(modelId, DELAY, guardian);
    }
}
