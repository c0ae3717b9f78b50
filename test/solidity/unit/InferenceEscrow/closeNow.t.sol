// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {EnclaveCases} from "./EnclaveCases.sol";

contract InferenceEscrowCloseNowTest is EnclaveCases {
    uint40 private issuedAt;

    function _prepare(uint40 time) internal override returns (bytes32) {
        issuedAt = time;
        return _closeDigest(channel, 40, time);
    }

    function _do(bytes memory signature) internal override {
        vm.prank(PAYER);
        escrow.closeNow(NODE, lineId, channel, 40, issuedAt, signature);
    }

    function _expectDone() internal view override {
        assertTrue(_channel(channel).closed, "closed");
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [channel + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) _expectRefusal(PAYER, indices[i], _unknown(indices[i]));
    }

    function test_RevertWhen_CallerIsNotThePayer() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.signer = OTHER_PAYER;
        channel = _openAs(PAYER, opening);
        _expectRefusal(OTHER_PAYER, channel, _notPayer(channel, OTHER_PAYER));
        _expectRefusal(NODE, channel, _notPayer(channel, NODE));
    }

    function test_RevertGiven_ChannelIsClosed() external {
        _release(channel);
        _expectRefusal(PAYER, channel, _closing(channel, 0));
    }

    function test_RevertWhen_AnySignedFieldDiffers() external {
        uint256 other = _open(PAYER_KEY, NODE, DEPOSIT);
        bytes memory signature = _signClose(ENCLAVE_KEY, channel, 40, _now());
        _expectNobody(other, 40, _now(), signature);
        _expectNobody(channel, 39, _now(), signature);
        _expectNobody(channel, 40, _now() - 1, signature);
        (lineId, ) = _openLine(STRANGER, modelId);
        _open(PAYER_KEY, NODE, DEPOSIT);
        _expectNobody(channel, 40, _now(), signature);
    }

    function test_WhenEnclaveMeteredMoreThanWasPaid() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        vm.expectEmit(address(escrow));
        emit IChannels.ChannelClosed(NODE, lineId, channel, PAYER, 60);
        assertEq(_closeNow(40), 60, "refund");
        _expectClosed(40, 60);
        assertEq(_earnings().earned, 40, "earned");
        assertEq(token.balanceOf(address(escrow)), DEPOSIT, "tokens held");
    }

    function test_WhenEnclaveMeteredNoMoreThanWasPaid() external {
        _settleVoucher(PAYER_KEY, channel, 30);
        assertEq(_closeNow(29), 70, "refund");
        _expectClosed(30, 70);
        assertEq(_earnings().earned, 30, "earned");
    }

    function test_WhenEnclaveMeteredMoreThanWasDeposited() external {
        assertEq(_closeNow(type(uint64).max), 0, "refund");
        _expectClosed(DEPOSIT, 0);
        assertEq(_earnings().earned, DEPOSIT, "earned");
    }

    function test_GivenChannelCloses() external {
        _close(channel);
        skip(1);
        assertEq(_closeNow(40), 60, "refund");
        _expectClosed(40, 60);
    }

    function test_GivenChannelIsOptimistic() external {
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        uint256 neighbour = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, 30);
        assertEq(_closeNow(40), 60, "refund");
        _expectClosed(40, 60);
        assertEq(_earnings().earned, 10, "what the payer agreed to");
        assertEq(_earnings().vesting, 30, "what he may still dispute");
        assertEq(_settleAmount(channel, 1), 0, "lane O is out");
        assertEq(_settleAmount(neighbour, 1), 1, "its neighbour in the slot");
    }

    function _closeNow(uint64 cumulative) private returns (uint64) {
        bytes memory signature = _signClose(ENCLAVE_KEY, channel, cumulative, _now());
        vm.prank(PAYER);
        return escrow.closeNow(NODE, lineId, channel, cumulative, _now(), signature);
    }

    function _expectClosed(uint64 paid, uint64 owed) private view {
        assertTrue(_channel(channel).closed, "closed");
        assertEq(_channel(channel).deposited, paid, "deposited");
        assertEq(_channel(channel).paid, paid, "paid");
        assertEq(escrow.owed(PAYER), owed, "owed");
    }

    function _expectRefusal(address caller, uint256 index, bytes memory refusal) private {
        bytes memory signature = _signClose(ENCLAVE_KEY, index, 40, _now());
        vm.expectRevert(refusal);
        vm.prank(caller);
        escrow.closeNow(NODE, lineId, index, 40, _now(), signature);
    }

    /// @dev The signature is then that of some address, which is no enclave's.
    function _expectNobody(uint256 index, uint64 cumulative, uint40 time, bytes memory signature) private {
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(signature, 0x20))
            s := mload(add(signature, 0x40))
        }
        address nobody = ecrecover(_closeDigest(index, cumulative, time), uint8(signature[64]), r, s);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, nobody));
        vm.prank(PAYER);
        escrow.closeNow(NODE, lineId, index, cumulative, time, signature);
    }
}
