// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {Authorization} from "../../../../contracts/interfaces/IChannels.sol";
import {TopUpCases} from "./TopUpCases.sol";

contract InferenceEscrowTopUpWithAuthorizationTest is TopUpCases {
    uint256 private constant SALT = 0x5a17;

    Authorization private authorization;

    function _prepare(uint256 index, uint64 amount) internal override {
        uint256 value = amount * escrow.UNIT();
        token.mint(STRANGER, value);
        bytes32 nonce = _topUpDigest(index, amount, SALT);
        authorization = _signAuthorization(STRANGER_KEY, token, address(escrow), value, nonce, SALT);
    }

    /// @dev By somebody else than the holder of the money.
    function _do(uint256 index, uint64 amount) internal override {
        vm.prank(OTHER_PAYER);
        escrow.topUpWithAuthorization(NODE, lineId, index, amount, STRANGER, authorization);
    }

    function test_RevertWhen_AnyFieldIsNotTheAuthorizedOne() external {
        uint256 other = _open(OTHER_PAYER_KEY, NODE, DEPOSIT);
        _prepare(channel, 10);
        _expectBad(other, 10, STRANGER);
        _expectBad(channel, 9, STRANGER);
        _expectBad(channel, 10, OTHER_PAYER);
        authorization.salt = SALT + 1;
        _expectBad(channel, 10, STRANGER);
    }

    function test_RevertGiven_AuthorizationIsForAnOpening() external {
        _prepare(channel, 10);
        bytes32 nonce = escrow.openingHash(_opening(NODE, 10), SALT);
        authorization = _signAuthorization(STRANGER_KEY, token, address(escrow), 10, nonce, SALT);
        _expectBad(channel, 10, STRANGER);
    }

    function test_RevertGiven_AuthorizationWasUsed() external {
        _prepare(channel, 10);
        _do(channel, 10);
        _prepare(channel, 10);
        bytes32 nonce = escrow.topUpHash(NODE, lineId, channel, 10, SALT);
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, STRANGER, nonce));
        _do(channel, 10);
    }

    function _expectBad(uint256 index, uint64 amount, address from) private {
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        escrow.topUpWithAuthorization(NODE, lineId, index, amount, from, authorization);
    }
}
