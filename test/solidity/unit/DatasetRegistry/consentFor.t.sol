// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDatasetRegistry} from "../../../../contracts/interfaces/IDatasetRegistry.sol";
import {Wallet1271} from "../../../../contracts/mocks/Wallet1271.sol";
import {DatasetBase} from "./DatasetBase.sol";

contract DatasetRegistryConsentForTest is DatasetBase {
    uint256 private constant DEADLINE = START + 1 days;

    function test_RevertGiven_DatasetIsUnknown() external {
        expectUnknown();
        datasets.consentFor(UNKNOWN, LINE, UNTIL, DEADLINE, new bytes(65));
    }

    function test_RevertWhen_DeadlineIsOver() external {
        bytes memory signature = _signed(OWNER_KEY, 0);
        vm.warp(DEADLINE + 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_Expired.selector, DEADLINE, DEADLINE + 1)
        );
        _relay(signature);
    }

    function test_RevertWhen_SomebodyElseSigned() external {
        _expectBad();
        _relay(_signed(STRANGER_KEY, 0));
        _expectBad();
        _relay("");
        _expectBad();
        _relay(new bytes(65));
    }

    function test_RevertWhen_AnySignedFieldDiffers() external {
        bytes memory signature = _signed(OWNER_KEY, 0);
        bytes32 other = commitAs(owner, keccak256("other"));
        _expectBad();
        datasets.consentFor(other, LINE, UNTIL, DEADLINE, signature);
        _expectBad();
        datasets.consentFor(datasetId, keccak256("another line"), UNTIL, DEADLINE, signature);
        _expectBad();
        datasets.consentFor(datasetId, LINE, UNTIL + 1, DEADLINE, signature);
        _expectBad();
        datasets.consentFor(datasetId, LINE, UNTIL, DEADLINE + 1, signature);
        signature = _signed(OWNER_KEY, 1);
        _expectBad();
        _relay(signature);
    }

    function test_RevertWhen_AnySignedFieldDiffers_Domain() external {
        bytes32 message = consentStruct(datasetId, LINE, UNTIL, 0, DEADLINE);
        bytes32[3] memory digests = [
            typedDigest("Freehold DatasetRegistry", block.chainid + 1, address(datasets), message),
            typedDigest("Freehold DatasetRegistry", block.chainid, address(ledger), message),
            typedDigest("Freehold DeltaLedger", block.chainid, address(datasets), message)
        ];
        for (uint256 i; i < digests.length; ++i) {
            _expectBad();
            _relay(sign(OWNER_KEY, digests[i]));
        }
    }

    function test_RevertGiven_SignatureWasUsed() external {
        bytes memory signature = _signed(OWNER_KEY, 0);
        _relay(signature);
        _expectBad();
        _relay(signature);
    }

    function test_RevertGiven_OwnerRevokedAfterHeSigned() external {
        bytes memory signature = _signed(OWNER_KEY, 0);
        vm.prank(owner);
        datasets.revokeConsent(datasetId, LINE);
        _expectBad();
        _relay(signature);
        assertFalse(mayCite(LINE, stranger), "no consent");
    }

    function test_RevertGiven_AccountIsLocked() external {
        bytes memory signature = _signed(OWNER_KEY, 0);
        lockAccount(owner);
        expectAccountLocked();
        _relay(signature);
    }

    function test_RevertWhen_TimeIsNotInTheFuture() external {
        bytes32 message = consentStruct(datasetId, LINE, uint40(START), 0, DEADLINE);
        bytes32 digest = typedDigest("Freehold DatasetRegistry", block.chainid, address(datasets), message);
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_InvalidUntil.selector, uint40(START)));
        datasets.consentFor(datasetId, LINE, uint40(START), DEADLINE, sign(OWNER_KEY, digest));
    }

    function test_WhenOwnerSigned() external {
        vm.warp(DEADLINE);
        bytes memory signature = _signed(OWNER_KEY, 0);
        vm.expectEmit(address(datasets));
        emit IDatasetRegistry.ConsentGiven(datasetId, LINE, UNTIL);
        _relay(signature);
        assertEq(datasets.consentUntil(datasetId, LINE), UNTIL, "until");
        assertEq(datasets.nonces(owner), 1, "nonce");
        _relay(_signed(OWNER_KEY, 1));
        assertEq(datasets.nonces(owner), 2, "next nonce");
    }

    function test_WhenWalletSigned() external {
        Wallet1271 wallet = new Wallet1271(owner);
        datasetId = commitAs(address(wallet), ROOT);
        _relay(_signed(OWNER_KEY, 0));
        assertTrue(mayCite(LINE, stranger), "consent");
        bytes memory signature = _signed(STRANGER_KEY, 1);
        vm.expectRevert(
            abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_BadSignature.selector, address(wallet))
        );
        _relay(signature);
    }

    function test_WhenOwnerSigned_OnAForkedChain() external {
        bytes memory before = _signed(OWNER_KEY, 0);
        vm.chainId(block.chainid + 1);
        bytes memory signature = _signed(OWNER_KEY, 0);
        _expectBad();
        _relay(before);
        _relay(signature);
    }

    function test_WhenOwnerSigned_TypeHash() external view {
        assertEq(
            datasets.CONSENT_TYPEHASH(),
            keccak256("Consent(bytes32 datasetId,bytes32 lineId,uint40 until,uint256 nonce,uint256 deadline)"),
            "type hash"
        );
        (, string memory name, string memory version, uint256 chainId, address verifyingContract, , ) = datasets
            .eip712Domain();
        assertEq(keccak256(bytes(name)), keccak256("Freehold DatasetRegistry"), "name");
        assertEq(keccak256(bytes(version)), keccak256("1"), "version");
        assertEq(chainId, block.chainid, "chain");
        assertEq(verifyingContract, address(datasets), "contract");
    }

    function _signed(uint256 key, uint256 nonce) private view returns (bytes memory) {
        bytes32 message = consentStruct(datasetId, LINE, UNTIL, nonce, DEADLINE);
        return sign(key, typedDigest("Freehold DatasetRegistry", block.chainid, address(datasets), message));
    }

    function _relay(bytes memory signature) private {
        vm.prank(relayer);
        datasets.consentFor(datasetId, LINE, UNTIL, DEADLINE, signature);
    }

    function _expectBad() private {
        vm.expectRevert(abi.encodeWithSelector(IDatasetRegistry.DatasetRegistry_BadSignature.selector, owner));
    }
}
