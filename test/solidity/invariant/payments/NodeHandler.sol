// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DevelopmentReport} from "../../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {Node, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {Handler, World} from "./Handler.sol";
import {EnclaveRef} from "./PaymentsStore.sol";

/// @notice Operators with their stake and enclaves, and the arbiter.
contract NodeHandler is Handler {
    uint256 private _enclaveKeys = 0xe0000;

    constructor(World memory world) Handler(world) {}

    function addStake(uint256 seed) external later(seed) {
        address node = _node(seed);
        uint256 amount = 1 + _pick(seed, "amount", 2 * MIN_STAKE);
        _addStake(node, amount);
        STORE.addStake(node, amount);
        STORE.hit("addStake");
    }

    function requestThaw(uint256 seed) external later(seed) {
        address node = _node(seed);
        uint256 amount = _pick(seed, "amount", nodes.nodeOf(node).stake + 1);
        vm.prank(node);
        nodes.requestThaw(amount);
        STORE.setThawRequestedAt(node, amount == 0 ? 0 : _now());
        STORE.hit("requestThaw");
    }

    /// @dev I10: stake leaves when the thaw is over and the last batch of every enclave that it answered for with it.
    function withdrawStake(uint256 seed) external later(seed) {
        address node = _node(seed);
        if (_pick(seed, "wait", 8) == 0) skip(THAW_PERIOD);
        Node memory before = nodes.nodeOf(node);
        uint256 requestedAt = STORE.thawRequestedAt(node);
        bool due = before.thawing != 0 && _now() >= requestedAt + THAW_PERIOD;
        address to = address(uint160(_pick(seed, "to", type(uint160).max)) | 1);
        uint256 balance = token.balanceOf(to);
        vm.prank(node);
        try nodes.withdrawStake(to) {
            assertTrue(due, "I10: stake left early");
            assertEq(token.balanceOf(to) - balance, before.thawing, "withdrawn");
            _requireNoOpenWindow(node, requestedAt);
            STORE.removeStake(node, before.thawing, 0);
            STORE.setThawRequestedAt(node, 0);
            STORE.hit("withdrawStake");
        } catch {
            assertFalse(due, "a due withdrawal of stake was refused");
            STORE.hit("withdrawStake refused");
        }
    }

    function slash(uint256 seed) external later(seed) {
        address node = _node(seed);
        uint256 stake = nodes.nodeOf(node).stake;
        // Small mostly, so that nodes live on.
        uint256 most = _pick(seed, "all", 10) == 0 ? type(uint256).max : MIN_STAKE / 20;
        (uint256 owed, uint256 penalty) = (_pick(seed, "owed", most), _pick(seed, "penalty", most));
        address victim = vm.addr(_payerKey(seed));
        vm.prank(ARBITER);
        (uint256 paid, uint256 burned) = nodes.slash(node, victim, owed, penalty);
        assertLe(paid + burned, stake, "slashed");
        STORE.removeStake(node, paid + burned, burned);
        STORE.hit("slash");
    }

    function withdrawCompensation(uint256 seed) external later(seed) {
        address victim = vm.addr(_payerKey(seed));
        uint256 owed = nodes.compensationOf(victim);
        if (owed == 0) return;
        uint256 before = token.balanceOf(victim);
        vm.prank(victim);
        nodes.withdrawCompensation(victim);
        assertEq(token.balanceOf(victim) - before, owed, "compensation");
        STORE.hit("withdrawCompensation");
    }

    function registerEnclave(uint256 seed) external later(seed) {
        address node = _node(seed);
        uint256 key = ++_enclaveKeys;
        DevelopmentReport memory report = _report(node, vm.addr(key));
        report.validUntil = _now() + uint64(1 + _pick(seed, "validity", 14 days));
        Registration memory registration = _registrationOf(vm.addr(key), report);
        Node memory staked = nodes.nodeOf(node);
        bool expected = staked.stake - staked.thawing >= MIN_STAKE && _isVerifierAccepted();

        vm.prank(node);
        try nodes.registerEnclave(registration) {
            assertTrue(expected, "registered without stake or verifier");
            uint40 longest = _now() + MAX_ENCLAVE_TTL;
            uint40 end = report.validUntil < longest ? uint40(report.validUntil) : longest;
            STORE.addEnclave(EnclaveRef(key, node, _now(), end));
            STORE.hit("registerEnclave");
        } catch {
            assertFalse(expected, "an honest registration was refused");
            STORE.hit("registerEnclave refused");
        }
    }

    function revokeEnclave(uint256 seed) external later(seed) {
        if (_pick(seed, "keep", 3) != 0) return;
        uint256 id = _pick(seed, "enclave", STORE.enclaveCount());
        EnclaveRef memory enclave = STORE.enclave(id);
        vm.prank(enclave.node);
        nodes.revokeEnclave(vm.addr(enclave.key));
        STORE.endEnclave(id, _now());
        STORE.hit("revokeEnclave");
    }

    /// @dev An operator that wants to freeze others changes all that it can change.
    function update(uint256 seed) external later(seed) {
        vm.prank(_node(seed));
        nodes.update("", address(uint160(_pick(seed, "payout", type(uint160).max)) | 1));
        STORE.hit("update");
    }

    function _requireNoOpenWindow(address node, uint256 requestedAt) private view {
        EnclaveRef[] memory enclaves = STORE.enclaves();
        for (uint256 i = 0; i < enclaves.length; ++i) {
            if (enclaves[i].node != node || enclaves[i].registeredAt > requestedAt) continue;
            assertLe(uint256(enclaves[i].end) + MAX_BATCH_AGE, _now(), "I10: a batch could still be settled");
        }
    }

    function _isVerifierAccepted() private view returns (bool) {
        Window memory window = nodes.verifierWindow(address(verifier));
        return window.from <= _now() && _now() <= window.until;
    }
}
