// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IP384} from "../../interfaces/IP384.sol";
import {ISha384} from "../../interfaces/ISha384.sol";

/// @title Es384
/// @notice ECDSA over P-384 with SHA-384, out of the two contracts that compute them.
library Es384 {
    /// @param message what is signed
    /// @param signature r || s, 48 bytes each
    /// @param publicKey x || y, 48 bytes each
    /// @param hints see IP384.verify
    function verify(
        ISha384 sha384,
        IP384 p384,
        bytes memory message,
        bytes memory signature,
        bytes calldata publicKey,
        bytes calldata hints
    ) internal view returns (bool) {
        (bytes32 high, bytes16 low) = sha384.sha384(message);
        return p384.verify(bytes.concat(high, low, signature, publicKey), hints);
    }
}
