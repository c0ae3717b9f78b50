// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {IDeltaLedger, Line, Version} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {IModelRegistry, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {Delta, DeltaFormat} from "../../../../contracts/libraries/Hashes.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerAppendTest is LedgerBase {
    function test_RevertGiven_ModelIsUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(IModelRegistry.ModelRegistry_UnknownModel.selector, UNKNOWN));
        ledger.append(UNKNOWN, base, deltaNamed("delta"), none());
    }

    function test_RevertGiven_AccountIsLocked() external {
        append("delta 1");
        bytes32 head = headOf(modelId, owner);
        lockAccount(owner);
        expectLocked(keyOf(owner));
        ledger.append(modelId, head, deltaNamed("delta 2"), none());
    }

    function test_RevertGiven_LineIsLocked() external {
        bytes32 head = append("delta 1");
        lockLine(modelId, owner);
        expectLocked(lineId);
        ledger.append(modelId, head, deltaNamed("delta 2"), none());
    }

    function test_RevertGiven_AccountMayNotFineTune() external {
        setVisibility(Visibility.Private);
        expectNotLicensed(owner);
        tryAppend(owner, base, deltaNamed("delta"), none());
        // The model's owner needs no licence.
        tryAppend(author, base, deltaNamed("delta"), none());
    }

    function test_RevertGiven_LicenceExpired() external {
        setVisibility(Visibility.Licensed);
        uint64 expiry = uint64(vm.getBlockTimestamp()) + 1 days;
        vm.prank(author);
        models.grantLicence(modelId, owner, expiry);
        vm.warp(expiry);
        bytes32 head = append("in time");
        vm.warp(expiry + 1);
        expectNotLicensed(owner);
        tryAppend(owner, head, deltaNamed("late"), none());
    }

    function test_RevertWhen_RootIsZero() external {
        Delta memory delta = deltaNamed("delta");
        delta.weightsRoot = 0;
        _expectInvalid(delta);
    }

    function test_RevertWhen_LengthIsZero() external {
        Delta memory delta = deltaNamed("delta");
        delta.byteLength = 0;
        _expectInvalid(delta);
    }

    function test_RevertWhen_CommitmentsAreInvalid() external {
        Delta memory delta = deltaNamed("delta");
        delta.commitments = someCommitments();
        delta.commitments.pedersenX = 2;
        _expectInvalid(delta);
        delta.commitments = someCommitments();
        delta.commitments.poseidonRoot = bytes32(type(uint256).max);
        _expectInvalid(delta);
    }

    /// @dev The anchor is hashed as it stands in calldata, so a field out of range must not get through.
    function testFuzz_RevertWhen_LengthIsOver64Bits(uint256 length) external {
        length = bound(length, uint256(type(uint64).max) + 1, type(uint256).max - 1);
        _expectRawRefused(length, 0);
    }

    function testFuzz_RevertWhen_FormatIsUnknown(uint256 format) external {
        format = bound(format, 3, type(uint256).max - 1);
        _expectRawRefused(512, format);
    }

    function test_RevertWhen_ParentIsStale() external {
        open();
        bytes32 first = append("delta 1");
        _expectStale(base, first);
        bytes32 second = append("delta 2");
        _expectStale(first, second);
        _expectStale(base, second);
        _expectStale(keccak256("anything"), second);
        // A version that is active but not the newest is no parent either.
        activate(1);
        _expectStale(first, second);
    }

    function test_RevertWhen_ParentIsStale_FirstAppend() external {
        bytes32 wrong = keccak256("not the base");
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_StaleParent.selector, lineId, wrong, base));
        tryAppend(owner, wrong, deltaNamed("delta"), none());
    }

    /// @dev A line that is not open has an empty head; no parent may pass for it.
    function testFuzz_RevertWhen_ParentIsZero(uint64 lowBits) external {
        bytes32 parent = bytes32(uint256(lowBits));
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_StaleParent.selector, lineId, parent, base));
        tryAppend(owner, parent, deltaNamed("delta"), none());
    }

    function test_RevertWhen_ThereAreTooManyDatasets() external {
        uint256 most = ledger.MAX_DATASETS();
        bytes32[] memory ids = new bytes32[](most + 1);
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_TooManyDatasets.selector, most + 1, most));
        tryAppend(owner, base, deltaNamed("delta"), ids);
    }

    function test_RevertWhen_DatasetIsUnknown() external {
        bytes32 id = keccak256("unknown");
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_UnknownDataset.selector, id));
        tryAppend(owner, base, deltaNamed("delta"), only(id));
    }

    function test_RevertWhen_DatasetHasNoConsent() external {
        vm.prank(author);
        bytes32 id = datasets.commitDataset(keccak256("data"), 9);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_NoConsent.selector, id, lineId));
        tryAppend(owner, base, deltaNamed("delta"), only(id));
    }

    function test_GivenLineIsNotOpen() external {
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.LineOpened(lineId, modelId, owner, base);
        bytes32 hash = append("delta");
        Line memory line = ledger.lineOf(lineId);
        assertEq(line.grace, ledger.DEFAULT_GRACE(), "grace");
        assertEq(line.count, 1, "count");
        assertEq(line.headHash, hash, "head");
        assertEq(line.activeHash, base, "active");
        assertEq(ledger.lineCountOf(owner), 1, "lines");
    }

    function testFuzz_GivenLineIsOpen(bytes32 root, uint64 length, uint8 format) external {
        vm.assume(root != 0);
        open();
        bytes32 parent = append("delta 1");
        Delta memory delta;
        delta.weightsRoot = root;
        delta.byteLength = uint64(bound(length, 1, type(uint64).max));
        delta.format = DeltaFormat(format % 3);
        bytes32 expected = versionStruct(parent, deltaStruct(delta, none()));

        vm.warp(START + 1 days);
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.DeltaAppended(lineId, 2, expected, delta, none());
        vm.prank(owner);
        (uint32 version, bytes32 hash) = ledger.append(modelId, parent, delta, none());

        assertEq(version, 2, "version");
        assertEq(hash, expected, "hash");
        assertSameVersion(
            ledger.versionOf(lineId, 2),
            Version({
                hash: hash,
                weightsRoot: root,
                byteLength: delta.byteLength,
                format: delta.format,
                appendedAt: uint40(START + 1 days),
                payableUntil: 0,
                commitments: delta.commitments
            })
        );
        assertSameLine(
            ledger.lineOf(lineId),
            Line({
                account: owner,
                modelId: modelId,
                count: 2,
                active: 0,
                grace: GRACE,
                activeHash: base,
                headHash: hash
            })
        );
    }

    function test_WhenThereAreCommitments() external {
        Delta memory delta = deltaNamed("delta");
        delta.commitments = someCommitments();
        bytes32 expected = versionStruct(base, deltaStruct(delta, none()));
        vm.prank(owner);
        (, bytes32 hash) = ledger.append(modelId, base, delta, none());
        assertEq(hash, expected, "hash");
        assertEq(
            keccak256(abi.encode(ledger.versionOf(lineId, 1).commitments)),
            keccak256(abi.encode(someCommitments())),
            "commitments"
        );
        // A Poseidon root alone is allowed: not every proof system speaks about a point.
        delta.commitments.pedersenX = 0;
        delta.commitments.pedersenY = 0;
        tryAppend(owner, hash, delta, none());
        assertEq(ledger.versionOf(lineId, 2).commitments.poseidonRoot, bytes32(uint256(7)), "root alone");
    }

    function test_WhenDatasetsAreCited() external {
        vm.prank(owner);
        bytes32 own = datasets.commitDataset(keccak256("own"), 1);
        vm.startPrank(author);
        bytes32 open_ = datasets.commitDataset(keccak256("public"), 2);
        datasets.setPublic(open_, true);
        bytes32 consented = datasets.commitDataset(keccak256("consented"), 3);
        datasets.consent(consented, lineId, uint40(START) + 1 days);
        vm.stopPrank();
        bytes32[] memory ids = new bytes32[](3);
        (ids[0], ids[1], ids[2]) = (own, open_, consented);

        Delta memory delta = deltaNamed("delta");
        bytes32 expected = versionStruct(base, deltaStruct(delta, ids));
        vm.prank(owner);
        (, bytes32 hash) = ledger.append(modelId, base, delta, ids);
        assertEq(hash, expected, "hash");
        assertTrue(hash != versionStruct(base, deltaStruct(delta, none())), "datasets are bound");
        assertTrue(hash != versionStruct(base, deltaStruct(delta, only(own))), "all of them");
    }

    function _expectInvalid(Delta memory delta) private {
        vm.expectRevert(
            abi.encodeWithSelector(IDeltaLedger.DeltaLedger_InvalidDelta.selector, delta.weightsRoot, delta.byteLength)
        );
        tryAppend(owner, base, delta, none());
    }

    function _expectStale(bytes32 parent, bytes32 head) private {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_StaleParent.selector, lineId, parent, head));
        tryAppend(owner, parent, deltaNamed("late"), none());
    }

    function _expectRawRefused(uint256 length, uint256 format) private {
        bytes memory data = abi.encodePacked(
            IDeltaLedger.append.selector,
            abi.encode(modelId, base, keccak256("root"), length, format, uint256(0), uint256(0), uint256(0)),
            abi.encode(uint256(9 * 32), uint256(0))
        );
        vm.prank(owner);
        (bool success, ) = address(ledger).call(data);
        assertFalse(success, "out of range");
        assertEq(ledger.lineCountOf(owner), 0, "nothing happened");
    }

    /// @dev {_expectRawRefused} would prove nothing if its encoding were wrong.
    function test_GivenLineIsNotOpen_RawCalldata() external {
        bytes memory data = abi.encodePacked(
            IDeltaLedger.append.selector,
            abi.encode(modelId, base, keccak256("root"), 512, 2, uint256(0), uint256(0), uint256(0)),
            abi.encode(uint256(9 * 32), uint256(0))
        );
        vm.prank(owner);
        (bool success, ) = address(ledger).call(data);
        assertTrue(success, "in range");
        assertEq(ledger.lineOf(lineId).count, 1, "appended");
    }
}
