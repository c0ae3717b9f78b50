// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChannels, Opening} from "../../../contracts/interfaces/IChannels.sol";
import {AttackBase, Row} from "./AttackBase.sol";
import {FickleWallet, ReturnBomb, FickleWalletFactory} from "./HostileWallets.sol";

/// @notice Attacks with accounts that are contracts, become contracts, or will be. Numbered as in the threat list.
contract AccountAttacksTest is AttackBase {
    /// @dev JUMPDEST PUSH1 0 JUMP: burns all gas that a call gives it.
    bytes private constant ENDLESS = hex"5b5f56";
    /// @dev Last 32 bytes of a wrapped signature (ERC-6492).
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    uint256 private channel;
    uint256 private neighbour;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        neighbour = _open(OTHER_PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice A payer gives his address code (EIP-7702) to take back what he signed: his vouchers pay, and answer challenges.
    function test_Attack23_PayerSetsCodeAfterSigning() external {
        Row memory row = _claim(PAYER_KEY, channel, 40, 40);
        _debit(optimistic, 40);
        _challenge(optimistic, 0);
        // PUSH0 PUSH0 REVERT: no signature is valid.
        vm.etch(PAYER, hex"5f5ffd");
        _expectPaid(_rows(row, _claim(OTHER_PAYER_KEY, neighbour, 7, 7)), 47, 0);
        _answer(PAYER_KEY, optimistic, 40);
        assertEq(arbiter.bondsOf(address(escrow), NODE), BOND, "the bond is the node's");
    }

    /// @notice A smart account opens with its owner's signature, then removes him: vouchers are a key's word and go on paying.
    function test_Attack24_SmartAccountRemovesItsOwner() external {
        FickleWallet wallet = new FickleWallet(PAYER, token, address(escrow));
        token.mint(address(wallet), 200 * escrow.UNIT());
        Opening memory opening = _openingOf(address(wallet));
        opening.signer = OTHER_PAYER;
        uint256 opened = escrow.openFor(opening, 1, _now(), _signOpening(opening, 1));

        wallet.removeOwner();
        _expectPaid(_rows(_claim(OTHER_PAYER_KEY, opened, 40, 40)), 40, 0);
        // What needs the account's signature does not work any more; what the account itself does, does.
        bytes memory signature = _signOpening(opening, 2);
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, wallet));
        escrow.openFor(opening, 2, _now(), signature);
        signature = _sign(PAYER_KEY, _closeRequestDigest(opened, _now()));
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, wallet));
        escrow.requestCloseFor(NODE, lineId, opened, _now(), signature);
        _requestClose(opened);
        assertEq(_withdraw(opened), 60, "refund");
    }

    /// @notice Accounts of a batch burn all gas, or return megabytes, when they are asked: no settlement asks them.
    function test_Attack25_AccountsBurnGasInABatch() external {
        Row memory row = _claim(PAYER_KEY, channel, 40, 40);
        Row memory other = _claim(OTHER_PAYER_KEY, neighbour, 7, 7);
        _debit(optimistic, 10);
        vm.etch(PAYER, ENDLESS);
        vm.etch(OTHER_PAYER, address(new ReturnBomb()).code);
        uint256 before = gasleft();
        _expectPaid(_rows(row, other), 47, 0);
        _debit(optimistic, 10);
        assertLe(before - gasleft(), 1_000_000, "gas");
    }

    /// @notice The same where an account is asked: whoever carries its signature is refused, and loses what he gave at most.
    function test_Attack25_AccountBurnsGasAtItsOpening() external {
        token.mint(STRANGER, 100);
        Opening memory opening = _openingOf(STRANGER);
        vm.etch(STRANGER, ENDLESS);
        (bool success, ) = address(escrow).call{gas: 1_000_000}(
            abi.encodeCall(escrow.openFor, (opening, 1, _now(), "signature"))
        );
        assertFalse(success, "endless");
        vm.etch(STRANGER, address(new ReturnBomb()).code);
        uint256 before = gasleft();
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, STRANGER));
        escrow.openFor(opening, 1, _now(), "signature");
        // The bomb pays for its own memory; copying it would cost the carrier as much again.
        assertLe(before - gasleft(), 900_000, "gas");
        assertEq(escrow.channelCount(NODE, lineId), optimistic + 1, "channels");
    }

    /// @notice A wallet that does not exist yet opens (ERC-6492); somebody deploys it first: it opens all the same, once.
    function test_Attack26_CounterfactualPayerIsDeployedByAnother() external {
        FickleWalletFactory factory = new FickleWalletFactory();
        address wallet = factory.addressOf(PAYER, token, address(escrow));
        token.mint(wallet, 200 * escrow.UNIT());
        Opening memory opening = _openingOf(wallet);
        bytes memory deployment = abi.encodeCall(factory.deploy, (PAYER, token, address(escrow)));
        bytes memory signature = _wrap(address(factory), deployment, _signOpening(opening, 1));

        factory.deploy(PAYER, token, address(escrow));
        uint256 opened = escrow.openFor(opening, 1, _now(), signature);
        assertEq(_channel(opened).payer, wallet, "payer");
        // He signs for himself: a wallet's address is no key.
        assertEq(_channel(opened).signer, PAYER, "signer");
        bytes32 digest = _openDigest(opening, 1, _now());
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_OpeningUsed.selector, digest));
        escrow.openFor(opening, 1, _now(), signature);
    }

    /// @notice A wrapped signature names something else than a factory, or a wallet of another owner: it opens nothing.
    function test_Attack26_CounterfactualPayerIsForged() external {
        FickleWalletFactory factory = new FickleWalletFactory();
        address wallet = factory.addressOf(PAYER, token, address(escrow));
        token.mint(wallet, 100 * escrow.UNIT());
        Opening memory opening = _openingOf(wallet);
        bytes memory signature = _signOpening(opening, 1);
        bytes memory deployment = abi.encodeCall(factory.deploy, (PAYER, token, address(escrow)));

        // The payers' allowances are the escrow's, not the validator's, whatever it is told to call.
        _fund(OTHER_PAYER, 100);
        bytes memory theft = abi.encodeCall(token.transferFrom, (OTHER_PAYER, STRANGER, 100));
        _expectBad(wallet, opening, _wrap(address(token), theft, signature));
        bytes memory reentry = abi.encodeCall(escrow.open, (_opening(100, false)));
        _expectBad(wallet, opening, _wrap(address(escrow), reentry, signature));
        bytes memory another = abi.encodeCall(factory.deploy, (STRANGER, token, address(escrow)));
        _expectBad(wallet, opening, _wrap(address(factory), another, signature));
        bytes32 digest = _openDigest(opening, 1, _now());
        _expectBad(wallet, opening, _wrap(address(factory), deployment, _sign(STRANGER_KEY, digest)));
        assertEq(token.balanceOf(OTHER_PAYER), 100, "the others' money");
        // Nobody needs to deploy for somebody who is there: an account with a key is no wallet.
        opening = _openingOf(OTHER_PAYER);
        bytes memory own = _sign(OTHER_PAYER_KEY, _openDigest(opening, 1, _now()));
        _expectBad(OTHER_PAYER, opening, _wrap(address(factory), deployment, own));
    }

    function _openingOf(address payer) private view returns (Opening memory opening) {
        opening = _opening(100, false);
        (opening.payer, opening.signer) = (payer, PAYER);
    }

    function _signOpening(Opening memory opening, uint256 salt) private view returns (bytes memory) {
        return _sign(PAYER_KEY, _openDigest(opening, salt, _now()));
    }

    function _wrap(
        address factory,
        bytes memory deployment,
        bytes memory signature
    ) private pure returns (bytes memory) {
        return bytes.concat(abi.encode(factory, deployment, signature), MAGIC);
    }

    function _expectBad(address payer, Opening memory opening, bytes memory signature) private {
        vm.expectRevert(abi.encodeWithSelector(IChannels.InferenceEscrow_BadSignature.selector, payer));
        escrow.openFor(opening, 1, _now(), signature);
    }
}
