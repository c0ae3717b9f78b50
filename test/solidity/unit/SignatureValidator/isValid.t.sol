// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC1271} from "@openzeppelin/contracts/interfaces/IERC1271.sol";

import {Wallet1271} from "../../../../contracts/mocks/Wallet1271.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";
import {WalletFactory} from "../../utils/WalletFactory.sol";
import {RogueFactory, RogueWallet} from "./Rogues.sol";

contract SignatureValidatorIsValidTest is PaymentsBase {
    bytes32 private constant DIGEST = keccak256("digest");
    bytes32 private constant MAGIC = 0x6492649264926492649264926492649264926492649264926492649264926492;

    WalletFactory private factory;
    address private wallet;

    function setUp() public override {
        super.setUp();
        factory = new WalletFactory();
        wallet = factory.walletOf(PAYER, "");
    }

    function test_WhenKeySigned() external {
        assertTrue(validator.isValid(PAYER, DIGEST, _sign(PAYER_KEY, DIGEST)), "valid");
    }

    function test_WhenAnotherKeySigned() external {
        assertFalse(validator.isValid(PAYER, DIGEST, _sign(STRANGER_KEY, DIGEST)), "another key");
        assertFalse(validator.isValid(PAYER, keccak256("other"), _sign(PAYER_KEY, DIGEST)), "another digest");
        assertFalse(validator.isValid(address(0), DIGEST, new bytes(65)), "nobody");
    }

    function testFuzz_WhenSignatureOfKeyIsRubbish(bytes calldata rubbish) external {
        assertFalse(validator.isValid(PAYER, DIGEST, rubbish), "valid");
    }

    function test_WhenWalletSays() external {
        wallet = address(new Wallet1271(PAYER));
        assertTrue(validator.isValid(wallet, DIGEST, _sign(PAYER_KEY, DIGEST)), "yes");
        assertFalse(validator.isValid(wallet, DIGEST, _sign(STRANGER_KEY, DIGEST)), "no");
        assertFalse(validator.isValid(wallet, DIGEST, ""), "no signature");
    }

    function test_WhenWalletMisbehaves() external {
        RogueWallet rogue = new RogueWallet();
        bytes memory magic = abi.encode(IERC1271.isValidSignature.selector);
        _expectInvalid(rogue, "", false, "nothing");
        _expectInvalid(rogue, hex"1626ba7e", false, "too little");
        _expectInvalid(rogue, abi.encode(uint256(uint32(IERC1271.isValidSignature.selector))), false, "misplaced");
        _expectInvalid(rogue, magic, true, "revert");
        rogue.setAnswer(magic, false);
        assertTrue(validator.isValid(address(rogue), DIGEST, ""), "it can say yes, too");
        assertFalse(validator.isValid(address(token), DIGEST, ""), "no wallet at all");
    }

    function test_GivenWalletIsNotDeployed_WhenItsOwnerSigned() external {
        assertTrue(validator.isValid(wallet, DIGEST, _wrapped(PAYER_KEY)), "valid");
        assertTrue(wallet.code.length != 0, "deployed");
    }

    function test_GivenWalletIsNotDeployed_WhenAnotherSigned() external {
        assertFalse(validator.isValid(wallet, DIGEST, _wrapped(STRANGER_KEY)), "another");
    }

    function test_GivenWalletIsNotDeployed_WhenSignatureIsNotWrapped() external {
        assertFalse(validator.isValid(wallet, DIGEST, _sign(PAYER_KEY, DIGEST)), "valid");
    }

    function test_GivenWalletIsNotDeployed_WhenFactoryDeploysAnother() external {
        bytes memory signature = factory.wrap(PAYER, "another salt", _sign(PAYER_KEY, DIGEST));
        assertFalse(validator.isValid(wallet, DIGEST, signature), "valid");
        assertEq(wallet.code.length, 0, "not deployed");
    }

    function test_GivenWalletIsNotDeployed_WhenFactoryDeploysNothing() external {
        RogueFactory rogue = new RogueFactory();
        bytes memory inner = _sign(PAYER_KEY, DIGEST);
        _expectInvalidWrap(address(rogue), abi.encodeCall(rogue.deploy, ()), inner, "it fails");
        _expectInvalidWrap(address(rogue), abi.encodeCall(rogue.pretend, ()), inner, "it does nothing");
        _expectInvalidWrap(STRANGER, "", inner, "it is nobody");
        _expectInvalidWrap(address(1), "", inner, "it is a precompile");
    }

    function test_GivenAccountIsKey_WhenSignatureIsWrapped() external {
        bytes memory signature = abi.encodePacked(abi.encode(STRANGER, bytes(""), _sign(PAYER_KEY, DIGEST)), MAGIC);
        assertFalse(validator.isValid(PAYER, DIGEST, signature), "a key has nothing to deploy");
    }

    function test_GivenWalletIsDeployed_WhenSignatureIsWrapped() external {
        factory.deploy(PAYER, "");
        // Deploying it again would fail.
        assertTrue(validator.isValid(wallet, DIGEST, _wrapped(PAYER_KEY)), "valid");
        assertFalse(validator.isValid(wallet, DIGEST, _wrapped(STRANGER_KEY)), "another");
    }

    function test_WhenFactoryIsTheToken() external {
        uint256 channel = _open(PAYER_KEY, NODE, 100);
        bytes[4] memory calls = [
            abi.encodeCall(token.transfer, (STRANGER, 100)),
            abi.encodeCall(token.transferFrom, (address(escrow), STRANGER, 100)),
            abi.encodeCall(token.transferFrom, (PAYER, STRANGER, 100)),
            abi.encodeCall(token.approve, (STRANGER, type(uint256).max))
        ];
        token.mint(PAYER, 100);
        vm.prank(PAYER);
        token.approve(address(escrow), 100);
        for (uint256 i = 0; i < calls.length; ++i) {
            _expectInvalidWrap(address(token), calls[i], "", "the token deploys no wallet");
        }
        assertEq(token.balanceOf(address(escrow)), 100, "tokens of the escrow");
        assertEq(token.balanceOf(PAYER), 100, "tokens of the payer");
        assertEq(token.balanceOf(STRANGER), 0, "tokens of the thief");
        assertEq(token.allowance(address(escrow), STRANGER), 0, "allowance");
        assertEq(_channel(channel).deposited, 100, "deposited");
    }

    function test_WhenFactoryIsTheEscrow() external {
        uint256 channel = _open(PAYER_KEY, NODE, 100);
        _release(channel);
        bytes[3] memory calls = [
            abi.encodeCall(escrow.withdraw, (STRANGER)),
            abi.encodeCall(escrow.withdrawChannel, (NODE, lineId, channel, STRANGER)),
            abi.encodeCall(escrow.assign, (NODE, lineId, STRANGER, 100))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            _expectInvalidWrap(address(escrow), calls[i], "", "the escrow deploys no wallet");
        }
        assertEq(escrow.owed(PAYER), 100, "owed");
        assertEq(token.balanceOf(address(escrow)), 100, "tokens of the escrow");
    }

    function testFuzz_WhenWrapIsRubbish(bytes calldata rubbish) external {
        assertFalse(validator.isValid(wallet, DIGEST, abi.encodePacked(rubbish, MAGIC)), "valid");
    }

    function test_WhenWrapIsCutOrOverlong() external {
        bytes memory body = abi.encode(address(factory), abi.encodeCall(factory.deploy, (PAYER, "")), bytes(""));
        assertFalse(validator.isValid(wallet, DIGEST, abi.encodePacked(MAGIC)), "magic alone");
        for (uint256 length = 0; length < body.length; length += 31) {
            bytes memory cut = new bytes(length);
            for (uint256 i = 0; i < length; ++i) cut[i] = body[i];
            assertFalse(validator.isValid(wallet, DIGEST, abi.encodePacked(cut, MAGIC)), "cut");
        }
        for (uint256 word = 0; word < 3; ++word) {
            bytes memory dirty = bytes.concat(body);
            dirty[word * 32] = 0xff;
            assertFalse(validator.isValid(wallet, DIGEST, abi.encodePacked(dirty, MAGIC)), "overlong");
        }
        assertEq(wallet.code.length, 0, "nothing was deployed");
    }

    function _wrapped(uint256 key) private view returns (bytes memory) {
        return factory.wrap(PAYER, "", _sign(key, DIGEST));
    }

    function _expectInvalid(RogueWallet rogue, bytes memory answer, bool fails, string memory what) private {
        rogue.setAnswer(answer, fails);
        assertFalse(validator.isValid(address(rogue), DIGEST, _sign(PAYER_KEY, DIGEST)), what);
    }

    function _expectInvalidWrap(address deployer, bytes memory data, bytes memory inner, string memory what) private {
        bytes memory signature = abi.encodePacked(abi.encode(deployer, data, inner), MAGIC);
        assertFalse(validator.isValid(wallet, DIGEST, signature), what);
    }
}
