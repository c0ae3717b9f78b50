// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Offence} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {ReceiptCases} from "./ReceiptCases.sol";

contract InferenceArbiterProveLateReceiptTest is ReceiptCases {
    function _make() internal override {
        first = _receipt(channel, 3, 10);
        first.workedAt = nodes.enclaveOf(ENCLAVE).validUntil + 1;
    }

    function _offence() internal pure override returns (Offence) {
        return Offence.LateReceipt;
    }

    function _prove(address at_, bytes memory one, bytes memory) internal override {
        vm.prank(STRANGER);
        arbiter.proveLateReceipt(at_, first, one);
    }

    function test_RevertWhen_WorkEndedInTheEnclavesLastSecond() external {
        first.workedAt = nodes.enclaveOf(ENCLAVE).validUntil;
        _expectNoOffence();
    }

    /// @dev Whoever shortens an enclave's life by a recheck can ask it for one more answer before its operator knows.
    function test_Attack_ReceiptOfTheSecondAfterARecheck() external {
        ScriptedVerifier scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
        _registerScripted(scripted, NODE, OTHER_ENCLAVE);
        skip(1 hours);
        scripted.setVerdict(0, TcbStatus.Revoked);
        vm.prank(PAYER);
        nodes.recheck(OTHER_ENCLAVE, "");
        skip(1);

        first.workedAt = _now();
        assertTrue(first.workedAt > nodes.enclaveOf(OTHER_ENCLAVE).validUntil, "not payable");
        bytes memory signature = _signReceipt(OTHER_ENCLAVE_KEY, first);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NoOffence.selector, Offence.LateReceipt)
        );
        arbiter.proveLateReceipt(address(escrow), first, signature);

        first.workedAt = nodes.enclaveOf(OTHER_ENCLAVE).promisedUntil + 1;
        arbiter.proveLateReceipt(address(escrow), first, _signReceipt(OTHER_ENCLAVE_KEY, first));
    }

    function test_WhenWorkEndedAfterTheRevocation() external {
        skip(1 hours);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        first.workedAt = _now();
        _expectNoOffence();
        first.workedAt = _now() + 1;
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }
}
