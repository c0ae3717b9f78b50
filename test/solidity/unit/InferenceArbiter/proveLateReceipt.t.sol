// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Offence} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
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
