// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Offence} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {ReceiptCases} from "./ReceiptCases.sol";

contract InferenceArbiterProveStaleReceiptTest is ReceiptCases {
    function _make() internal override {
        first = _receipt(channel, 3, 10);
        first.versionHash = staleHash;
    }

    function _offence() internal pure override returns (Offence) {
        return Offence.StaleReceipt;
    }

    function _prove(address at_, bytes memory one, bytes memory) internal override {
        vm.prank(STRANGER);
        arbiter.proveStaleReceipt(at_, first, one);
    }

    function test_RevertWhen_VersionIsActive() external {
        first.versionHash = versionHash;
        _expectNoOffence();
    }

    function test_RevertWhen_WorkEndedInTheLastSecondOfGrace() external {
        first.workedAt = ledger.payableUntil(lineId, staleHash);
        _expectNoOffence();
    }

    function test_RevertWhen_VersionIsActiveAgain() external {
        vm.prank(OWNER);
        ledger.activate(modelId, 0);
        _expectNoOffence();
    }

    function test_WhenWorkEndedAfterTheGrace() external {
        first.workedAt = ledger.payableUntil(lineId, staleHash) + 1;
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }

    function test_WhenVersionWasNeverActive() external {
        first.versionHash = keccak256("never appended");
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }

    function test_WhenLineIsUnknown() external {
        victim = STRANGER;
        first.lineId = keccak256("no line");
        first.versionHash = 0;
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }
}
