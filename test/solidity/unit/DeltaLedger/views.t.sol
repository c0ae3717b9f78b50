// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger, Line, Version} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {ModelAnchor, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {DeltaFormat} from "../../../../contracts/libraries/Hashes.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerViewsTest is LedgerBase {
    function test_RevertGiven_LineIsNotOpen_Line() external {
        expectUnknownLine(lineId);
        ledger.lineOf(lineId);
    }

    function test_GivenLineIsOpen_Line() external {
        open();
        append("delta 1");
        bytes32 second = append("delta 2");
        activate(2);
        bytes32 third = append("delta 3");
        assertSameLine(
            ledger.lineOf(lineId),
            Line({
                account: owner,
                modelId: modelId,
                count: 3,
                active: 2,
                grace: GRACE,
                activeHash: second,
                headHash: third
            })
        );
    }

    function test_RevertGiven_LineIsNotOpen_Version() external {
        expectUnknownLine(lineId);
        ledger.versionOf(lineId, 0);
    }

    function test_RevertWhen_VersionIsUnknown() external {
        open();
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_UnknownVersion.selector, lineId, uint32(1)));
        ledger.versionOf(lineId, 1);
    }

    function test_ForVersion0() external {
        ModelAnchor memory anchor = anchorNamed("with commitments");
        anchor.commitments = someCommitments();
        uint256 other = deployAnchor(author, anchor, Visibility.Public);
        vm.warp(START + 5 days);
        vm.prank(owner);
        bytes32 line = ledger.openLine(other, GRACE);
        assertSameVersion(
            ledger.versionOf(line, 0),
            Version({
                hash: modelStruct(anchor),
                weightsRoot: anchor.weightsRoot,
                byteLength: anchor.byteLength,
                format: DeltaFormat.Dense,
                appendedAt: uint40(START + 5 days),
                payableUntil: ACTIVE,
                commitments: anchor.commitments
            })
        );
    }

    function test_ForADelta() external {
        bytes32 hash = append("delta 1");
        Version memory version = ledger.versionOf(lineId, 1);
        assertEq(version.hash, hash, "hash");
        assertEq(version.weightsRoot, keccak256("delta 1"), "root");
        assertEq(version.byteLength, 512, "length");
        assertEq(uint256(version.format), uint256(DeltaFormat.Lora), "format");
    }

    function testFuzz_ForAnyModelAndAccount(uint256 model, address account) external view {
        assertEq(ledger.lineIdOf(model, account), keccak256(abi.encode(model, account)), "line id");
    }

    function test_RevertGiven_LineIsNotOpen_Locked() external {
        expectUnknownLine(lineId);
        ledger.isLocked(lineId);
    }

    function test_GivenLineIsOpen_Locked() external {
        open();
        assertFalse(ledger.isLocked(lineId), "open");
        lockAccount(author);
        assertFalse(ledger.isLocked(lineId), "the model owner's lock is his");
        lockAccount(owner);
        assertTrue(ledger.isLocked(lineId), "account");
        assertFalse(ledger.lockOf(lineId).locked, "the line has no lock of its own");
    }

    function testFuzz_ForAnyPage(uint8 lines, uint256 start, uint256 count) external {
        lines = lines % 6;
        for (uint256 i; i < lines; ++i) {
            appendAs(address(uint160(0x1000 + i)), modelId, "delta");
        }
        bytes32[] memory page = ledger.linesOn(modelId, start, count);
        uint256 expected = start >= lines ? 0 : lines - start;
        if (count < expected) expected = count;
        assertEq(ledger.lineCountOn(modelId), lines, "count");
        assertEq(page.length, expected, "page length");
        for (uint256 i; i < page.length; ++i) {
            assertEq(page[i], ledger.lineIdOf(modelId, address(uint160(0x1000 + start + i))), "order of opening");
        }
    }

    function test_ForAnyPage_ByAccount() external {
        uint256 other = deployModel(author, "other", Visibility.Public);
        append("delta");
        appendAs(owner, other, "delta");
        append("delta 2");
        assertEq(ledger.lineCountOf(owner), 2, "count");
        bytes32[] memory page = ledger.linesOf(owner, 1, type(uint256).max);
        assertEq(page.length, 1, "page length");
        assertEq(page[0], ledger.lineIdOf(other, owner), "second line");
        assertEq(ledger.linesOf(stranger, 0, 9).length, 0, "none");
    }
}
