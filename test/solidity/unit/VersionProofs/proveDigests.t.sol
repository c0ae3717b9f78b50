// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Point} from "../../../../contracts/interfaces/ICommitGroth16Verifier.sol";
import {ICommittedVersions} from "../../../../contracts/interfaces/ICommittedVersions.sol";
import {Circuit, CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {IVersionProofs} from "../../../../contracts/interfaces/IVersionProofs.sol";
import {Commitments} from "../../../../contracts/libraries/Hashes.sol";
import {VersionProofs} from "../../../../contracts/VersionProofs.sol";
import {CommittedVersionsBase} from "./CommittedVersionsBase.sol";

contract VersionProofsProveDigestsTest is CommittedVersionsBase {
    function test_RevertGiven_DeploymentDoesNotTakeTier2() external {
        proofs = VersionProofs(_create("VersionProofs.sol", abi.encode(ledger, keys, PROOF_NOTICE, false)));
        assertFalse(proofs.EXPERIMENTAL(), "off");
        committed.show(abi.encode(_statement(), _firstAnchor(), PROOF));
        bytes32 circuitId = _idOfCircuit(_committedCircuit(CircuitKind.Register));
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, circuitId));
        _prove(firstNumber);
    }

    function test_RevertGiven_VersionHasNoAnchor() external {
        vm.expectRevert(abi.encodeWithSelector(ICommittedVersions.VersionProofs_NotAnchored.selector, nextHash));
        _prove(next);
    }

    function test_RevertWhen_ProofOfDigestsShowsAnotherStatement() external {
        uint256 context = _versionContext("Registration", first);
        committed.show(abi.encode(_registration(FIRST_ROOT, context), _secondAnchor(), PROOF));
        committed.show(abi.encode(_registration(SECOND_ROOT, context), _firstAnchor(), PROOF));
        uint256 other = _versionContext("Registration", second);
        committed.show(abi.encode(_registration(FIRST_ROOT, other), _firstAnchor(), PROOF));
        // What a verifier of tier 1 would be asked.
        committed.show(abi.encode(_statement(), PROOF));
        bytes32 circuitId = _idOfCircuit(_committedCircuit(CircuitKind.Register));
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_InvalidProof.selector, circuitId));
        _prove(firstNumber);
        _expectNone(first);
        assertEq(proofs.registrationOf(first), 0, "not registered");
    }

    function test_RevertGiven_DigestsAreProven() external {
        _proveBoth();
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_AlreadyProven.selector, first));
        _prove(firstNumber);
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_AlreadyProven.selector, first));
        proofs.proveRegistration(lineId, firstNumber, _circuit(CircuitKind.Register), PROOF);
    }

    function test_GivenVersionIsRegisteredInTier1() external {
        scripted.show(_statement());
        proofs.proveRegistration(lineId, firstNumber, _circuit(CircuitKind.Register), PROOF);
        _expectNone(first);
        _proveDigests(firstNumber, first, FIRST_ROOT, _firstAnchor());
        assertEq(proofs.digestsOf(first).poseidonRoot, FIRST_ROOT, "kept");
        assertEq(proofs.registrationOf(first), _circuitId(CircuitKind.Register), "the first circuit");
    }

    function test_WhenProofShowsThatDigestsAreEqual() external {
        bytes32 circuitId = _idOfCircuit(_committedCircuit(CircuitKind.Register));
        committed.show(abi.encode(_statement(), _firstAnchor(), PROOF));
        vm.expectEmit(address(proofs));
        emit IVersionProofs.RegistrationProven(lineId, firstNumber, first, circuitId);
        _prove(firstNumber);
        Commitments memory kept = proofs.digestsOf(first);
        assertEq(kept.poseidonRoot, FIRST_ROOT, "root");
        assertEq(kept.pedersenX, _firstAnchor().x, "x");
        assertEq(kept.pedersenY, _firstAnchor().y, "y");
        assertEq(proofs.registrationOf(first), circuitId, "registered");
        _expectNone(second);
    }

    function _prove(uint32 number) private {
        vm.prank(STRANGER);
        proofs.proveRegistration(lineId, number, _committedCircuit(CircuitKind.Register), PROOF);
    }

    function _statement() private view returns (uint256[] memory) {
        return _registration(FIRST_ROOT, _versionContext("Registration", first));
    }

    function _expectNone(bytes32 hash) private view {
        Commitments memory none = proofs.digestsOf(hash);
        assertEq(none.poseidonRoot, 0, "root");
        assertEq(none.pedersenX | none.pedersenY, 0, "anchor");
    }
}
