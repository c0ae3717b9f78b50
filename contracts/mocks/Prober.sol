// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a call gave.
/// @param success whether it passed
/// @param data what it returned or reverted with
/// @param afterwards keccak256 of what all views then returned, one behind the other; of nothing when the call failed
struct Probe {
    bool success;
    bytes data;
    bytes32 afterwards;
}

/// @title Prober
/// @notice Makes many calls of one contract, each on the state before all of them: what a fuzzer asks in one eth_call.
contract Prober {
    /// @notice Carries what a call gave past the revert that undoes it.
    error Prober_Result(Probe result);

    /// @notice What each call gives, in order, and what the views say behind it.
    function probe(
        address target,
        bytes[] calldata calls,
        bytes[] calldata views
    ) external returns (Probe[] memory results) {
        results = new Probe[](calls.length);
        for (uint256 i = 0; i < calls.length; ++i) {
            try this.callAndUndo(target, calls[i], views) {} catch (bytes memory undone) {
                results[i] = abi.decode(_withoutSelector(undone), (Probe));
            }
        }
    }

    /// @notice Calls and reverts with {Prober_Result}, always.
    function callAndUndo(address target, bytes calldata data, bytes[] calldata views) external {
        Probe memory result;
        // solhint-disable-next-line avoid-low-level-calls
        (result.success, result.data) = target.call(data);
        bytes memory seen;
        for (uint256 i = 0; result.success && i < views.length; ++i) {
            // solhint-disable-next-line avoid-low-level-calls
            (, bytes memory answer) = target.staticcall(views[i]);
            seen = bytes.concat(seen, answer);
        }
        result.afterwards = keccak256(seen);
        revert Prober_Result(result);
    }

    function _withoutSelector(bytes memory undone) private pure returns (bytes memory rest) {
        uint256 length = undone.length - 4;
        // The length moves over the selector.
        assembly ("memory-safe") {
            rest := add(undone, 4)
            mstore(rest, length)
        }
    }
}
