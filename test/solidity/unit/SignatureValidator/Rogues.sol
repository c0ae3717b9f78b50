// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

/// @notice A wallet that answers `isValidSignature` with whatever it was told, or fails.
contract RogueWallet {
    bytes private _answer;
    bool private _fails;

    /// @notice Sets the answer.
    function setAnswer(bytes calldata answer, bool fails) external {
        _answer = answer;
        _fails = fails;
    }

    fallback() external {
        bytes memory answer = _answer;
        bool fails = _fails;
        assembly ("memory-safe") {
            switch fails
            case 0 {
                return(add(answer, 0x20), mload(answer))
            }
            default {
                revert(add(answer, 0x20), mload(answer))
            }
        }
    }
}

/// @notice A factory that fails, and says so if somebody calls it.
contract RogueFactory {
    error RogueFactory_Called();

    /// @notice Deploys nothing.
    function deploy() external pure {
        revert RogueFactory_Called();
    }

    /// @notice Deploys nothing either.
    function pretend() external pure returns (bytes4) {
        return IERC1271.isValidSignature.selector;
    }
}
