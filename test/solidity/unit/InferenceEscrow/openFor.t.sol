// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IChannels, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {Wallet1271} from "../../../../contracts/mocks/Wallet1271.sol";
import {WalletFactory} from "../../utils/WalletFactory.sol";
import {OpenCases} from "./OpenCases.sol";

contract InferenceEscrowOpenForTest is OpenCases {
    uint256 private constant DEADLINE = START + 30 days;

    uint256 private salt;
    bytes private signature;

    function _prepare(Opening memory opening) internal override {
        _fund(opening.payer, opening.amount);
        signature = _sign(PAYER_KEY, _openDigest(opening, ++salt, DEADLINE));
    }

    /// @dev By somebody else than the payer.
    function _do(Opening memory opening) internal override returns (uint256) {
        vm.prank(STRANGER);
        return escrow.openFor(opening, salt, DEADLINE, signature);
    }

    function test_RevertWhen_DeadlineIsOver() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_Expired.selector, DEADLINE, DEADLINE + 1));
        _do(opening);
    }

    function test_WhenDeadlineIsNow() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.warp(DEADLINE);
        assertEq(_do(opening), 0, "channel");
    }

    function test_RevertGiven_OpeningWasUsed() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        _do(opening);
        _fund(PAYER, 10);
        bytes32 digest = _openDigest(opening, salt, DEADLINE);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_OpeningUsed.selector, digest));
        _do(opening);
        _prepare(opening);
        assertEq(_do(opening), 1, "the same with another salt");
    }

    function test_RevertWhen_PayerIsZero() external {
        vm.expectRevert(_bad(address(0)));
        _do(_opening(NODE, 10));
    }

    function test_RevertWhen_SomebodyElseSigned() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        signature = _sign(STRANGER_KEY, _openDigest(opening, salt, DEADLINE));
        _expectBad(opening);
        signature = "";
        _expectBad(opening);
        signature = new bytes(65);
        _expectBad(opening);
    }

    function test_RevertWhen_AnySignedFieldDiffers() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        Opening[6] memory others;
        for (uint256 i = 0; i < others.length; ++i) others[i] = _ofPayer(10);
        others[0].node = OTHER_NODE;
        others[1].lineId = keccak256("another line");
        others[2].signer = STRANGER;
        others[3].amount = 9;
        others[4].closeDelay = CLOSE_DELAY + 1;
        others[5].optimistic = true;
        for (uint256 i = 0; i < others.length; ++i) _expectBad(others[i]);

        vm.expectRevert(_bad(PAYER));
        escrow.openFor(opening, salt + 1, DEADLINE, signature);
        vm.expectRevert(_bad(PAYER));
        escrow.openFor(opening, salt, DEADLINE + 1, signature);
    }

    function test_RevertWhen_SignedForAnotherEscrow() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        escrow = _newEscrow(token);
        _expectBad(opening);
    }

    function test_RevertGiven_PayerApprovedTooLittle() external {
        Opening memory opening = _ofPayer(10);
        _prepare(opening);
        vm.prank(PAYER);
        token.approve(address(escrow), 9);
        vm.expectRevert(
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(escrow), 9, 10)
        );
        _do(opening);
    }

    function test_WhenWalletSigned() external {
        Opening memory opening = _opening(NODE, 10);
        opening.payer = address(new Wallet1271(PAYER));
        opening.signer = PAYER;
        _prepare(opening);
        _do(opening);
        assertEq(_channel(0).payer, opening.payer, "payer");
        assertEq(_channel(0).signer, PAYER, "signer");

        signature = _sign(STRANGER_KEY, _openDigest(opening, ++salt, DEADLINE));
        vm.expectRevert(_bad(opening.payer));
        _do(opening);
    }

    function test_WhenWalletThatIsNotDeployedSigned() external {
        WalletFactory factory = new WalletFactory();
        Opening memory opening = _opening(NODE, 10);
        opening.payer = factory.walletOf(PAYER, "");
        opening.signer = PAYER;

        _prepare(opening);
        signature = factory.wrap(PAYER, "", _sign(STRANGER_KEY, _openDigest(opening, salt, DEADLINE)));
        vm.expectRevert(_bad(opening.payer));
        _do(opening);
        assertEq(opening.payer.code.length, 0, "not deployed for nothing");

        signature = factory.wrap(PAYER, "", _sign(PAYER_KEY, _openDigest(opening, salt, DEADLINE)));
        _do(opening);
        assertEq(_channel(0).payer, opening.payer, "payer");
        assertTrue(opening.payer.code.length != 0, "deployed");

        _prepare(opening);
        signature = factory.wrap(PAYER, "", _sign(PAYER_KEY, _openDigest(opening, salt, DEADLINE)));
        assertEq(_do(opening), 1, "once more, deployed by now");
    }

    function _expectBad(Opening memory opening) private {
        vm.expectRevert(_bad(PAYER));
        _do(opening);
    }

    function _bad(address account) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, account);
    }
}
