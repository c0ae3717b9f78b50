// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {Wallet1271} from "../../../../contracts/mocks/Wallet1271.sol";
import {WalletFactory} from "../../utils/WalletFactory.sol";
import {ChannelBase} from "./ChannelBase.sol";

contract InferenceEscrowRequestCloseForTest is ChannelBase {
    uint256 private constant DEADLINE = START + 1 days;

    function test_RevertWhen_DeadlineIsOver() external {
        bytes memory signature = _signed(PAYER_KEY, channel);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_Expired.selector, DEADLINE, DEADLINE + 1));
        _do(channel, signature);
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [channel + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) {
            bytes memory signature = _signed(PAYER_KEY, indices[i]);
            vm.expectRevert(_unknown(indices[i]));
            _do(indices[i], signature);
        }
    }

    function test_RevertGiven_ChannelCloses() external {
        uint40 closeAt = _requestClose(PAYER_KEY, channel);
        bytes memory signature = _signed(PAYER_KEY, channel);
        vm.expectRevert(_closing(channel, closeAt));
        _do(channel, signature);
    }

    function test_RevertGiven_ChannelIsClosed() external {
        _release(channel);
        bytes memory signature = _signed(PAYER_KEY, channel);
        vm.expectRevert(_closing(channel, 0));
        _do(channel, signature);
    }

    function test_RevertWhen_SomebodyElseSigned() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.signer = OTHER_PAYER;
        channel = _openAs(PAYER, opening);
        _expectBad(channel, DEADLINE, _signed(STRANGER_KEY, channel));
        _expectBad(channel, DEADLINE, _signed(OTHER_PAYER_KEY, channel));
        _expectBad(channel, DEADLINE, "");
        _expectBad(channel, DEADLINE, new bytes(65));
    }

    function test_RevertWhen_AnySignedFieldDiffers() external {
        bytes memory signature = _signed(PAYER_KEY, channel);
        uint256 other = _open(PAYER_KEY, NODE, DEPOSIT);
        _expectBad(other, DEADLINE, signature);
        _expectBad(channel, DEADLINE + 1, signature);

        (lineId, ) = _openLine(STRANGER, modelId);
        assertEq(_open(PAYER_KEY, NODE, DEPOSIT), channel, "same index, another line");
        _expectBad(channel, DEADLINE, signature);
    }

    function test_WhenPayerSigned() external {
        vm.warp(DEADLINE);
        bytes memory signature = _signed(PAYER_KEY, channel);
        vm.expectEmit(address(escrow));
        emit IChannels.CloseRequested(NODE, lineId, channel, uint40(DEADLINE) + CLOSE_DELAY);
        _do(channel, signature);
        assertEq(_channel(channel).closeAt, DEADLINE + CLOSE_DELAY, "closeAt");
    }

    function test_WhenWalletSigned() external {
        channel = _openAs(address(new Wallet1271(PAYER)), _opening(NODE, DEPOSIT));
        _do(channel, _signed(PAYER_KEY, channel));
        assertEq(_channel(channel).closeAt, _now() + CLOSE_DELAY, "closeAt");
    }

    function test_WhenWalletThatIsNotDeployedSigned() external {
        WalletFactory factory = new WalletFactory();
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.payer = factory.walletOf(PAYER, "");
        opening.signer = PAYER;
        channel = _openAs(STRANGER, opening);
        _do(channel, factory.wrap(PAYER, "", _signed(PAYER_KEY, channel)));
        assertEq(_channel(channel).closeAt, _now() + CLOSE_DELAY, "closeAt");
    }

    function _signed(uint256 key, uint256 index) private view returns (bytes memory) {
        return _sign(key, _closeRequestDigest(index, DEADLINE));
    }

    function _do(uint256 index, bytes memory signature) private {
        vm.prank(STRANGER);
        escrow.requestCloseFor(NODE, lineId, index, DEADLINE, signature);
    }

    function _expectBad(uint256 index, uint256 deadline, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, PAYER));
        escrow.requestCloseFor(NODE, lineId, index, deadline, signature);
    }
}
