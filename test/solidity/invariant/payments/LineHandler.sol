// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Line} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {Policy, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {Commitments, Delta, DeltaFormat} from "../../../../contracts/libraries/Hashes.sol";
import {Handler, World} from "./Handler.sol";
import {EnclaveRef} from "./PaymentsStore.sol";

/// @notice Owners, who move their lines on and change their minds about what they accept.
contract LineHandler is Handler {
    /// @dev When the second line began to follow the defaults.
    uint40 private _followsSince = _now();

    constructor(World memory world) Handler(world) {}

    function append(uint256 seed) external later(seed) {
        (address owner, bytes32 line) = _line(seed);
        Delta memory delta = Delta(keccak256(abi.encode(seed)), 1, DeltaFormat.Dense, Commitments(0, 0, 0));
        bytes32 head = ledger.lineOf(line).headHash;
        vm.prank(owner);
        (, bytes32 versionHash) = ledger.append(modelId, head, delta, new bytes32[](0));
        STORE.addVersion(line, versionHash);
        STORE.hit("append");
    }

    /// @dev Forwards and back.
    function activate(uint256 seed) external later(seed) {
        (address owner, bytes32 line) = _line(seed);
        Line memory before = ledger.lineOf(line);
        uint32 version = uint32(_pick(seed, "version", before.count + 1));
        if (version == before.active) return;
        vm.prank(owner);
        ledger.activate(modelId, version);
        STORE.setPayableUntil(line, before.activeHash, _now() + before.grace);
        STORE.setPayableUntil(line, STORE.versions(line)[version], type(uint256).max);
        STORE.hit("activate");
    }

    function setGrace(uint256 seed) external later(seed) {
        (address owner, ) = _line(seed);
        vm.prank(owner);
        ledger.setGrace(modelId, uint32(_pick(seed, "grace", 2 days)));
        STORE.hit("setGrace");
    }

    /// @dev Ends or reopens a pin of the line that pins.
    function changePin(uint256 seed) external later(seed) {
        bytes32 line = STORE.lines()[0];
        bool isVerifier = _pick(seed, "pin", 2) == 0;
        Window memory window =
            isVerifier ? nodes.lineVerifier(line, address(verifier)) : nodes.lineMeasurement(line, MEASUREMENT);
        bool isOpen = window.until == FOREVER;
        if (isOpen && _pick(seed, "end", 3) != 0) return;
        window = Window(0, isOpen ? _now() : FOREVER);
        vm.prank(vm.addr(STORE.ownerKeys(0)));
        if (isVerifier) nodes.setLineVerifier(line, address(verifier), window);
        else nodes.setLineMeasurement(line, MEASUREMENT, window);
        STORE.hit(isOpen ? bytes32("pin ended") : bytes32("pin reopened"));
    }

    /// @dev The line that follows the defaults leaves them and comes back; what it accepted when it was done stays
    /// payable.
    function changePolicy(uint256 seed) external later(seed) {
        bytes32 line = STORE.lines()[1];
        bool follows = nodes.policyOf(line).followDefaults;
        if (follows && _pick(seed, "leave", 3) != 0) return;
        address owner = vm.addr(STORE.ownerKeys(1));
        if (!follows) {
            _followsSince = _now();
            vm.prank(owner);
            nodes.setPolicy(line, Policy(true, TcbStatus.UpToDate));
            STORE.hit("policy loosened");
            return;
        }
        EnclaveRef memory enclave = STORE.enclave(_pick(seed, "enclave", STORE.enclaveCount()));
        uint40 workedAt = _now() - uint40(_pick(seed, "age", _now() - _followsSince));
        bool before = nodes.isPayable(enclave.node, vm.addr(enclave.key), line, workedAt);
        vm.prank(owner);
        nodes.setPolicy(line, Policy(false, TcbStatus.UpToDate));
        bool afterwards = nodes.isPayable(enclave.node, vm.addr(enclave.key), line, workedAt);
        assertEq(afterwards, before, "earlier work lost its pay");
        assertFalse(nodes.isPayable(enclave.node, vm.addr(enclave.key), line, _now() + 1), "later work is paid");
        STORE.hit(before ? bytes32("policy tightened after work") : bytes32("policy tightened"));
    }

    function _line(uint256 seed) private view returns (address owner, bytes32 line) {
        uint256 i = _pick(seed, "line", 2);
        return (vm.addr(STORE.ownerKeys(i)), STORE.lines()[i]);
    }
}
