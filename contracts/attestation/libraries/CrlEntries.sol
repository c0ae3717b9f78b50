// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title CrlEntries
/// @notice Looks for a serial number among the entries of a revocation list whose signature was checked before.
/// @dev A signed list is well-formed: the entries are walked by their lengths, at a tenth of what a strict reader costs. Whatever is not of
/// the form that both Intel and AWS write ends the search with an error, never with "not found".
library CrlEntries {
    /// @notice Thrown when an entry is not `SEQUENCE { INTEGER, ... }` of less than 128 bytes.
    error CrlEntries_Malformed(uint256 remaining);

    /// @param entries content of revokedCertificates
    function contains(bytes calldata entries, uint256 serial) internal pure returns (bool found) {
        uint256 place;
        uint256 end;
        assembly {
            place := entries.offset
            end := add(place, entries.length)
        }
        while (place < end) {
            bool valid;
            assembly {
                // 30 <length> 02 <length> <serial>
                let word := calldataload(place)
                let size := byte(1, word)
                let digits := byte(3, word)
                valid := and(eq(byte(0, word), 0x30), eq(byte(2, word), 0x02))
                valid := and(valid, and(lt(size, 0x80), lt(digits, 22)))
                valid := and(valid, and(gt(digits, 0), iszero(gt(add(digits, 2), size))))
                let value := shr(sub(256, shl(3, digits)), calldataload(add(place, 4)))
                found := eq(value, serial)
                place := add(place, add(size, 2))
            }
            if (!valid || place > end) revert CrlEntries_Malformed(end < place ? 0 : end - place);
            if (found) return true;
        }
    }
}
