// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";
import {ERC3009} from "@openzeppelin/contracts/token/ERC20/extensions/draft-ERC3009.sol";

import {Authorization, IChannels, Opening, Permit} from "../../../contracts/interfaces/IChannels.sol";
import {AttackBase} from "./AttackBase.sol";

/// @notice Attacks on signatures that let money in: permits, EIP-3009, signed openings. Numbered as in the threat list.
contract AuthorisationAttacksTest is AttackBase {
    uint256 private constant EVER = type(uint256).max;

    function setUp() public override {
        super.setUp();
        token.mint(PAYER, 1_000);
    }

    /// @notice Somebody carries the payer's permit first, so that his opening fails: it takes the allowance and goes on.
    function test_Attack29_PermitIsCarriedBefore() external {
        Permit memory permit = _permit(100);
        vm.prank(STRANGER);
        token.permit(PAYER, address(escrow), 100, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(PAYER);
        uint256 channel = escrow.openWithPermit(_opening(100, false), permit);
        assertEq(_channel(channel).deposited, 100, "deposited");

        permit = _permit(50);
        vm.prank(STRANGER);
        token.permit(PAYER, address(escrow), 50, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(PAYER);
        escrow.topUpWithPermit(NODE, lineId, channel, 50, permit);
        assertEq(_channel(channel).deposited, 150, "deposited");
    }

    /// @notice A used permit is shown again, or somebody else's: without an allowance there is no channel.
    function test_Attack29_PermitIsUsedAgain() external {
        Permit memory permit = _permit(100);
        vm.startPrank(PAYER);
        escrow.openWithPermit(_opening(100, false), permit);
        bytes memory short = abi.encodeWithSelector(
            IERC20Errors.ERC20InsufficientAllowance.selector,
            address(escrow),
            0,
            100
        );
        vm.expectRevert(short);
        escrow.openWithPermit(_opening(100, false), permit);
        vm.stopPrank();
        permit = _permit(100);
        vm.expectRevert(short);
        vm.prank(STRANGER);
        escrow.openWithPermit(_opening(100, false), permit);
        assertEq(token.balanceOf(address(escrow)), 100, "tokens held");
    }

    /// @notice A carrier changes what the payer's EIP-3009 money opens, uses it twice, or takes it for himself.
    function test_Attack29_AuthorizationIsReusedOrRedirected() external {
        Opening memory opening = _opening(100, false);
        opening.payer = PAYER;
        Authorization memory authorization = _authorize(100, escrow.openingHash(opening, 7), 7);
        Opening[4] memory others = [_opening(100, false), _opening(100, true), _opening(100, false), opening];
        others[0].payer = STRANGER;
        others[1].payer = PAYER;
        (others[2].payer, others[2].signer) = (PAYER, STRANGER);
        for (uint256 i = 0; i < 4; ++i) {
            Authorization memory changed = authorization;
            changed.salt = i == 3 ? 8 : 7;
            vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
            vm.prank(STRANGER);
            escrow.openWithAuthorization(others[i], changed);
        }
        authorization.salt = 7;
        // Past the escrow, only the escrow itself can receive it.
        bytes32 nonce = escrow.openingHash(opening, 7);
        (uint8 v, bytes32 r, bytes32 s) = (authorization.v, authorization.r, authorization.s);
        vm.expectRevert(abi.encodeWithSelector(IERC20Errors.ERC20InvalidReceiver.selector, address(escrow)));
        token.receiveWithAuthorization(PAYER, address(escrow), 100, 0, authorization.validBefore, nonce, v, r, s);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        token.transferWithAuthorization(PAYER, address(escrow), 100, 0, authorization.validBefore, nonce, v, r, s);

        vm.prank(STRANGER);
        assertEq(_channel(escrow.openWithAuthorization(opening, authorization)).payer, PAYER, "payer");
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, PAYER, nonce));
        escrow.openWithAuthorization(opening, authorization);
        assertEq(token.balanceOf(address(escrow)), 100, "tokens held");
    }

    /// @notice The same with money that tops up one channel, by one amount.
    function test_Attack29_TopUpIsReusedOrRedirected() external {
        uint256 mine = _open(PAYER_KEY, 10);
        uint256 theirs = _open(STRANGER_KEY, 10);
        bytes32 nonce = escrow.topUpHash(NODE, lineId, mine, 100, 7);
        Authorization memory authorization = _authorize(100, nonce, 7);
        vm.startPrank(STRANGER);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        escrow.topUpWithAuthorization(NODE, lineId, theirs, 100, PAYER, authorization);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        escrow.topUpWithAuthorization(NODE, lineId, mine, 99, PAYER, authorization);
        vm.expectRevert(ERC3009.ERC3009InvalidSignature.selector);
        escrow.topUpWithAuthorization(NODE, lineId, mine, 100, STRANGER, authorization);
        escrow.topUpWithAuthorization(NODE, lineId, mine, 100, PAYER, authorization);
        vm.expectRevert(abi.encodeWithSelector(ERC3009.ERC3009UsedAuthorization.selector, PAYER, nonce));
        escrow.topUpWithAuthorization(NODE, lineId, mine, 100, PAYER, authorization);
        vm.stopPrank();
        assertEq(_channel(mine).deposited, 110, "deposited");
    }

    /// @notice A signed opening is carried twice, late, or with another word in it.
    function test_Attack29_SignedOpeningIsReusedOrChanged() external {
        vm.prank(PAYER);
        token.approve(address(escrow), EVER);
        Opening memory opening = _opening(100, false);
        (opening.payer, opening.signer) = (PAYER, OTHER_PAYER);
        uint256 deadline = _now() + 1;
        bytes32 digest = _openDigest(opening, 7, deadline);
        bytes memory signature = _sign(PAYER_KEY, digest);

        bytes memory bad = abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, PAYER);
        vm.startPrank(STRANGER);
        vm.expectRevert(bad);
        escrow.openFor(opening, 8, deadline, signature);
        vm.expectRevert(bad);
        escrow.openFor(opening, 7, deadline + 1, signature);
        opening.signer = STRANGER;
        vm.expectRevert(bad);
        escrow.openFor(opening, 7, deadline, signature);
        opening.signer = OTHER_PAYER;

        vm.warp(deadline);
        escrow.openFor(opening, 7, deadline, signature);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_OpeningUsed.selector, digest));
        escrow.openFor(opening, 7, deadline, signature);
        vm.warp(deadline + 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_Expired.selector, deadline, deadline + 1));
        escrow.openFor(opening, 9, deadline, signature);
        vm.stopPrank();
        assertEq(token.balanceOf(address(escrow)), 100, "tokens held");
    }

    function _permit(uint256 value) private view returns (Permit memory) {
        return _signPermit(PAYER_KEY, token, address(escrow), value, EVER);
    }

    function _authorize(uint256 value, bytes32 nonce, uint256 salt) private view returns (Authorization memory) {
        return _signAuthorization(PAYER_KEY, token, address(escrow), value, nonce, salt);
    }
}
