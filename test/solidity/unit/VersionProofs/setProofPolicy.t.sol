// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Circuit, CircuitKind, IProofKeys} from "../../../../contracts/interfaces/IProofKeys.sol";
import {IVersionProofs, ProofPolicy} from "../../../../contracts/interfaces/IVersionProofs.sol";
import {VersionProofs} from "../../../../contracts/VersionProofs.sol";
import {VersionProofsBase} from "./VersionProofsBase.sol";

contract VersionProofsSetProofPolicyTest is VersionProofsBase {
    function test_RevertWhen_CallerIsNotTheLinesOwner() external {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, STRANGER));
        vm.prank(STRANGER);
        proofs.setProofPolicy(lineId, _circuit(CircuitKind.Inference), 1);
    }

    function test_RevertGiven_LineIsLocked() external {
        vm.prank(OWNER);
        ledger.lockLine(modelId, 1 days, address(0));
        vm.expectRevert();
        _setPolicy(1);
    }

    function test_RevertWhen_ShareIsMoreThanAll() external {
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_InvalidShare.selector, WHOLE + 1));
        _setPolicy(WHOLE + 1);
        _setPolicy(WHOLE);
    }

    function test_RevertWhen_CircuitIsOfAnotherKindOrTier() external {
        Circuit[4] memory wrong = _wrongCircuits(CircuitKind.Inference);
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, _idOfCircuit(wrong[i]))
            );
            vm.prank(OWNER);
            proofs.setProofPolicy(lineId, wrong[i], 1);
        }
    }

    function test_RevertGiven_NoKeyIsPinned() external {
        Circuit memory circuit = _circuit(CircuitKind.Inference);
        circuit.features += 1;
        vm.expectRevert(abi.encodeWithSelector(IProofKeys.ProofKeys_UnknownCircuit.selector, _idOfCircuit(circuit)));
        vm.prank(OWNER);
        proofs.setProofPolicy(lineId, circuit, 1);
    }

    function test_GivenAnotherPolicyIsNotInForceYet() external {
        _setPolicy(7);
        skip(1);
        _setPolicy(8);
        assertEq(proofs.policyAt(lineId, _now() + PROOF_NOTICE - 1).auditShare, _share(), "the old one until then");
        assertEq(proofs.policyAt(lineId, _now() + PROOF_NOTICE).auditShare, 8, "replaced");
    }

    function test_WhenPolicyIsOne() external {
        uint40 since = _now() + PROOF_NOTICE;
        vm.expectEmit(address(proofs));
        emit IVersionProofs.ProofPolicySet(lineId, _circuitId(CircuitKind.Inference), 9, since);
        _setPolicy(9);
        ProofPolicy memory policy = proofs.policyAt(lineId, since);
        assertEq(policy.circuitId, _circuitId(CircuitKind.Inference), "circuit");
        assertEq(policy.auditShare, 9, "share");
        assertEq(policy.since, since, "since");
    }

    function test_GivenDeploymentTakesTier2() external {
        proofs = VersionProofs(_create("VersionProofs.sol", abi.encode(ledger, keys, PROOF_NOTICE, true)));
        Circuit memory circuit = _circuit(CircuitKind.Inference);
        circuit.tier = 2;
        keys.pin(circuit, scripted, scripted.keyHash());
        vm.prank(OWNER);
        proofs.setProofPolicy(lineId, circuit, 3);
        assertEq(proofs.policyAt(lineId, _now() + PROOF_NOTICE).circuitId, _idOfCircuit(circuit), "circuit");
        // Nothing above, and no delta by a circuit.
        circuit.tier = 3;
        vm.expectRevert(
            abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, _idOfCircuit(circuit))
        );
        vm.prank(OWNER);
        proofs.setProofPolicy(lineId, circuit, 3);
        circuit = _circuit(CircuitKind.Delta);
        circuit.tier = 2;
        vm.expectRevert(
            abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, _idOfCircuit(circuit))
        );
        proofs.proveDelta(lineId, next, circuit, DELTA_ROOT, PROOF);
    }

    function test_RevertWhen_NoticeIsZero() external {
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_InvalidNotice.selector, uint32(0)));
        new VersionProofs(ledger, keys, 0, true);
        assertEq(proofs.NOTICE(), PROOF_NOTICE, "notice");
        assertEq(proofs.KEYS(), address(keys), "keys");
        assertEq(address(proofs.LEDGER()), address(ledger), "ledger");
        assertEq(proofs.WHOLE(), WHOLE, "whole");
        assertFalse(proofs.EXPERIMENTAL(), "tier 2");
    }
}
