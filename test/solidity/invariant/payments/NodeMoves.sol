// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Delta, DeltaFormat, Commitments} from "../../../../contracts/libraries/Hashes.sol";
import {Enclave, Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {DisputeMoves} from "./DisputeMoves.sol";
import {GhostEnclave, GhostLine} from "./PaymentsGhost.sol";

/// @notice Time, versions, enclaves and stakes.
abstract contract NodeMoves is DisputeMoves {
    uint256 private _names;
    /// @dev Verifier of all enclaves: it says of them what a move lets it.
    ScriptedVerifier internal scripted;

    function _movePass(uint256 seed) internal returns (bool) {
        skip((seed >> 8) % 12 == 0 ? bound(seed >> 16, 1 hours, 3 days) : bound(seed >> 16, 1, 4 hours));
        return _done("pass");
    }

    /// @dev Appends a version, and activates it or one of before.
    function _moveVersion(uint256 seed) internal returns (bool) {
        GhostLine storage line = lines[seed & 1];
        if ((seed >> 8) % 4 != 0) return false;
        vm.startPrank(line.owner);
        if (line.hashes.length < 12) {
            bytes32 parent = line.hashes[line.hashes.length - 1];
            bytes32 root = keccak256(abi.encode("delta", _names++));
            Delta memory delta = Delta(root, 900, DeltaFormat.Lora, Commitments(0, 0, 0));
            (, bytes32 hash) = ledger.append(modelId, parent, delta, new bytes32[](0));
            line.hashes.push(hash);
            line.until.push(0);
        }
        uint256 next = (seed >> 16) & 1 == 0 ? line.hashes.length - 1 : (seed >> 24) % line.hashes.length;
        if (next != line.active) {
            ledger.activate(modelId, uint32(next));
            line.until[line.active] = _now() + GRACE;
            line.until[next] = FOREVER;
            line.active = next;
        }
        vm.stopPrank();
        return _done("version");
    }

    function _moveRegister(uint256 seed) internal returns (bool) {
        address node = seed & 1 == 0 ? NODE : OTHER_NODE;
        (bool found, ) = _enclaveOf(node);
        Node memory staked = nodes.nodeOf(node);
        if ((found && (seed >> 8) % 16 != 0) || staked.stake - staked.thawing < MIN_STAKE) return false;
        _enlist(node);
        return _done("register");
    }

    function _moveRevoke(uint256 seed) internal returns (bool) {
        GhostEnclave storage enclave = enclaves[(seed >> 8) % enclaves.length];
        if (enclave.validUntil <= _now() || seed % 4 != 0) return false;
        vm.prank(enclave.node);
        nodes.revokeEnclave(vm.addr(enclave.key));
        enclave.validUntil = _now();
        enclave.endsAt = _now();
        enclave.promisedUntil = _now();
        return _done("revoke");
    }

    /// @dev The vendor's word on an enclave changes, and somebody has it judged again: its operator, a payer, or anybody.
    function _moveRecheck(uint256 seed) internal returns (bool) {
        GhostEnclave storage enclave = enclaves[(seed >> 8) % enclaves.length];
        address finder = [enclave.node, PAYER, OTHER_PAYER, STRANGER][(seed >> 32) % 4];
        uint256 kind = (seed >> 40) % 8;
        if (kind == 0) scripted.setVerdict((seed >> 48) & 1 == 0 ? 0 : _now() - 1, TcbStatus.UpToDate);
        else if (kind == 1) scripted.setVerdict(FOREVER, TcbStatus.Revoked);
        else if (kind == 2) scripted.setVerdict(uint64(bound(seed >> 48, _now(), _now() + 9 days)), TcbStatus.UpToDate);
        else if (kind == 3) scripted.setVerdict(FOREVER, TcbStatus.OutOfDate);
        else scripted.setVerdict(FOREVER, TcbStatus.UpToDate);
        return kind < 2 ? _fall(enclave, finder) : _worsen(enclave, finder, kind);
    }

    /// @dev The finder is paid once, and as much is burned: who is his own finder carries out no more than he loses (I10).
    function _fall(GhostEnclave storage enclave, address finder) private returns (bool) {
        bytes memory data = abi.encodeCall(nodes.recheck, (vm.addr(enclave.key), ""));
        uint256 stake = nodes.nodeOf(enclave.node).stake;
        uint256 had = nodes.compensationOf(finder);
        uint256 liabilities = nodes.liabilities();
        vm.prank(finder);
        bool passed = _passes(address(nodes), data);
        uint256 lost = stake - nodes.nodeOf(enclave.node).stake;
        uint256 bounty = nodes.compensationOf(finder) - had;
        _require("I10", bounty <= RECHECK_BOUNTY && bounty * 2 <= lost && lost <= 2 * RECHECK_BOUNTY);
        _require("I4", nodes.liabilities() == liabilities);
        if (enclave.endsAt <= _now()) {
            _mustFail("I10", "bounty of the dead", passed || lost != 0);
            return false;
        }
        _require("I9", passed && bounty == (stake / 2 < RECHECK_BOUNTY ? stake / 2 : RECHECK_BOUNTY));
        enclave.endsAt = _now();
        if (enclave.validUntil > _now()) enclave.validUntil = _now();
        _mustFail("I10", "bounty twice", _passes(address(nodes), data));
        return _done("fallen");
    }

    /// @dev A life becomes shorter and a platform's state worse; nothing becomes better, and nobody pays for it.
    function _worsen(GhostEnclave storage enclave, address finder, uint256 kind) private returns (bool) {
        address receiptKey = vm.addr(enclave.key);
        uint256 liabilities = nodes.liabilities();
        uint256 stake = nodes.nodeOf(enclave.node).stake;
        vm.prank(finder);
        bool passed = _passes(address(nodes), abi.encodeCall(nodes.recheck, (receiptKey, "")));
        _require("I4", nodes.liabilities() == liabilities && nodes.nodeOf(enclave.node).stake == stake);
        Enclave memory has = nodes.enclaveOf(receiptKey);
        _require("I9", has.validUntil <= enclave.endsAt && has.promisedUntil == enclave.promisedUntil);
        if (!passed) {
            _require("I9", kind > 3 || has.validUntil == enclave.endsAt);
            ++refused["recheck"];
            return false;
        }
        _require("I9", enclave.endsAt > _now());
        enclave.endsAt = has.validUntil;
        uint40 last = kind == 3 ? _now() : has.validUntil;
        if (enclave.validUntil > last) enclave.validUntil = last;
        return _done(kind == 3 ? bytes32("worse") : bytes32("shorter"));
    }

    /// @dev A line ends all its measurements in one step and sets them again: what was worked stays payable, and what is worked after it was
    /// not, until they are set again (I9).
    function _moveList(uint256 seed) internal returns (bool) {
        GhostLine storage line = lines[seed & 1];
        GhostEnclave storage enclave = enclaves[(seed >> 8) % enclaves.length];
        address receiptKey = vm.addr(enclave.key);
        uint40 sunset = _now() + uint40((seed >> 32) % 2 days);
        uint40 workedAt = _now() - uint40((seed >> 64) % 9 days);
        bool wasPayable = nodes.isPayable(enclave.node, receiptKey, line.id, workedAt);
        vm.prank(line.owner);
        nodes.startMeasurementList(line.id, sunset);
        _require("I9", nodes.isPayable(enclave.node, receiptKey, line.id, workedAt) == wasPayable);
        bool isLater = nodes.isPayable(enclave.node, receiptKey, line.id, sunset + 1);
        _mustFail("I9", "list", isLater);
        vm.prank(line.owner);
        nodes.setLineMeasurement(line.id, MEASUREMENT, _always());
        _require("I9", nodes.isPayable(enclave.node, receiptKey, line.id, workedAt) == wasPayable);
        return _done("list");
    }

    /// @dev Stake comes, thaws and goes; it is gone only when whatever could slash it is over (I10).
    function _moveStake(uint256 seed) internal returns (bool) {
        address node = seed & 1 == 0 ? NODE : OTHER_NODE;
        Node memory staked = nodes.nodeOf(node);
        uint256 kind = (seed >> 8) % 8;
        if (staked.stake - staked.thawing < MIN_STAKE && kind < 5) {
            if (barredSince[node] != 0 && kind < 3) return false;
            _addStake(node, MIN_STAKE * 3);
            barredSince[node] = 0;
            return _done("addStake");
        }
        if (staked.thawing == 0 && kind == 5) {
            uint256 amount = (seed >> 16) & 1 == 0 ? staked.stake : (seed >> 24) % (uint256(staked.stake) + 1);
            vm.prank(node);
            nodes.requestThaw(amount);
            bool barred = staked.stake - amount < MIN_STAKE;
            barredSince[node] = barred && amount != 0 ? _now() : 0;
            return _done("requestThaw");
        }
        if (staked.thawing == 0 || kind < 6) return false;
        return _takeStake(node, staked);
    }

    function _takeStake(address node, Node memory staked) private returns (bool) {
        uint256 had = token.balanceOf(PAYOUT);
        if (_now() < staked.thawAt) {
            vm.prank(node);
            _mustFail("I10", "thaw", _passes(address(nodes), abi.encodeCall(nodes.withdrawStake, (PAYOUT))));
            return false;
        }
        vm.prank(node);
        nodes.withdrawStake(PAYOUT);
        _require("I4", token.balanceOf(PAYOUT) - had == staked.thawing);
        if (barredSince[node] != 0) {
            // All its enclaves are long dead, and what they settled last has vested and could be challenged and judged.
            _require("I10", _now() >= barredSince[node] + THAW_PERIOD);
            _require("I10", _now() > lastOptimistic[node] + 2 * VEST_PERIOD + ANSWER_PERIOD);
            barredSince[node] = 0;
        }
        return _done("withdrawStake");
    }

    function _moveWithdrawCompensation(uint256 seed) internal returns (bool) {
        address[5] memory accounts = [PAYER, OTHER_PAYER, STRANGER, NODE, OTHER_NODE];
        address account = accounts[seed % 5];
        uint256 amount = nodes.compensationOf(account);
        if (amount == 0) return false;
        uint256 had = token.balanceOf(account);
        vm.prank(account);
        nodes.withdrawCompensation(account);
        _require("I4", token.balanceOf(account) - had == amount);
        return _done("withdrawCompensation");
    }

    /// @dev A fresh enclave of a node.
    function _enlist(address node) internal {
        uint256 key = 0xe0000 + enclaves.length;
        _registerScripted(scripted, node, vm.addr(key));
        uint40 end = _now() + MAX_ENCLAVE_TTL;
        enclaves.push(GhostEnclave({key: key, node: node, validUntil: end, endsAt: end, promisedUntil: end}));
    }
}
