// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {TcbStatus, TeeReport} from "../interfaces/ITeeVerifier.sol";

/// @notice A verifier that governance should not have accepted: its {recheck} is no view, and does what its aux says.
contract HostileVerifier {
    /// @notice What {recheck} can do.
    enum Trick {
        CallBack,
        WriteAndFall,
        BurnAllGas,
        ShortAnswer,
        UnknownStatus,
        Outlive
    }

    /// @notice Times that it could write during a recheck.
    uint256 public writes;

    function verify(bytes calldata evidence, bytes calldata) external pure returns (TeeReport memory) {
        return abi.decode(evidence, (TeeReport));
    }

    /// @notice `aux` is a trick, and what it calls back with.
    function recheck(bytes32, bytes calldata aux) external returns (uint64, TcbStatus) {
        (Trick trick, bytes memory data) = abi.decode(aux, (Trick, bytes));
        if (trick == Trick.CallBack) {
            // solhint-disable-next-line avoid-low-level-calls
            (bool success, bytes memory reason) = msg.sender.call(data);
            if (!success) _bubble(reason);
        } else if (trick == Trick.WriteAndFall) {
            ++writes;
        } else if (trick == Trick.BurnAllGas) {
            while (true) {}
        } else if (trick == Trick.ShortAnswer) {
            assembly ("memory-safe") {
                return(0, 0x20)
            }
        } else if (trick == Trick.UnknownStatus) {
            assembly ("memory-safe") {
                mstore(0x00, 0xffffffff)
                mstore(0x20, 7)
                return(0x00, 0x40)
            }
        } else {
            return (type(uint64).max, TcbStatus.UpToDate);
        }
        return (0, TcbStatus.Revoked);
    }

    function isDevelopment() external pure returns (bool) {
        return false;
    }

    function _bubble(bytes memory reason) private pure {
        assembly ("memory-safe") {
            revert(add(reason, 0x20), mload(reason))
        }
    }
}
