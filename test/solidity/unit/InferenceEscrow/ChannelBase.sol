// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice One channel of PAYER for lane V, holding 100 units.
abstract contract ChannelBase is PaymentsBase {
    uint64 internal constant DEPOSIT = 100;

    uint256 internal channel;

    function setUp() public virtual override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, DEPOSIT);
    }

    function _unknown(uint256 index) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_UnknownChannel.selector, NODE, lineId, index);
    }

    function _closing(uint256 index, uint40 closeAt) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_ChannelClosing.selector, NODE, lineId, index, closeAt);
    }

    function _notPayer(uint256 index, address account) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_NotPayer.selector, NODE, lineId, index, account);
    }

    function _notDue(uint40 closeAt) internal view returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_CloseNotDue.selector, NODE, lineId, channel, closeAt);
    }

    /// @dev Lets PAYER's close be due now.
    function _close(uint256 index) internal returns (uint40 closeAt) {
        closeAt = _requestClose(PAYER_KEY, index);
        vm.warp(closeAt);
    }
}
