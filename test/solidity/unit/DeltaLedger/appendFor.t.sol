// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Delta, DeltaFormat} from "../../../../contracts/libraries/Hashes.sol";
import {Wallet1271} from "../../../../contracts/mocks/Wallet1271.sol";
import {LedgerBase} from "./LedgerBase.sol";

contract DeltaLedgerAppendForTest is LedgerBase {
    uint256 internal constant DEADLINE = START + 1 days;

    function test_RevertWhen_DeadlineIsOver() external {
        bytes memory signature = _signed(OWNER_KEY, owner, base, deltaNamed("delta"));
        vm.warp(DEADLINE + 1);
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_Expired.selector, DEADLINE, DEADLINE + 1));
        _relay(owner, base, deltaNamed("delta"), signature);
    }

    function test_RevertWhen_SomebodyElseSigned() external {
        bytes memory signature = _signed(STRANGER_KEY, owner, base, deltaNamed("delta"));
        _expectBad(owner);
        _relay(owner, base, deltaNamed("delta"), signature);
        _expectBad(owner);
        _relay(owner, base, deltaNamed("delta"), "");
        _expectBad(owner);
        _relay(owner, base, deltaNamed("delta"), new bytes(65));
        // The zero address is what a failed recovery gives.
        _expectBad(address(0));
        _relay(address(0), base, deltaNamed("delta"), new bytes(65));
    }

    function test_RevertWhen_AnySignedFieldDiffers() external {
        Delta memory delta = deltaNamed("delta");
        bytes memory signature = _signed(OWNER_KEY, owner, base, delta);

        _expectBad(stranger);
        _relay(stranger, base, delta, signature);
        _expectBad(owner);
        _relay(owner, keccak256("parent"), delta, signature);
        _expectBad(owner);
        vm.prank(relayer);
        ledger.appendFor(owner, UNKNOWN, base, delta, none(), DEADLINE, signature);
        _expectBad(owner);
        vm.prank(relayer);
        ledger.appendFor(owner, modelId, base, delta, none(), DEADLINE + 1, signature);
        _expectBad(owner);
        vm.prank(relayer);
        ledger.appendFor(owner, modelId, base, delta, only(keccak256("dataset")), DEADLINE, signature);

        delta = deltaNamed("another delta");
        _expectBad(owner);
        _relay(owner, base, delta, signature);
        delta = deltaNamed("delta");
        delta.byteLength += 1;
        _expectBad(owner);
        _relay(owner, base, delta, signature);
        delta = deltaNamed("delta");
        delta.format = DeltaFormat.Dense;
        _expectBad(owner);
        _relay(owner, base, delta, signature);
        delta = deltaNamed("delta");
        delta.commitments = someCommitments();
        _expectBad(owner);
        _relay(owner, base, delta, signature);
    }

    function test_RevertGiven_AccountIsLocked() external {
        bytes memory signature = _signed(OWNER_KEY, owner, base, deltaNamed("delta"));
        lockAccount(owner);
        vm.expectRevert(lockedError(keyOf(owner)));
        _relay(owner, base, deltaNamed("delta"), signature);
    }

    function test_RevertGiven_LineIsLocked() external {
        open();
        bytes memory signature = _signed(OWNER_KEY, owner, base, deltaNamed("delta"));
        lockLine(modelId, owner);
        vm.expectRevert(lockedError(lineId));
        _relay(owner, base, deltaNamed("delta"), signature);
    }

    function test_RevertGiven_WalletRefuses() external {
        address wallet = address(new Wallet1271(owner));
        bytes memory signature = _signed(STRANGER_KEY, wallet, base, deltaNamed("delta"));
        _expectBad(wallet);
        _relay(wallet, base, deltaNamed("delta"), signature);
        // A contract that does not know ERC-1271 signs nothing.
        signature = _signed(OWNER_KEY, address(models), base, deltaNamed("delta"));
        _expectBad(address(models));
        _relay(address(models), base, deltaNamed("delta"), signature);
    }

    function test_AtTheDeadline() external {
        bytes memory signature = _signed(OWNER_KEY, owner, base, deltaNamed("delta"));
        vm.warp(DEADLINE);
        _relay(owner, base, deltaNamed("delta"), signature);
        assertEq(ledger.lineOf(lineId).count, 1, "count");
    }

    function test_WhenAccountSigned() external {
        Delta memory delta = deltaNamed("delta");
        bytes memory signature = _signed(OWNER_KEY, owner, base, delta);
        bytes32 expected = versionStruct(base, deltaStruct(delta, none()));
        vm.expectEmit(address(ledger));
        emit IDeltaLedger.DeltaAppended(lineId, 1, expected, delta, none());
        vm.prank(relayer);
        (uint32 version, bytes32 hash) = ledger.appendFor(owner, modelId, base, delta, none(), DEADLINE, signature);
        assertEq(version, 1, "version");
        assertEq(hash, expected, "hash");
        assertEq(ledger.lineOf(lineId).account, owner, "owner");
        assertEq(ledger.lineCountOf(relayer), 0, "the relayer owns nothing");
    }

    function test_WhenWalletSigned() external {
        Wallet1271 wallet = new Wallet1271(owner);
        bytes memory signature = _signed(OWNER_KEY, address(wallet), base, deltaNamed("delta"));
        _relay(address(wallet), base, deltaNamed("delta"), signature);
        bytes32 walletLine = ledger.lineIdOf(modelId, address(wallet));
        assertEq(ledger.lineOf(walletLine).account, address(wallet), "owner");
        // The wallet acts by itself, too, and nobody else does.
        vm.prank(owner);
        wallet.execute(address(ledger), abi.encodeCall(IDeltaLedger.activate, (modelId, 1)));
        assertEq(ledger.lineOf(walletLine).active, 1, "active");
        vm.expectRevert(abi.encodeWithSelector(Wallet1271.Wallet1271_NotOwner.selector, stranger));
        vm.prank(stranger);
        wallet.execute(address(ledger), abi.encodeCall(IDeltaLedger.activate, (modelId, 0)));
    }

    /// @dev The constant that tools read is the hash of the documented text.
    function test_WhenAccountSigned_TypeHash() external view {
        assertEq(
            ledger.APPEND_TYPEHASH(),
            keccak256("Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)"),
            "type hash"
        );
        (, string memory name, string memory version, uint256 chainId, address verifyingContract, , ) = ledger
            .eip712Domain();
        assertEq(keccak256(bytes(name)), keccak256("Freehold DeltaLedger"), "name");
        assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        assertEq(chainId, block.chainid, "chain");
        assertEq(verifyingContract, address(ledger), "contract");
    }

    function _signed(
        uint256 key,
        address account,
        bytes32 parent,
        Delta memory delta
    ) private view returns (bytes memory) {
        bytes32 message = appendStruct(modelId, account, parent, deltaStruct(delta, none()), DEADLINE);
        return sign(key, typedDigest("Freehold DeltaLedger", block.chainid, address(ledger), message));
    }

    function _relay(address account, bytes32 parent, Delta memory delta, bytes memory signature) private {
        vm.prank(relayer);
        ledger.appendFor(account, modelId, parent, delta, none(), DEADLINE, signature);
    }

    function _expectBad(address account) private {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_BadSignature.selector, account));
    }
}
