// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title Prober
/// @notice Makes many calls of one contract, each on the state before all of them: what a fuzzer asks in one eth_call.
contract Prober {
    /// @notice Carries what a call gave past the revert that undoes it.
    error Prober_Result(bool success, bytes data);

    /// @notice What each call gives, in order: whether it passed, and what it returned or reverted with.
    function probe(
        address target,
        bytes[] calldata calls
    ) external returns (bool[] memory passed, bytes[] memory results) {
        passed = new bool[](calls.length);
        results = new bytes[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            try this.callAndUndo(target, calls[i]) {} catch (bytes memory undone) {
                (passed[i], results[i]) = abi.decode(_withoutSelector(undone), (bool, bytes));
            }
        }
    }

    /// @notice Calls and reverts with {Prober_Result}, always.
    function callAndUndo(address target, bytes calldata data) external {
        // solhint-disable-next-line avoid-low-level-calls
        (bool success, bytes memory result) = target.call(data);
        revert Prober_Result(success, result);
    }

    function _withoutSelector(bytes memory undone) private pure returns (bytes memory rest) {
        rest = new bytes(undone.length - 4);
        for (uint256 i = 0; i < rest.length; ++i) rest[i] = undone[i + 4];
    }
}
