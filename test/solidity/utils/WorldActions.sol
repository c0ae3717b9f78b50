// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {AccessManager} from "@openzeppelin/contracts/access/manager/AccessManager.sol";

import {DevelopmentReport, DevelopmentTeeVerifier} from "../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {DeltaLedger} from "../../../contracts/DeltaLedger.sol";
import {InferenceArbiter} from "../../../contracts/InferenceArbiter.sol";
import {InferenceEscrow} from "../../../contracts/InferenceEscrow.sol";
import {ModelAnchor, ModelTerms, Visibility} from "../../../contracts/interfaces/IModelRegistry.sol";
import {Policy, Registration, Window} from "../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../contracts/interfaces/ITeeVerifier.sol";
import {Commitments, Delta, DeltaFormat} from "../../../contracts/libraries/Hashes.sol";
import {ScriptedVerifier} from "../../../contracts/mocks/ScriptedVerifier.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {ModelRegistry} from "../../../contracts/ModelRegistry.sol";
import {NodeRegistry} from "../../../contracts/NodeRegistry.sol";
import {ProofKeys} from "../../../contracts/proofs/ProofKeys.sol";
import {SignatureValidator} from "../../../contracts/SignatureValidator.sol";
import {VersionProofs} from "../../../contracts/VersionProofs.sol";
import {Test} from "./Test.sol";

/// @notice The cast of the payment tests, and what owners, nodes and enclaves do, on contracts that an heir deploys or is given.
abstract contract WorldActions is Test {
    uint256 internal constant START = 1_800_000_000;
    uint40 internal constant FOREVER = type(uint40).max;
    uint32 internal constant GRACE = 1 hours;
    uint32 internal constant CLOSE_DELAY = 1 days;
    uint32 internal constant MAX_BATCH_AGE = 7 days;
    uint32 internal constant MAX_ENCLAVE_TTL = 7 days;
    uint32 internal constant THAW_PERIOD = 21 days;
    uint32 internal constant VEST_PERIOD = 1 days;
    uint32 internal constant ANSWER_PERIOD = 12 hours;
    uint32 internal constant PROOF_WINDOW = 7 days;
    uint32 internal constant PROOF_NOTICE = 1 days;
    /// @dev Units.
    uint64 internal constant BOND = 1e6;
    uint256 internal constant MIN_STAKE = 1_000e6;
    uint256 internal constant RECHECK_BOUNTY = 5e6;
    uint32 internal constant MAX_EVIDENCE_AGE = 10 minutes;
    uint256 internal constant PENALTY = MIN_STAKE;
    bytes32 internal constant MEASUREMENT = keccak256("measurement of the worker");

    uint256 internal constant TEST_ROOT_KEY = 0x7e57;
    uint256 internal constant OWNER_KEY = 0x0b0e;
    uint256 internal constant NODE_KEY = 0x0de1;
    uint256 internal constant OTHER_NODE_KEY = 0x0de2;
    uint256 internal constant ENCLAVE_KEY = 0xe4c1;
    uint256 internal constant OTHER_ENCLAVE_KEY = 0xe4c2;
    uint256 internal constant PAYER_KEY = 0xbae1;
    uint256 internal constant OTHER_PAYER_KEY = 0xbae2;
    uint256 internal constant STRANGER_KEY = 0x57a1;

    address internal immutable TEST_ROOT = vm.addr(TEST_ROOT_KEY);
    address internal immutable OWNER = vm.addr(OWNER_KEY);
    address internal immutable NODE = vm.addr(NODE_KEY);
    address internal immutable OTHER_NODE = vm.addr(OTHER_NODE_KEY);
    address internal immutable ENCLAVE = vm.addr(ENCLAVE_KEY);
    address internal immutable OTHER_ENCLAVE = vm.addr(OTHER_ENCLAVE_KEY);
    address internal immutable PAYER = vm.addr(PAYER_KEY);
    address internal immutable OTHER_PAYER = vm.addr(OTHER_PAYER_KEY);
    address internal immutable STRANGER = vm.addr(STRANGER_KEY);
    address internal constant PAYOUT = address(0xb4a7);

    AccessManager internal authority;
    TestToken internal token;
    ModelRegistry internal models;
    DeltaLedger internal ledger;
    DevelopmentTeeVerifier internal verifier;
    NodeRegistry internal nodes;
    SignatureValidator internal validator;
    InferenceEscrow internal escrow;
    InferenceArbiter internal arbiter;
    ProofKeys internal keys;
    VersionProofs internal proofs;

    uint256 internal modelId;
    bytes32 internal lineId;
    /// @dev The active version.
    bytes32 internal versionHash;
    /// @dev The version before it, whose grace has ended.
    bytes32 internal staleHash;

    function skip(uint256 time) internal {
        vm.warp(vm.getBlockTimestamp() + time);
        vm.roll(vm.getBlockNumber() + 1);
    }

    function _now() internal view returns (uint40) {
        return uint40(vm.getBlockTimestamp());
    }

    function _always() internal pure returns (Window memory) {
        return Window({from: 0, until: FOREVER});
    }

    // Lines

    function _deployModel(address owner, string memory name) internal returns (uint256) {
        ModelAnchor memory anchor = ModelAnchor({
            weightsRoot: keccak256(bytes(name)),
            byteLength: 9_000,
            architectureHash: keccak256("architecture"),
            commitments: Commitments(0, 0, 0)
        });
        vm.prank(owner);
        models.commit(models.commitmentOf(owner, anchor, "salt"));
        skip(2);
        vm.prank(owner);
        return models.deploy(anchor, ModelTerms(Visibility.Public, address(0), 0), "", "salt");
    }

    function _openLine(address owner, uint256 model) internal returns (bytes32 line, bytes32 baseHash) {
        vm.prank(owner);
        line = ledger.openLine(model, GRACE);
        baseHash = models.baseVersionHash(model);
    }

    function _appendAndActivate(address owner, uint256 model, string memory name) internal returns (bytes32 hash) {
        (hash, ) = _appendCommitted(owner, model, name, 0);
    }

    /// @dev Appends and activates a version, of whose weights `root` is the Poseidon root.
    function _appendCommitted(
        address owner,
        uint256 model,
        string memory name,
        bytes32 root
    ) internal returns (bytes32 hash, uint32 version) {
        bytes32 parent = ledger.lineOf(ledger.lineIdOf(model, owner)).headHash;
        Delta memory delta = Delta(keccak256(bytes(name)), 900, DeltaFormat.Lora, Commitments(root, 0, 0));
        vm.startPrank(owner);
        (version, hash) = ledger.append(model, parent, delta, new bytes32[](0));
        ledger.activate(model, version);
        vm.stopPrank();
    }

    /// @dev Lets the line accept the test verifier and one measurement, and no default.
    function _pin(address owner, bytes32 line, bytes32 measurement) internal {
        vm.startPrank(owner);
        nodes.setPolicy(line, Policy(false, TcbStatus.UpToDate));
        nodes.setLineVerifier(line, address(verifier), _always());
        nodes.setLineMeasurement(line, measurement, _always());
        vm.stopPrank();
    }

    // Nodes

    function _registerNode(address node, address payout, uint256 stake) internal {
        vm.prank(node);
        nodes.register("https://node.example", payout);
        _addStake(node, stake);
    }

    function _addStake(address node, uint256 amount) internal {
        token.mint(node, amount);
        vm.startPrank(node);
        token.approve(address(nodes), amount);
        nodes.addStake(amount);
        vm.stopPrank();
    }

    /// @dev Lets one account slash; a registry takes stake only then.
    function _nameSlasher(NodeRegistry registry, address slasher) internal {
        address[] memory slashers = new address[](1);
        slashers[0] = slasher;
        registry.setSlashers(slashers);
    }

    function _registerEnclave(address node, address receiptKey) internal {
        Registration memory registration = _registration(node, receiptKey);
        vm.prank(node);
        nodes.registerEnclave(registration);
    }

    /// @dev An enclave of a vendor's family, with the world's measurement, whose verifier says what it is told.
    function _registerScripted(ScriptedVerifier scripted, address node, address receiptKey) internal {
        Registration memory registration = _registration(node, receiptKey);
        registration.verifier = scripted;
        registration.evidence = abi.encode(_teeReport(node, receiptKey));
        vm.prank(node);
        nodes.registerEnclave(registration);
    }

    /// @dev A sound vendor's report that lasts as long as {_report}'s.
    function _teeReport(address node, address receiptKey) internal view returns (TeeReport memory) {
        DevelopmentReport memory report = _report(node, receiptKey);
        return
            TeeReport({
                teeType: TeeType.IntelTdx,
                measurementId: report.measurementId,
                binding: report.binding,
                evidenceId: keccak256(abi.encode("evidence", report.binding)),
                issuedAt: 0,
                validUntil: report.validUntil,
                tcbStatus: TcbStatus.UpToDate,
                platformId: report.platformId,
                basisId: keccak256("basis")
            });
    }

    function _registration(address node, address receiptKey) internal view returns (Registration memory) {
        return _registrationOf(receiptKey, _report(node, receiptKey));
    }

    function _registrationOf(
        address receiptKey,
        DevelopmentReport memory report
    ) internal view returns (Registration memory) {
        return
            Registration({
                verifier: verifier,
                receiptKey: receiptKey,
                hpkePublicKey: _hpkeKey(receiptKey),
                versionSet: versionHash,
                challengeBlock: uint64(vm.getBlockNumber() - 1),
                evidence: _evidence(report, TEST_ROOT_KEY),
                aux: ""
            });
    }

    function _report(address node, address receiptKey) internal view returns (DevelopmentReport memory) {
        return
            DevelopmentReport({
                measurementId: MEASUREMENT,
                binding: nodes.bindingOf(
                    node,
                    receiptKey,
                    _hpkeKey(receiptKey),
                    versionHash,
                    uint64(vm.getBlockNumber() - 1)
                ),
                issuedAt: _now(),
                validUntil: _now() + 365 days,
                debug: false,
                platformId: keccak256("machine")
            });
    }

    function _evidence(DevelopmentReport memory report, uint256 rootKey) internal view returns (bytes memory) {
        return abi.encode(report, _sign(rootKey, verifier.reportDigest(report)));
    }

    function _hpkeKey(address receiptKey) internal pure returns (bytes memory) {
        return abi.encodePacked(keccak256(abi.encode("hpke", receiptKey)));
    }

    function _sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }
}
