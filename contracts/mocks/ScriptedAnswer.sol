// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Answers every call alike, as it was told last; at first it reverts.
contract ScriptedAnswer {
    bytes private _answer;
    bool private _answers;

    /// @notice From now on every other call gets these bytes.
    function setAnswer(bytes calldata answer) external {
        (_answer, _answers) = (answer, true);
    }

    /// @notice From now on every other call reverts.
    function setRevert() external {
        _answers = false;
    }

    // solhint-disable-next-line no-complex-fallback
    fallback() external {
        bytes memory answer = _answer;
        bool answers = _answers;
        assembly ("memory-safe") {
            if answers {
                return(add(answer, 0x20), mload(answer))
            }
            revert(0, 0)
        }
    }
}
