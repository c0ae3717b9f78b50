// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Offence} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {ReceiptCases} from "./ReceiptCases.sol";

contract InferenceArbiterProveBackwardMeterTest is ReceiptCases {
    function _make() internal override {
        first = _receipt(channel, 3, 10);
        second = _receipt(channel, 7, 14);
        second.price = 5;
    }

    function _offence() internal pure override returns (Offence) {
        return Offence.BackwardMeter;
    }

    function _prove(address at_, bytes memory one, bytes memory two) internal override {
        vm.prank(STRANGER);
        arbiter.proveBackwardMeter(at_, first, one, second, two);
    }

    function test_RevertWhen_LaterCountsOn() external {
        second.cumulative = 15;
        _expectNoOffence();
        second.cumulative = type(uint64).max;
        _expectNoOffence();
    }

    function test_RevertWhen_LaterIsNotLater() external {
        second.seq = 3;
        _expectNoOffence();
        second.seq = 2;
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

    function test_WhenSumsAreBeyondTheirBits() external {
        first.cumulative = type(uint64).max;
        second.price = type(uint64).max;
        second.cumulative = type(uint64).max;
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }

    function test_WhenLaterIsAsHighAsEarlier() external {
        second.cumulative = 10;
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }
}
