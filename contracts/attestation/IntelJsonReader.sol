// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IIntelJsonReader} from "../interfaces/IIntelJsonReader.sol";
import {QeIdentity, QeIdentityBody} from "./libraries/QeIdentity.sol";
import {TcbInfo, TcbInfoBody} from "./libraries/TcbInfo.sol";

/// @title IntelJsonReader
/// @notice See {IIntelJsonReader}. A contract of its own because code is limited to 24,576 bytes (EIP-170).
contract IntelJsonReader is IIntelJsonReader {
    /// @inheritdoc IIntelJsonReader
    function readTcbInfo(bytes calldata body) external pure returns (TcbInfoBody memory) {
        return TcbInfo.read(body);
    }

    /// @inheritdoc IIntelJsonReader
    function readQeIdentity(bytes calldata body) external pure returns (QeIdentityBody memory) {
        return QeIdentity.read(body);
    }
}
