// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Delta, DeltaFormat, Commitments} from "../../../../contracts/libraries/Hashes.sol";
import {Node} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {DisputeMoves} from "./DisputeMoves.sol";
import {GhostEnclave, GhostLine} from "./PaymentsGhost.sol";

/// @notice Time, versions, enclaves and stakes.
abstract contract NodeMoves is DisputeMoves {
    uint256 private _names;

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
        return _done("revoke");
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
        address[3] memory accounts = [PAYER, OTHER_PAYER, STRANGER];
        address account = accounts[seed % 3];
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
        _registerEnclave(node, vm.addr(key));
        enclaves.push(GhostEnclave({key: key, node: node, validUntil: _now() + MAX_ENCLAVE_TTL}));
    }
}
