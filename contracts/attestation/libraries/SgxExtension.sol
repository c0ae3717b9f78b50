// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Der} from "./Der.sol";

/// @notice What a PCK certificate says of its platform.
/// @param ppid identity of the platform
/// @param svns of the 16 components of its CPUSVN
/// @param pceSvn of its provisioning enclave
/// @param pceId of its provisioning enclave
/// @param fmspc its family
struct SgxPlatform {
    bytes16 ppid;
    bytes16 svns;
    uint16 pceSvn;
    bytes2 pceId;
    bytes6 fmspc;
}

/// @title SgxExtension
/// @notice Strict reader of the extension 1.2.840.113741.1.13.1 of PCK certificates ("Intel SGX PCK Certificate and CRL Profile Specification",
/// 1.3.5): PPID, TCB, PCE-ID, FMSPC and SGX type, in this order, and two parts more in platform
/// certificates. Anything else is refused.
library SgxExtension {
    /// @dev 1.2.840.113741.1.13.1: the parts have one number more, components of the TCB two.
    bytes9 private constant PREFIX = 0x2a864886f84d010d01;

    /// @dev What stands before the integer of a component, with zeros for the length of the whole and for its number.
    uint256 private constant COMPONENT = 0x3000060b2a864886f84d010d01020002;

    error SgxExtension_Unexpected(bytes oid);

    function read(bytes calldata extension) internal pure returns (SgxPlatform memory platform) {
        bytes calldata rest = Der.only(extension, Der.SEQUENCE);
        bytes calldata value;
        (value, rest) = _octets(rest, 1, 16);
        platform.ppid = bytes16(value);

        bytes calldata tcb;
        (tcb, rest) = _part(rest, 2);
        _readTcb(Der.only(tcb, Der.SEQUENCE), platform);

        (value, rest) = _octets(rest, 3, 2);
        platform.pceId = bytes2(value);
        (value, rest) = _octets(rest, 4, 6);
        platform.fmspc = bytes6(value);
        (value, rest) = _part(rest, 5);
        Der.only(value, Der.ENUMERATED);
        _passRest(rest);
    }

    /// @dev Platform certificates have two parts more: 6, the instance's id, and 7, booleans of its configuration. Nothing of them is used.
    function _passRest(bytes calldata rest) private pure {
        if (rest.length == 0) return;
        bytes calldata flags;
        (, rest) = _octets(rest, 6, 16);
        (flags, rest) = _part(rest, 7);
        Der.end(rest);
        flags = Der.only(flags, Der.SEQUENCE);
        while (flags.length != 0) {
            bytes calldata pair;
            bytes calldata oid;
            (pair, flags) = Der.take(flags, Der.SEQUENCE);
            (oid, pair) = Der.take(pair, Der.OID);
            if (oid.length != 11 || bytes9(oid) != PREFIX || uint8(oid[9]) != 7 || uint8(oid[10]) > 127) {
                revert SgxExtension_Unexpected(oid);
            }
            (, pair) = Der.takeBool(pair);
            Der.end(pair);
        }
    }

    function _readTcb(bytes calldata rest, SgxPlatform memory platform) private pure {
        uint256 svns;
        uint256 svn;
        for (uint256 i = 1; i <= 16; ++i) {
            (svn, rest) = _component(rest, i);
            if (svn > 255) revert SgxExtension_Unexpected(rest);
            svns = (svns << 8) | svn;
        }
        platform.svns = bytes16(uint128(svns));
        (svn, rest) = _component(rest, 17);
        platform.pceSvn = uint16(svn);
        // CPUSVN, the raw form of the components above, which Intel's rule does not compare.
        bytes calldata pair;
        bytes calldata oid;
        (pair, rest) = Der.take(rest, Der.SEQUENCE);
        Der.end(rest);
        (oid, pair) = Der.take(pair, Der.OID);
        if (oid.length != 11 || bytes9(oid) != PREFIX || uint8(oid[9]) != 2 || uint8(oid[10]) != 18) {
            revert SgxExtension_Unexpected(oid);
        }
        Der.only(pair, Der.OCTET_STRING);
    }

    /// @dev `SEQUENCE { OID <prefix>.2.<number>, INTEGER }` of at most two bytes: there are 17 of them, and DER leaves them one form, so each is
    /// taken from one word: `30 <length> 06 0b <prefix> 02 <number> 02 <length>`, and the integer.
    function _component(bytes calldata input, uint256 index) private pure returns (uint256 svn, bytes calldata rest) {
        uint256 word;
        uint256 size;
        bool valid;
        assembly {
            word := calldataload(input.offset)
            size := byte(16, word)
            let head := or(COMPONENT, shl(8, index))
            valid := eq(and(shr(128, word), not(shl(112, 0xff))), head)
            valid := and(valid, eq(byte(1, word), add(size, 15)))
            valid := and(valid, and(gt(size, 0), lt(size, 4)))
            svn := and(shr(sub(120, shl(3, size)), word), sub(shl(shl(3, size), 1), 1))
            // Positive, and a leading zero only before a high bit: one byte below 2^7, two from there to 2^15, three to 2^16.
            let bound := sub(shl(3, size), 1)
            valid := and(valid, lt(svn, shl(bound, 1)))
            valid := and(valid, or(eq(size, 1), iszero(lt(svn, shl(sub(bound, 8), 1)))))
        }
        if (!valid || svn > type(uint16).max || input.length < 17 + size) revert SgxExtension_Unexpected(input);
        rest = input[17 + size:];
    }

    /// @dev What follows the OID in `SEQUENCE { OID <prefix>.<number>, ... }`.
    function _part(
        bytes calldata input,
        uint256 number
    ) private pure returns (bytes calldata value, bytes calldata rest) {
        bytes calldata oid;
        (value, rest) = Der.take(input, Der.SEQUENCE);
        (oid, value) = Der.take(value, Der.OID);
        if (oid.length != 10 || bytes9(oid) != PREFIX || uint8(oid[9]) != number) revert SgxExtension_Unexpected(oid);
    }

    function _octets(
        bytes calldata input,
        uint256 number,
        uint256 length
    ) private pure returns (bytes calldata value, bytes calldata rest) {
        (value, rest) = _part(input, number);
        value = Der.only(value, Der.OCTET_STRING);
        if (value.length != length) revert SgxExtension_Unexpected(value);
    }
}
