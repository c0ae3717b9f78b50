// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Circuit, CircuitKind, IProofKeys} from "../../../../contracts/interfaces/IProofKeys.sol";
import {IVersionProofs} from "../../../../contracts/interfaces/IVersionProofs.sol";
import {VersionProofsBase} from "./VersionProofsBase.sol";

contract VersionProofsProveRegistrationTest is VersionProofsBase {
    function test_RevertWhen_CircuitIsOfAnotherKindOrTier() external {
        Circuit[4] memory wrong = _wrongCircuits(CircuitKind.Register);
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, _idOfCircuit(wrong[i]))
            );
            proofs.proveRegistration(lineId, next, wrong[i], PROOF);
        }
    }

    function test_RevertGiven_NoKeyIsPinned() external {
        Circuit memory circuit = _circuit(CircuitKind.Register);
        circuit.version = 2;
        vm.expectRevert(abi.encodeWithSelector(IProofKeys.ProofKeys_UnknownCircuit.selector, _idOfCircuit(circuit)));
        proofs.proveRegistration(lineId, next, circuit, PROOF);
    }

    function test_RevertGiven_VersionHasNoCommitment() external {
        vm.expectRevert(
            abi.encodeWithSelector(IVersionProofs.VersionProofs_NotCommitted.selector, lineId, version - 1)
        );
        proofs.proveRegistration(lineId, version - 1, _circuit(CircuitKind.Register), PROOF);
    }

    function test_RevertWhen_ProofShowsAnotherStatement() external {
        uint256 context = _versionContext("Registration", nextHash);
        scripted.show(_registration(ROOT, context));
        scripted.show(_registration(NEXT_ROOT, _versionContext("Delta", nextHash)));
        scripted.show(_registration(NEXT_ROOT, _versionContext("Registration", versionHash)));
        vm.expectRevert(
            abi.encodeWithSelector(IVersionProofs.VersionProofs_InvalidProof.selector, _circuitId(CircuitKind.Register))
        );
        _prove();
        assertEq(proofs.registrationOf(nextHash), 0, "not proven");
    }

    function test_RevertGiven_ItIsProven() external {
        scripted.show(_registration(NEXT_ROOT, _versionContext("Registration", nextHash)));
        _prove();
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_AlreadyProven.selector, nextHash));
        _prove();
    }

    function test_WhenProofShowsTheStatement() external {
        uint256 context = _versionContext("Registration", nextHash);
        assertEq(proofs.registrationContext(lineId, nextHash), context, "context");
        scripted.show(_registration(NEXT_ROOT, context));
        bytes32 circuitId = _circuitId(CircuitKind.Register);
        vm.expectEmit(address(proofs));
        emit IVersionProofs.RegistrationProven(lineId, next, nextHash, circuitId);
        _prove();
        assertEq(proofs.registrationOf(nextHash), circuitId, "proven");
        assertEq(proofs.registrationOf(versionHash), 0, "no other version");
    }

    function _prove() private {
        vm.prank(STRANGER);
        proofs.proveRegistration(lineId, next, _circuit(CircuitKind.Register), PROOF);
    }
}
