// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DeltaLedger} from "../../../../contracts/DeltaLedger.sol";
import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {IDeltaLedger, Line} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {Delta} from "../../../../contracts/libraries/Hashes.sol";
import {LedgerBase} from "./LedgerBase.sol";

/// @notice Attacks by name. There is none by an administrator: the contract has no owner, no role and no proxy, and a
/// line is found only by the caller's own address or by an address that signed.
contract DeltaLedgerAttacksTest is LedgerBase {
    uint256 private constant DEADLINE = START + 30 days;

    function setUp() public override {
        super.setUp();
        open();
        append("delta 1");
    }

    /// @dev Calls of a stranger, of the model's owner and of this test, which deployed everything, reach their own lines.
    function test_WhenStrangerAppends() external {
        bytes32 before = keccak256(abi.encode(ledger.lineOf(lineId)));
        bytes32 head = headOf(modelId, owner);
        address[3] memory others = [stranger, author, address(this)];
        for (uint256 i; i < others.length; ++i) {
            bytes32 line = ledger.lineIdOf(modelId, others[i]);
            vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_StaleParent.selector, line, head, base));
            tryAppend(others[i], head, deltaNamed("theirs"), none());
            expectUnknownLine(line);
            vm.prank(others[i]);
            ledger.activate(modelId, 1);
            tryAppend(others[i], base, deltaNamed("theirs"), none());
            vm.prank(others[i]);
            ledger.activate(modelId, 1);
            vm.prank(others[i]);
            ledger.setGrace(modelId, 0);
            vm.prank(others[i]);
            ledger.lockLine(modelId, 0, address(0));
        }
        assertEq(keccak256(abi.encode(ledger.lineOf(lineId))), before, "the line is as it was");
        assertFalse(ledger.isLocked(lineId), "and not locked");
    }

    /// @dev The model's owner cannot reach a line by changing the model either.
    function test_WhenModelOwnerChangesHisModel() external {
        Line memory before = ledger.lineOf(lineId);
        setVisibility(Visibility.Private);
        lockModel(modelId, author);
        lockAccount(author);
        assertSameLine(ledger.lineOf(lineId), before);
        activate(1);
        assertEq(ledger.lineOf(lineId).active, 1, "its owner still chooses");
    }

    /// @dev Everything that a thief with the owner's key can try on a locked line.
    function test_RevertWhen_ThiefHasTheKeyOfALockedLine() external {
        lockLine(modelId, owner);
        _assertFrozen(lineId);
        for (uint256 i; i < 3; ++i) {
            vm.prank(owner);
            ledger.requestUnlockLine(modelId);
            vm.warp(vm.getBlockTimestamp() + DELAY);
            vm.prank(guardian);
            ledger.vetoUnlockLine(lineId);
        }
        _assertFrozen(lineId);
    }

    /// @dev The same with a locked account; new lines cannot be opened either.
    function test_RevertWhen_ThiefHasTheKeyOfALockedAccount() external {
        uint256 other = deployModel(author, "other", Visibility.Public);
        lockAccount(owner);
        _assertFrozen(keyOf(owner));
        expectLocked(keyOf(owner));
        ledger.openLine(other, GRACE);
    }

    function test_RevertWhen_SignedAppendIsReplayed() external {
        bytes32 parent = headOf(modelId, owner);
        bytes memory signature = _signed(block.chainid, address(ledger), parent);
        _relay(ledger, parent, signature);
        bytes32 head = headOf(modelId, owner);
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_StaleParent.selector, lineId, parent, head));
        _relay(ledger, parent, signature);
        // Neither a rollback nor more versions bring the parent back.
        activate(1);
        append("more");
        head = headOf(modelId, owner);
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_StaleParent.selector, lineId, parent, head));
        _relay(ledger, parent, signature);
    }

    function test_RevertWhen_SignedAppendIsForAnotherChain() external {
        bytes32 parent = headOf(modelId, owner);
        bytes memory signature = _signed(block.chainid, address(ledger), parent);
        uint256 here = block.chainid;
        vm.chainId(here + 1);
        _expectBadSignature();
        _relay(ledger, parent, signature);
        // After a fork the domain is that of the new chain.
        signature = _signed(here + 1, address(ledger), parent);
        _relay(ledger, parent, signature);
    }

    function test_RevertWhen_SignedAppendIsForAnotherLedger() external {
        DeltaLedger other = new DeltaLedger(models, datasets);
        bytes memory signature = _signed(block.chainid, address(ledger), base);
        _expectBadSignature();
        _relay(other, base, signature);
    }

    /// @dev A signature for one purpose is none for another, even with equal fields and contract.
    function test_RevertWhen_SignatureHasAnotherPurpose() external {
        bytes32 parent = headOf(modelId, owner);
        Delta memory delta = deltaNamed("signed");
        bytes32 message = keccak256(
            abi.encode(
                keccak256("Approve(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)"),
                modelId,
                owner,
                parent,
                deltaStruct(delta, none()),
                DEADLINE
            )
        );
        bytes32 digest = typedDigest("Freehold DeltaLedger", block.chainid, address(ledger), message);
        _expectBadSignature();
        _relay(ledger, parent, sign(OWNER_KEY, digest));
        message = appendStruct(modelId, owner, parent, deltaStruct(delta, none()), DEADLINE);
        digest = typedDigest("Freehold DatasetRegistry", block.chainid, address(ledger), message);
        _expectBadSignature();
        _relay(ledger, parent, sign(OWNER_KEY, digest));
    }

    function test_RevertWhen_DatasetIsCitedWithoutConsent() external {
        vm.startPrank(author);
        bytes32 id = datasets.commitDataset(keccak256("data"), 5);
        bytes32 strangersLine = ledger.lineIdOf(modelId, stranger);
        datasets.consent(id, strangersLine, uint40(START) + 60 days);
        vm.stopPrank();
        _citeRefused(id);
    }

    function test_RevertWhen_DatasetIsCitedAfterRevocation() external {
        vm.startPrank(author);
        bytes32 id = datasets.commitDataset(keccak256("data"), 5);
        datasets.consent(id, lineId, uint40(START) + 60 days);
        vm.stopPrank();
        _cite(id);
        vm.prank(author);
        datasets.revokeConsent(id, lineId);
        _citeRefused(id);
        assertEq(ledger.lineOf(lineId).count, 2, "what was appended before stays");
    }

    function test_RevertWhen_DatasetIsCitedAfterItsConsentExpired() external {
        uint40 until = uint40(START) + 60 days;
        vm.startPrank(author);
        bytes32 id = datasets.commitDataset(keccak256("data"), 5);
        datasets.consent(id, lineId, until);
        vm.stopPrank();
        vm.warp(until);
        _cite(id);
        vm.warp(until + 1);
        _citeRefused(id);
    }

    function _assertFrozen(bytes32 key) private {
        bytes32 before = keccak256(abi.encode(ledger.lineOf(lineId)));
        bytes32 head = headOf(modelId, owner);
        bytes memory signature = _signed(block.chainid, address(ledger), head);
        expectLocked(key);
        ledger.append(modelId, head, deltaNamed("thief"), none());
        vm.expectRevert(lockedError(key));
        _relay(ledger, head, signature);
        expectLocked(key);
        ledger.activate(modelId, 1);
        expectLocked(key);
        ledger.setGrace(modelId, 0);
        expectLocked(key);
        ledger.lockLine(modelId, 0, stranger);
        vm.expectRevert(lockedError(key));
        ledger.requireControl(lineId, owner);
        assertEq(keccak256(abi.encode(ledger.lineOf(lineId))), before, "the line is as it was");
    }

    function _signed(uint256 chainId, address target, bytes32 parent) private view returns (bytes memory) {
        bytes32 message = appendStruct(modelId, owner, parent, deltaStruct(deltaNamed("signed"), none()), DEADLINE);
        return sign(OWNER_KEY, typedDigest("Freehold DeltaLedger", chainId, target, message));
    }

    function _relay(DeltaLedger target, bytes32 parent, bytes memory signature) private {
        vm.prank(relayer);
        target.appendFor(owner, modelId, parent, deltaNamed("signed"), none(), DEADLINE, signature);
    }

    function _expectBadSignature() private {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_BadSignature.selector, owner));
    }

    function _cite(bytes32 id) private {
        bytes32 head = headOf(modelId, owner);
        tryAppend(owner, head, deltaNamed("citing"), only(id));
    }

    function _citeRefused(bytes32 id) private {
        bytes32 head = headOf(modelId, owner);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_NoConsent.selector, id, lineId));
        tryAppend(owner, head, deltaNamed("citing"), only(id));
    }
}
