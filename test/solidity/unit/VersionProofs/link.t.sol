// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICommittedVersions} from "../../../../contracts/interfaces/ICommittedVersions.sol";
import {Circuit, CircuitKind, IProofKeys} from "../../../../contracts/interfaces/IProofKeys.sol";
import {IVersionProofs} from "../../../../contracts/interfaces/IVersionProofs.sol";
import {CommittedVersionsBase} from "./CommittedVersionsBase.sol";

contract VersionProofsLinkTest is CommittedVersionsBase {
    function test_RevertWhen_LinkIsForACircuitOfAnotherKindOrTier() external {
        _proveBoth();
        Circuit[4] memory wrong = _wrongCircuits(CircuitKind.Inference);
        // Tier 1, and in tier 2 all other kinds.
        wrong[3].tier = 1;
        for (uint256 i = 0; i < 3; ++i) wrong[i].tier = 2;
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, _idOfCircuit(wrong[i]))
            );
            proofs.link(first, wrong[i], LINKED);
        }
    }

    function test_RevertGiven_NoKeyOfTheLinksCircuitIsPinned() external {
        _proveBoth();
        Circuit memory circuit = _committedCircuit(CircuitKind.Inference);
        circuit.features += 1;
        vm.expectRevert(abi.encodeWithSelector(IProofKeys.ProofKeys_UnknownCircuit.selector, _idOfCircuit(circuit)));
        proofs.link(first, circuit, LINKED);
    }

    function test_RevertGiven_DigestsAreNotProvenEqual() external {
        committed.show(abi.encode(FIRST_ROOT, _firstAnchor(), LINKED));
        vm.expectRevert(abi.encodeWithSelector(ICommittedVersions.VersionProofs_DigestsNotProven.selector, first));
        _link(first);
        // A version that the ledger does not know.
        vm.expectRevert(abi.encodeWithSelector(ICommittedVersions.VersionProofs_DigestsNotProven.selector, bytes32(0)));
        _link(0);
    }

    function test_RevertWhen_LinkIsOfOtherDigests() external {
        _proveBoth();
        committed.show(abi.encode(FIRST_ROOT, _secondAnchor(), LINKED));
        committed.show(abi.encode(SECOND_ROOT, _firstAnchor(), LINKED));
        committed.show(abi.encode(SECOND_ROOT, _secondAnchor(), LINKED));
        bytes32 circuitId = _idOfCircuit(_committedCircuit(CircuitKind.Inference));
        vm.expectRevert(
            abi.encodeWithSelector(ICommittedVersions.VersionProofs_InvalidLink.selector, first, circuitId)
        );
        _link(first);
        assertEq(_sumOf(first), 0, "none");
    }

    function test_WhenLinkHolds() external {
        _proveBoth();
        assertEq(_sumOf(first), 0, "none yet");
        committed.show(abi.encode(FIRST_ROOT, _firstAnchor(), LINKED));
        bytes32 circuitId = _idOfCircuit(_committedCircuit(CircuitKind.Inference));
        vm.expectEmit(address(proofs));
        emit ICommittedVersions.SumLinked(first, circuitId, 0x51, 0x52);
        _link(first);
        assertEq(_sumOf(first), 0x52, "accepted");
        assertEq(_sumOf(second), 0, "for no other version");
    }

    function _link(bytes32 hash) private {
        vm.prank(STRANGER);
        proofs.link(hash, _committedCircuit(CircuitKind.Inference), LINKED);
    }

    function _sumOf(bytes32 hash) private view returns (uint256) {
        return proofs.sumOf(hash, _committedCircuit(CircuitKind.Inference), 0x51);
    }
}
