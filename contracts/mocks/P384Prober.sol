// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IP384} from "../interfaces/IP384.sol";

/// @notice Tries many variations of hints in one call: for tests.
contract P384Prober {
    IP384 private immutable P384;

    constructor(IP384 p384) {
        P384 = p384;
    }

    /// @notice How many variations of `hints` make the contract accept; reverting ones do not.
    /// @param changes 5 bytes each: `place(2) length(1) source(2)`: `length` bytes at `place` become those at `source`; or, when `source` is
    /// 0xffff, zeros; or, when `length` is 0, the byte at `place` is XORed with the lower byte of `source`
    function countAccepted(
        bytes calldata input,
        bytes calldata hints,
        bytes calldata changes
    ) external view returns (uint256 accepted) {
        for (uint256 i = 0; i < changes.length; i += 5) {
            bytes memory varied = hints;
            uint256 place = uint16(bytes2(changes[i:i + 2]));
            uint256 source = uint16(bytes2(changes[i + 3:i + 5]));
            uint256 length = uint8(changes[i + 2]);
            if (length == 0) varied[place] ^= bytes1(uint8(source));
            for (uint256 k = 0; k < length; ++k) varied[place + k] = source == 0xffff ? bytes1(0) : hints[source + k];
            try P384.verify{gas: 3_000_000}(input, varied) returns (bool valid) {
                if (valid) ++accepted;
            } catch {}
        }
    }
}
