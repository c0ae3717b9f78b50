// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICommittedVersions} from "../../../../contracts/interfaces/ICommittedVersions.sol";
import {CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {IVersionProofs} from "../../../../contracts/interfaces/IVersionProofs.sol";
import {CommittedVersionsBase} from "./CommittedVersionsBase.sol";

contract VersionProofsVerifyInferencesTest is CommittedVersionsBase {
    function test_RevertWhen_InferencesAreOfTier1() external {
        _proveBoth();
        bytes32 circuitId = _circuitId(CircuitKind.Inference);
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, circuitId));
        proofs.verifyInferences(first, _circuit(CircuitKind.Inference), 0x51, _publics(), PROOF);
    }

    function test_RevertGiven_DigestsOfTheInferencesAreNotProvenEqual() external {
        vm.expectRevert(abi.encodeWithSelector(ICommittedVersions.VersionProofs_DigestsNotProven.selector, first));
        _verify();
    }

    function test_WhenVerifierWasShownOthers() external {
        _proveBoth();
        committed.show(abi.encode(SECOND_ROOT, uint256(0x51), _publics(), PROOF));
        committed.show(abi.encode(FIRST_ROOT, uint256(0x52), _publics(), PROOF));
        committed.show(abi.encode(FIRST_ROOT, uint256(0x51), new uint256[](4), PROOF));
        committed.show(abi.encode(FIRST_ROOT, uint256(0x51), _publics(), bytes("another proof")));
        assertFalse(_verify(), "refused");
    }

    function test_WhenVerifierAcceptsAll() external {
        _proveBoth();
        committed.show(abi.encode(FIRST_ROOT, uint256(0x51), _publics(), PROOF));
        assertTrue(_verify(), "accepted");
    }

    function _verify() private view returns (bool) {
        return proofs.verifyInferences(first, _committedCircuit(CircuitKind.Inference), 0x51, _publics(), PROOF);
    }

    function _publics() private pure returns (uint256[] memory publics) {
        publics = new uint256[](4);
        for (uint256 i = 0; i < 4; ++i) publics[i] = i + 1;
    }
}
