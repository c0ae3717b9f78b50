// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;
// JSON has double quotes itself.
// solhint-disable quotes

import {TcbStatus} from "../../interfaces/ITeeVerifier.sol";
import {IntelJson} from "./IntelJson.sol";

/// @notice What TCB info says of itself.
/// @param isTdx whether it is of TDX, else of SGX
/// @param issuedAt Unix seconds
/// @param nextUpdate Unix seconds
/// @param fmspc family of the platform
/// @param pceId of the provisioning enclave
/// @param evaluation tcbEvaluationDataNumber
/// @param packed its levels and TDX modules, see {TcbInfo}
struct TcbInfoBody {
    bool isTdx;
    uint64 issuedAt;
    uint64 nextUpdate;
    bytes6 fmspc;
    bytes2 pceId;
    uint32 evaluation;
    bytes packed;
}

/// @title TcbInfo
/// @notice Reads TCB info as Intel's Provisioning Certification Service issues it, version 3 by its API v4 and version 2, of SGX only, by v3; and
/// packs what a verdict needs:
/// `count(1) levels count(1) modules`, where a level is `svns(16) pcesvn(2) status(1)` and for TDX also `tdxSvns(16)`, and a module, of TDX only, is
/// `version(1) mrsigner(48) attributes(8) mask(8) count(1)` and for each of its levels `isvsvn(1) status(1)`. Version 0 is the module without an
/// identity of its own.
/// @dev Levels stay in Intel's order, the best one first. tcbDate and advisories are for people: they stay in the JSON.
library TcbInfo {
    using IntelJson for uint256;

    uint256 private constant MAX_LEVELS = 64;
    /// @dev A module with at most 64 levels.
    uint256 private constant MAX_PACKED = 8192;

    uint256 private constant HEAD_OF_FIRST = uint64(bytes8('[{"svn":'));
    uint256 private constant HEAD_OF_NEXT = uint64(bytes8(',{"svn":'));
    /// @dev "}", counted from "0".
    uint256 private constant CLOSING = 0x7d - 0x30;

    error TcbInfo_TooLong(uint256 length);

    /// @notice Reads the body of `{"tcbInfo":<body>,"signature":...}`.
    function read(bytes calldata json) internal pure returns (TcbInfoBody memory body) {
        (uint256 place, uint256 end) = IntelJson.bounds(json);
        bool isOld = place.isNext('{"version":2,', 13);
        if (isOld) place = (place + 13).pass('"issueDate":', 12);
        else {
            place = place.pass('{"id":"', 7);
            body.isTdx = place.isNext("TDX", 3);
            if (!body.isTdx) place.pass("SGX", 3);
            place = (place + 3).pass('","version":3,"issueDate":', 26);
        }
        (body.issuedAt, place) = place.readTime();
        place = place.pass(',"nextUpdate":', 14);
        (body.nextUpdate, place) = place.readTime();
        uint256 value;
        (value, place) = place.pass(',"fmspc":', 9).readHex(6);
        body.fmspc = bytes6(uint48(value));
        (value, place) = place.pass(',"pceId":', 9).readHex(2);
        body.pceId = bytes2(uint16(value));
        // Type 0: levels are compared component by component.
        place = place.pass(',"tcbType":0,"tcbEvaluationData', 31).pass('Number":', 8);
        (value, place) = place.readUint();
        body.evaluation = uint32(value);

        bytes memory modules = hex"00";
        if (body.isTdx) (modules, place) = _readModules(place);
        bytes memory levels;
        (levels, place) = _readLevels(place.pass(',"tcbLevels":[', 14), body.isTdx, isOld);
        place.pass("}", 1).finish(end);
        body.packed = bytes.concat(levels, modules);
        if (body.packed.length > MAX_PACKED) revert TcbInfo_TooLong(body.packed.length);
    }

    function _readLevels(
        uint256 place,
        bool isTdx,
        bool isOld
    ) private pure returns (bytes memory packed, uint256 next) {
        uint256 size = isTdx ? 35 : 19;
        packed = new bytes(1 + MAX_LEVELS * size);
        uint256 count;
        for (;;) {
            if (count == MAX_LEVELS) revert IntelJson.IntelJson_Unexpected(place);
            place = _readLevel(place, packed, 1 + count * size, isTdx, isOld);
            ++count;
            if (!place.isNext(",", 1)) break;
            ++place;
        }
        next = place.pass("]", 1);
        packed[0] = bytes1(uint8(count));
        uint256 length = 1 + count * size;
        assembly ("memory-safe") {
            mstore(packed, length)
        }
    }

    /// @dev Writes one level at an offset of `packed`.
    function _readLevel(
        uint256 place,
        bytes memory packed,
        uint256 offset,
        bool isTdx,
        bool isOld
    ) private pure returns (uint256) {
        uint256 svns;
        uint256 tdxSvns;
        uint256 pcesvn;
        if (isOld) (svns, place) = _readOldComponents(place.pass('{"tcb":{', 8));
        else (svns, place) = _readComponents(place.pass('{"tcb":{"sgxtcbcomponents":', 27));
        (pcesvn, place) = place.pass(',"pcesvn":', 10).readUint();
        if (isTdx) (tdxSvns, place) = _readComponents(place.pass(',"tdxtcbcomponents":', 20));
        if (pcesvn > type(uint16).max) revert IntelJson.IntelJson_Unexpected(place);
        TcbStatus status;
        (, place) = place.pass('},"tcbDate":', 12).readTime();
        (status, place) = place.pass(',"tcbStatus":', 13).readStatus();

        uint256 head = (svns << 128) | (pcesvn << 112) | (uint256(status) << 104);
        assembly ("memory-safe") {
            let target := add(add(packed, 0x20), offset)
            // Overlapping: 19 bytes, and 16 behind them. There is room behind the last level: the array is longer than what is kept.
            mstore(target, head)
            if isTdx {
                mstore(add(target, 3), or(and(mload(add(target, 3)), not(0xffffffffffffffffffffffffffffffff)), tdxSvns))
            }
        }
        return place.passAdvisories().pass("}", 1);
    }

    /// @dev `[`, 16 of `{"svn":<number>}`, most with a category and a type, and `]`. There are hundreds of them in a body, so each is taken from
    /// one word: what stands before the number, up to three digits, and what follows.
    function _readComponents(uint256 place) private pure returns (uint256 svns, uint256) {
        uint256 head = HEAD_OF_FIRST;
        for (uint256 i = 0; i < 16; ++i) {
            uint256 word;
            assembly {
                word := calldataload(place)
            }
            if (word >> 192 != head) revert IntelJson.IntelJson_Unexpected(place);
            head = HEAD_OF_NEXT;
            // A character before "0" wraps to a large number.
            unchecked {
                uint256 svn = ((word >> 184) & 0xff) - 48;
                uint256 next = ((word >> 176) & 0xff) - 48;
                place += 9;
                if (next <= 9 && svn != 0) {
                    svn = svn * 10 + next;
                    next = ((word >> 168) & 0xff) - 48;
                    ++place;
                    if (next <= 9 && svn <= 99) {
                        svn = svn * 10 + next;
                        next = ((word >> 160) & 0xff) - 48;
                        ++place;
                    }
                }
                if (svn > 255) revert IntelJson.IntelJson_Unexpected(place);
                svns = (svns << 8) | svn;
                if (next == CLOSING) {
                    ++place;
                    continue;
                }
            }
            place = place.passOptionalText(',"category":', 12).passOptionalText(',"type":', 8).pass("}", 1);
        }
        return (svns, place.pass("]", 1));
    }

    /// @dev 16 of `"sgxtcbcomp<two digits>svn":<number>` with commas between them.
    function _readOldComponents(uint256 place) private pure returns (uint256 svns, uint256) {
        for (uint256 i = 1; i <= 16; ++i) {
            if (i != 1) place = place.pass(",", 1);
            // The digits are the characters 11 and 12.
            uint256 digits = ((i / 10) << 160) | ((i % 10) << 152);
            place = place.pass(bytes32(uint256(bytes32('"sgxtcbcomp00svn":')) + digits), 18);
            uint256 svn;
            (svn, place) = place.readUint();
            if (svn > 255) revert IntelJson.IntelJson_Unexpected(place);
            svns = (svns << 8) | svn;
        }
        return (svns, place);
    }

    /// @dev The module without an identity, then those with one.
    function _readModules(uint256 place) private pure returns (bytes memory packed, uint256) {
        bytes memory module;
        (module, place) = _readModuleHead(place.pass(',"tdxModule":{"mrsigner":', 25));
        packed = bytes.concat(hex"00", module, hex"00");
        place = place.pass("}", 1);
        uint256 count = 1;
        if (place.isNext(',"tdxModuleIdentities":[', 24)) {
            place += 24;
            for (;;) {
                (module, place) = _readModule(place);
                packed = bytes.concat(packed, module);
                ++count;
                if (!place.isNext(",", 1)) break;
                ++place;
            }
            place = place.pass("]", 1);
        }
        if (count > 255) revert IntelJson.IntelJson_Unexpected(place);
        return (bytes.concat(bytes1(uint8(count)), packed), place);
    }

    /// @dev `{"id":"TDX_<hex>","mrsigner":...,"tcbLevels":[...]}`.
    function _readModule(uint256 place) private pure returns (bytes memory packed, uint256) {
        place = place.pass('{"id":"TDX_', 11);
        uint256 version;
        (version, place) = _readByte(place);
        place = place.pass('","mrsigner":', 13);
        bytes memory head;
        (head, place) = _readModuleHead(place);
        bytes memory levels;
        uint256 count;
        place = place.pass(',"tcbLevels":[', 14);
        for (;;) {
            uint256 isvSvn;
            TcbStatus status;
            (isvSvn, place) = place.pass('{"tcb":{"isvsvn":', 17).readUint();
            if (isvSvn > 255 || count == 255) revert IntelJson.IntelJson_Unexpected(place);
            (, place) = place.pass('},"tcbDate":', 12).readTime();
            (status, place) = place.pass(',"tcbStatus":', 13).readStatus();
            levels = bytes.concat(levels, bytes1(uint8(isvSvn)), bytes1(uint8(status)));
            ++count;
            place = place.passAdvisories().pass("}", 1);
            if (!place.isNext(",", 1)) break;
            ++place;
        }
        place = place.pass("]}", 2);
        return (bytes.concat(bytes1(uint8(version)), head, bytes1(uint8(count)), levels), place);
    }

    /// @dev mrsigner, attributes and mask.
    function _readModuleHead(uint256 place) private pure returns (bytes memory packed, uint256 next) {
        bytes memory signer;
        uint256 attributes;
        uint256 mask;
        (signer, place) = place.readHex48();
        (attributes, place) = place.pass(',"attributes":', 14).readHex(8);
        (mask, next) = place.pass(',"attributesMask":', 18).readHex(8);
        packed = bytes.concat(signer, bytes8(uint64(attributes)), bytes8(uint64(mask)));
    }

    function _readByte(uint256 place) private pure returns (uint256 value, uint256 next) {
        for (next = place; next < place + 2; ++next) {
            uint256 character;
            assembly {
                character := byte(0, calldataload(next))
            }
            if (character >= 48 && character <= 57) value = value * 16 + character - 48;
            else if (character >= 65 && character <= 70) value = value * 16 + character - 55;
            else if (character >= 97 && character <= 102) value = value * 16 + character - 87;
            else revert IntelJson.IntelJson_Unexpected(next);
        }
    }
}
