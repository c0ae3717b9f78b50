// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Point} from "../../../../contracts/interfaces/ICommitGroth16Verifier.sol";
import {Circuit, CircuitKind} from "../../../../contracts/interfaces/IProofKeys.sol";
import {Commitments, Delta, DeltaFormat} from "../../../../contracts/libraries/Hashes.sol";
import {ScriptedCommitVerifier} from "../../../../contracts/mocks/ScriptedCommitVerifier.sol";
import {VersionProofs} from "../../../../contracts/VersionProofs.sol";
import {VersionProofsBase} from "./VersionProofsBase.sol";

/// @notice A deployment that takes tier 2, and two versions with both digests: the second's anchor is the first's plus {_difference}.
abstract contract CommittedVersionsBase is VersionProofsBase {
    bytes32 internal constant FIRST_ROOT = bytes32(uint256(0x9101));
    bytes32 internal constant SECOND_ROOT = bytes32(uint256(0x9102));
    bytes internal constant LINKED = abi.encode(uint256(0x51), uint256(0x52), uint256(0x53), uint256(0x54));

    ScriptedCommitVerifier internal committed;
    bytes32 internal first;
    bytes32 internal second;
    uint32 internal firstNumber;

    function setUp() public virtual override {
        super.setUp();
        proofs = VersionProofs(_create("VersionProofs.sol", abi.encode(ledger, keys, PROOF_NOTICE, true)));
        committed = new ScriptedCommitVerifier();
        keys.pin(_committedCircuit(CircuitKind.Inference), committed, committed.keyHash());
        keys.pin(_committedCircuit(CircuitKind.Register), committed, committed.keyHash());
        (first, firstNumber) = _appendAnchored("first", FIRST_ROOT, _firstAnchor());
        (second, ) = _appendAnchored("second", SECOND_ROOT, _secondAnchor());
    }

    function _appendAnchored(
        string memory name,
        bytes32 root,
        Point memory anchor
    ) internal returns (bytes32 hash, uint32 number) {
        bytes32 parent = ledger.lineOf(lineId).headHash;
        Commitments memory both = Commitments(root, anchor.x, anchor.y);
        vm.prank(OWNER);
        (number, hash) = ledger.append(
            modelId,
            parent,
            Delta(keccak256(bytes(name)), 900, DeltaFormat.Lora, both),
            new bytes32[](0)
        );
    }

    /// @dev Proves the digests of both versions equal.
    function _proveBoth() internal {
        _proveDigests(firstNumber, first, FIRST_ROOT, _firstAnchor());
        _proveDigests(firstNumber + 1, second, SECOND_ROOT, _secondAnchor());
    }

    function _proveDigests(uint32 number, bytes32 hash, bytes32 root, Point memory anchor) internal {
        committed.show(abi.encode(_registration(root, _versionContext("Registration", hash)), anchor, PROOF));
        vm.prank(STRANGER);
        proofs.proveRegistration(lineId, number, _committedCircuit(CircuitKind.Register), PROOF);
    }

    function _committedCircuit(CircuitKind kind) internal pure returns (Circuit memory circuit) {
        circuit = _circuit(kind);
        circuit.tier = 2;
    }

    /// @dev The generator.
    function _firstAnchor() internal pure returns (Point memory) {
        return Point(1, 2);
    }

    /// @dev Three times the generator.
    function _secondAnchor() internal pure returns (Point memory) {
        return
            Point(
                0x0769bf9ac56bea3ff40232bcb1b6bd159315d84715b8e679f2d355961915abf0,
                0x2ab799bee0489429554fdb7c8d086475319e63b40b9c5b57cdf1ff3dd9fe2261
            );
    }

    /// @dev Twice the generator.
    function _difference() internal pure returns (Point memory) {
        return
            Point(
                0x030644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd3,
                0x15ed738c0e0a7c92e7845f96b2ae9c0a68a6a449e3538fc7ff3ebf7a5a18a2c4
            );
    }
}
