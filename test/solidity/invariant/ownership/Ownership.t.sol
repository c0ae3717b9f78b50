// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DatasetRegistry} from "../../../../contracts/DatasetRegistry.sol";
import {DeltaLedger} from "../../../../contracts/DeltaLedger.sol";
import {ModelRegistry} from "../../../../contracts/ModelRegistry.sol";
import {Dataset} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {Line} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Test} from "../../utils/Test.sol";
import {GhostLine} from "./Ghost.sol";
import {OwnershipHandler} from "./OwnershipHandler.sol";

/// @notice Invariants of design.md section 6 that concern ownership, after any sequence of calls by anybody. Those that
/// speak about a single call (I1, I3, I7, I11) are judged by the handler around each call; those about state are here.
contract OwnershipInvariants is Test {
    OwnershipHandler private handler;
    ModelRegistry private models;
    DatasetRegistry private datasets;
    DeltaLedger private ledger;

    function setUp() public {
        handler = new OwnershipHandler();
        (models, datasets, ledger) = (handler.MODELS(), handler.DATASETS(), handler.LEDGER());
    }

    /// @dev Read by the runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_I1_OnlyTheOwnerChangesALine() external view {
        _assertNever("I1");
        for (uint256 i; i < handler.lineCount(); ++i) {
            bytes32 lineId = handler.lineIds(i);
            GhostLine memory ghost = handler.lineOf(lineId);
            Line memory line = ledger.lineOf(lineId);
            assertEq(line.account, ghost.account, "I1: account");
            assertEq(line.modelId, ghost.modelId, "I1: model");
            assertEq(line.count, ghost.versions.length - 1, "I1: count");
            assertEq(line.active, ghost.active, "I1: active");
            assertEq(line.grace, ghost.grace, "I1: grace");
        }
    }

    function invariant_I2_AnchorsDeltasAndHashesNeverChange() external view {
        _assertNever("I2");
        for (uint256 i; i < handler.modelCount(); ++i) {
            uint256 modelId = handler.modelIds(i);
            assertEq(keccak256(abi.encode(models.anchorOf(modelId))), handler.anchors(modelId), "I2: anchor");
        }
        for (uint256 i; i < handler.lineCount(); ++i) {
            bytes32 lineId = handler.lineIds(i);
            GhostLine memory ghost = handler.lineOf(lineId);
            for (uint32 n; n < ghost.versions.length; ++n) {
                assertEq(handler.contentOf(lineId, n), ghost.versions[n].content, "I2: version");
            }
        }
        for (uint256 i; i < handler.datasetCount(); ++i) {
            bytes32 datasetId = handler.datasetIds(i);
            Dataset memory d = datasets.datasetOf(datasetId);
            bytes32 content = keccak256(abi.encode(d.owner, d.root, d.records, d.committedAt));
            assertEq(content, handler.datasetContent(datasetId), "I2: dataset");
        }
    }

    /// @dev The ghost hashes were computed from parent and delta at each append, by the EIP-712 text.
    function invariant_I2_TheHashChainIsWhatItsDeltasSay() external view {
        for (uint256 i; i < handler.lineCount(); ++i) {
            bytes32 lineId = handler.lineIds(i);
            GhostLine memory ghost = handler.lineOf(lineId);
            Line memory line = ledger.lineOf(lineId);
            assertEq(line.headHash, ghost.versions[ghost.versions.length - 1].hash, "I2: head");
            assertEq(line.activeHash, ghost.versions[ghost.active].hash, "I2: active");
            for (uint32 n; n < ghost.versions.length; ++n) {
                assertEq(ledger.versionOf(lineId, n).hash, ghost.versions[n].hash, "I2: version hash");
            }
        }
    }

    function invariant_I3_NoDeltaCitesADatasetWithoutConsent() external view {
        _assertNever("I3");
        for (uint256 i; i < handler.datasetCount(); ++i) {
            bytes32 datasetId = handler.datasetIds(i);
            assertEq(datasets.datasetOf(datasetId).isPublic, handler.isPublic(datasetId), "I3: pool");
            for (uint256 j; j < handler.lineCount(); ++j) {
                bytes32 lineId = handler.lineIds(j);
                uint40 until = handler.consentUntil(datasetId, lineId);
                assertEq(datasets.consentUntil(datasetId, lineId), until, "I3: consent");
            }
        }
    }

    /// @dev What escrows pay by (the ownership half of I6): one version of a line is active, each other one has the end
    /// of its own grace or none.
    function invariant_I6_OneVersionIsActiveAndGracesAreFixed() external view {
        for (uint256 i; i < handler.lineCount(); ++i) {
            bytes32 lineId = handler.lineIds(i);
            GhostLine memory ghost = handler.lineOf(lineId);
            uint256 active;
            for (uint32 n; n < ghost.versions.length; ++n) {
                uint40 until = ledger.payableUntil(lineId, ghost.versions[n].hash);
                assertEq(until, ghost.versions[n].until, "I6: payable until");
                assertEq(ledger.versionOf(lineId, n).payableUntil, until, "I6: as part of the version");
                if (until == type(uint40).max) ++active;
            }
            assertEq(active, 1, "I6: active versions");
            assertEq(ledger.payableUntil(lineId, 0), 0, "I6: no hash");
        }
    }

    function invariant_I7_ALockedThingChangesForNobody() external view {
        _assertNever("I7");
        for (uint256 i; i < handler.lineCount(); ++i) {
            bytes32 lineId = handler.lineIds(i);
            bool own = ledger.lockOf(lineId).locked;
            bool accounts = models.isAccountLocked(handler.lineOf(lineId).account);
            assertEq(ledger.isLocked(lineId), own || accounts, "I7: the line's flag is its lock's");
        }
    }

    function invariant_I11_ASignatureIsGoodForOneThing() external view {
        _assertNever("I11");
    }

    function invariant_ListsAndBalancesAreComplete() external view {
        uint256 balances;
        uint256 ofAccounts;
        uint256 onModels;
        for (uint256 i; i < 4; ++i) {
            address actor = handler.actors(i);
            balances += models.balanceOf(actor);
            bytes32[] memory page = ledger.linesOf(actor, 0, type(uint256).max);
            assertEq(page.length, ledger.lineCountOf(actor), "lines of an account");
            for (uint256 j; j < page.length; ++j) assertEq(ledger.lineOf(page[j]).account, actor, "owner");
            ofAccounts += page.length;
        }
        for (uint256 i; i < handler.modelCount(); ++i) {
            uint256 modelId = handler.modelIds(i);
            bytes32[] memory page = ledger.linesOn(modelId, 0, type(uint256).max);
            assertEq(page.length, ledger.lineCountOn(modelId), "lines on a model");
            for (uint256 j; j < page.length; ++j) assertEq(ledger.lineOf(page[j]).modelId, modelId, "model");
            onModels += page.length;
        }
        assertEq(balances, handler.modelCount(), "every model has one owner");
        assertEq(ofAccounts, handler.lineCount(), "every line has one account");
        assertEq(onModels, handler.lineCount(), "every line is on one model");
        _assertPool();
    }

    /// @dev Invariants over calls that never get through would prove nothing: with seeds like the runner's, every call
    /// of the handlers gets through.
    function test_HandlersReachEveryCall() external {
        bytes4[21] memory selectors = _selectors();
        for (uint256 i; i < 800; ++i) {
            uint256 seed = uint256(keccak256(abi.encode(i)));
            (bool success, ) = address(handler).call(
                abi.encodePacked(selectors[seed % selectors.length], abi.encode(seed))
            );
            assertTrue(success, "a handler reverted");
        }
        string[33] memory names = _names();
        for (uint256 i; i < names.length; ++i) {
            assertTrue(handler.succeeded(keccak256(bytes(names[i]))) != 0, names[i]);
        }
    }

    function _selectors() private view returns (bytes4[21] memory selectors) {
        selectors[0] = handler.deployModel.selector;
        selectors[1] = handler.changeModel.selector;
        selectors[2] = handler.approve.selector;
        selectors[3] = handler.transferModel.selector;
        selectors[4] = handler.openLine.selector;
        selectors[5] = handler.append.selector;
        selectors[6] = handler.appendToOpenLine.selector;
        selectors[7] = handler.appendSigned.selector;
        selectors[8] = handler.activate.selector;
        selectors[9] = handler.activateAgain.selector;
        selectors[10] = handler.setGrace.selector;
        selectors[11] = handler.commitDataset.selector;
        selectors[12] = handler.consent.selector;
        selectors[13] = handler.consentSigned.selector;
        selectors[14] = handler.takeBack.selector;
        selectors[15] = handler.lock.selector;
        selectors[16] = handler.unlockModel.selector;
        selectors[17] = handler.unlockLine.selector;
        selectors[18] = handler.unlockAccount.selector;
        selectors[19] = handler.veto.selector;
        selectors[20] = handler.attack.selector;
    }

    function _names() private pure returns (string[33] memory) {
        return
            [
                "deploy",
                "setTerms",
                "setTokenURI",
                "grantLicence",
                "approve",
                "setApprovalForAll",
                "transfer",
                "lockModel",
                "requestUnlockModel",
                "unlockModel",
                "vetoUnlockModel",
                "lockAccount",
                "requestUnlockAccount",
                "unlockAccount",
                "vetoUnlockAccount",
                "openLine",
                "append",
                "citing append",
                "appendFor",
                "forged append",
                "activate",
                "rollback",
                "setGrace",
                "lockLine",
                "requestUnlockLine",
                "unlockLine",
                "vetoUnlockLine",
                "commitDataset",
                "consent",
                "consentFor",
                "forged consent",
                "revokeConsent",
                "setPublic"
            ];
    }

    function _assertPool() private view {
        uint256 size;
        for (uint256 i; i < handler.datasetCount(); ++i) {
            if (handler.isPublic(handler.datasetIds(i))) ++size;
        }
        bytes32[] memory page = datasets.pool(0, type(uint256).max);
        assertEq(page.length, size, "pool");
        for (uint256 i; i < page.length; ++i) assertTrue(handler.isPublic(page[i]), "public");
    }

    function _assertNever(bytes32 id) private view {
        if (handler.broken(id) != 0) revert AssertFailed(handler.reason(id));
    }
}
