// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Circuit, CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {IVersionProofs} from "../../../../contracts/interfaces/IVersionProofs.sol";
import {Commitments} from "../../../../contracts/libraries/Hashes.sol";
import {ModelAnchor, ModelTerms, Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {VersionProofsBase} from "./VersionProofsBase.sol";

contract VersionProofsProveDeltaTest is VersionProofsBase {
    function test_RevertWhen_CircuitIsOfAnotherKindOrTier() external {
        Circuit[4] memory wrong = _wrongCircuits(CircuitKind.Delta);
        for (uint256 i = 0; i < 4; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(IVersionProofs.VersionProofs_WrongCircuit.selector, _idOfCircuit(wrong[i]))
            );
            proofs.proveDelta(lineId, next, wrong[i], DELTA_ROOT, PROOF);
        }
    }

    function test_RevertGiven_VersionOrItsParentHasNoCommitment() external {
        _expectNotCommitted(version - 1, version - 1);
        _expectNotCommitted(version, version - 1);
    }

    function test_RevertWhen_VersionIsTheBase() external {
        ModelAnchor memory anchor = ModelAnchor({
            weightsRoot: keccak256("committed base"),
            byteLength: 9_000,
            architectureHash: keccak256("architecture"),
            commitments: Commitments(ROOT, 0, 0)
        });
        vm.prank(OWNER);
        models.commit(models.commitmentOf(OWNER, anchor, "salt"));
        skip(2);
        vm.prank(OWNER);
        modelId = models.deploy(anchor, ModelTerms(Visibility.Public, address(0), 0), "", "salt");
        (lineId, ) = _openLine(OWNER, modelId);
        _expectNotCommitted(0, 0);
    }

    function test_RevertWhen_ProofShowsAnotherStatement() external {
        uint256[] memory publics = _delta(_versionContext("Delta", nextHash));
        for (uint256 i = 0; i < 4; ++i) {
            publics[i] += 1;
            scripted.show(publics);
            publics[i] -= 1;
        }
        scripted.show(_delta(_versionContext("Registration", nextHash)));
        vm.expectRevert(
            abi.encodeWithSelector(IVersionProofs.VersionProofs_InvalidProof.selector, _circuitId(CircuitKind.Delta))
        );
        _prove();
    }

    function test_RevertGiven_ItIsProven() external {
        scripted.show(_delta(_versionContext("Delta", nextHash)));
        _prove();
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_AlreadyProven.selector, nextHash));
        _prove();
    }

    function test_WhenProofShowsTheStatement() external {
        uint256 context = _versionContext("Delta", nextHash);
        assertEq(proofs.deltaContext(lineId, nextHash), context, "context");
        scripted.show(_delta(context));
        vm.expectEmit(address(proofs));
        emit IVersionProofs.DeltaProven(lineId, next, nextHash, _circuitId(CircuitKind.Delta), DELTA_ROOT);
        _prove();
        assertEq(proofs.deltaOf(nextHash), DELTA_ROOT, "proven");
        assertEq(proofs.deltaOf(versionHash), 0, "no other version");
    }

    function _prove() private {
        vm.prank(STRANGER);
        proofs.proveDelta(lineId, next, _circuit(CircuitKind.Delta), DELTA_ROOT, PROOF);
    }

    function _expectNotCommitted(uint32 number, uint32 missing) private {
        vm.expectRevert(abi.encodeWithSelector(IVersionProofs.VersionProofs_NotCommitted.selector, lineId, missing));
        proofs.proveDelta(lineId, number, _circuit(CircuitKind.Delta), DELTA_ROOT, PROOF);
    }
}
