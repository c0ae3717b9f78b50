// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Offence, Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {ReceiptCases} from "./ReceiptCases.sol";

contract InferenceArbiterProveDoubleReceiptTest is ReceiptCases {
    function _make() internal override {
        first = _receipt(channel, 3, 10);
        second = _receipt(channel, 3, 10);
        second.responseHash = keccak256("another response");
    }

    function _offence() internal pure override returns (Offence) {
        return Offence.DoubleReceipt;
    }

    function _prove(address at_, bytes memory one, bytes memory two) internal override {
        vm.prank(STRANGER);
        arbiter.proveDoubleReceipt(at_, first, one, second, two);
    }

    function test_RevertWhen_ReceiptsAreTheSame() external {
        second = first;
        _expectNoOffence();
    }

    function test_RevertWhen_SequenceNumbersDiffer() external {
        second.seq = 4;
        _expectNoOffence();
    }

    function test_RevertWhen_ChannelsDiffer() external {
        second.channel = channel + 1;
        _expectNoOffence();
    }

    function test_RevertWhen_LinesDiffer() external {
        second.lineId = keccak256("another line");
        _expectNoOffence();
    }

    function test_RevertWhen_NodesDiffer() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        second.node = OTHER_NODE;
        (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, OTHER_ENCLAVE_KEY);
        _expectNoOffenceError();
        _prove(address(escrow), one, two);
    }

    function test_WhenAnyOtherFieldDiffers() external {
        Receipt[6] memory others;
        for (uint256 i = 0; i < 6; ++i) others[i] = _receipt(channel, uint64(20 + i), 10);
        others[0].cumulative = 11;
        others[1].price = 2;
        others[2].versionHash = staleHash;
        others[3].requestHash = keccak256("another request");
        others[4].responseHash = keccak256("another response");
        others[5].workedAt = _now() - 1;
        for (uint256 i = 0; i < 6; ++i) {
            first = _receipt(channel, uint64(20 + i), 10);
            second = others[i];
            (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
            _prove(address(escrow), one, two);
            assertTrue(arbiter.isConvicted(_offenceId()), "convicted");
        }
    }

    function test_WhenTwoEnclavesOfTheNodeSigned() external {
        _registerEnclave(NODE, OTHER_ENCLAVE);
        (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, OTHER_ENCLAVE_KEY);
        _prove(address(escrow), one, two);
        assertTrue(arbiter.isConvicted(_offenceId()), "convicted");
    }
}
