// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {Authorization, IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {OpenCases} from "./OpenCases.sol";

contract InferenceEscrowOpenWithAuthorizationTest is OpenCases {
    uint256 private constant SALT = 0x5a17;
    bytes private constant BAD = abi.encodeWithSelector(ERC3009.ERC3009InvalidSignature.selector);

    Authorization private authorization;

    function _prepare(Opening memory opening) internal override {
        uint256 value = opening.amount * escrow.UNIT();
        bytes32 nonce = _openDigest(opening, SALT, type(uint256).max);
        token.mint(PAYER, value);
        authorization = _signAuthorization(PAYER_KEY, token, address(escrow), value, nonce, SALT);
    }

    /// @dev By somebody else than the payer.
    function _do(Opening memory opening) internal override returns (uint256) {
        vm.prank(STRANGER);
        return escrow.openWithAuthorization(opening, authorization);
    }

    function test_RevertWhen_PayerIsZero() external {
        _expectRefusal(_opening(NODE, 10), abi.encodeWithSelector(IChannels.InferenceEscrow_ZeroAddress.selector));
    }

    function test_RevertWhen_AnyFieldIsNotTheAuthorizedOne() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        Opening[6] memory others;
        for (uint256 i = 0; i < others.length; ++i) others[i] = _ofPayer(10);
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        others[0].node = OTHER_NODE;
        (others[1].lineId, ) = _openLine(STRANGER, modelId);
        others[2].payer = OTHER_PAYER;
        others[3].signer = STRANGER;
        others[4].amount = 9;
        others[5].closeDelay = CLOSE_DELAY + 1;
        for (uint256 i = 0; i < others.length; ++i) {
            vm.expectRevert(BAD);
            _do(others[i]);
        }
        opening.optimistic = true;
        vm.expectRevert(BAD);
        _do(opening);
    }

    function test_RevertWhen_SaltIsNotTheAuthorizedOne() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        authorization.salt = SALT + 1;
        vm.expectRevert(BAD);
        _do(opening);
    }

    function test_RevertGiven_AuthorizationWasUsed() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        _do(opening);
        token.mint(PAYER, 10);
        vm.expectRevert(
            abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, PAYER, escrow.openingHash(opening, SALT))
        );
        _do(opening);
    }

    function test_RevertGiven_AuthorizationIsLate() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.warp(authorization.validBefore);
        vm.expectRevert(
            abi.encodeWithSelector(
                ERC3009.ERC3009InvalidAuthorizationTime.selector,
                authorization.validAfter,
                authorization.validBefore
            )
        );
        _do(opening);
    }
}
