// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {QeIdentityBody} from "../attestation/libraries/QeIdentity.sol";
import {TcbInfoBody} from "../attestation/libraries/TcbInfo.sol";

/// @title IIntelJsonReader
/// @notice Reads what Intel signs as JSON. Has no state; checks no signature.
interface IIntelJsonReader {
    /// @notice Reads the body of `{"tcbInfo":<body>,"signature":...}`; reverts for whatever Intel does not write.
    function readTcbInfo(bytes calldata body) external pure returns (TcbInfoBody memory);
    /// @notice Reads the body of `{"enclaveIdentity":<body>,"signature":...}`.
    function readQeIdentity(bytes calldata body) external pure returns (QeIdentityBody memory);
}
