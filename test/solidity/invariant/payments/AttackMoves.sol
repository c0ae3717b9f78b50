// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {VoucherRow} from "../../utils/RowPacking.sol";
import {NodeMoves} from "./NodeMoves.sol";
import {GhostChannel} from "./PaymentsGhost.sol";

/// @notice Signatures where they do not belong (I11), and governance that wants money (I12).
abstract contract AttackMoves is NodeMoves {
    /// @dev Another escrow of the same world, whose signatures are worth nothing in the first.
    InferenceEscrow internal otherEscrow;

    function _moveReplay(uint256 seed) internal returns (bool) {
        uint256 index = _any(seed);
        GhostChannel storage ghost = ghosts[index];
        (bool found, uint256 key) = _enclaveOf(shops[ghost.shop].node);
        if (!found || ghost.closed || ghost.paid == ghost.deposited) return false;
        uint256 kind = (seed >> 64) % 9;
        if (kind < 5) return _replayVoucher(ghost, key, kind);
        _replayOther(ghost, key, kind);
        _checkGhost(index);
        return false;
    }

    /// @dev A signature of this very signer for another channel, node, line, escrow or purpose: the row is skipped.
    function _replayVoucher(GhostChannel storage ghost, uint256 key, uint256 kind) private returns (bool) {
        Batch memory batch = _honestBatch(ghost.shop, Lane.Voucher);
        bytes memory rows = _packVouchers(_rows(_rowWith(ghost, _elsewhere(ghost, kind))));
        _watch(ghost.shop, ghost.channel);
        (uint64 total, ) = escrow.settle(batch, rows, _signBatch(key, batch, rows));
        _unwatch(0);
        _mustFail("I11", "voucher", total != 0);
        return _done("replayed voucher");
    }

    function _rowWith(GhostChannel storage ghost, bytes32 digest) private view returns (VoucherRow memory row) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ghost.signerKey, digest);
        row.channel = ghost.channel;
        row.signed = ghost.deposited;
        row.metered = ghost.deposited;
        row.r = r;
        row.vs = bytes32(uint256(s) | (uint256(v - 27) << 255));
    }

    /// @dev What the signer signs over the whole deposit, but not as a voucher of this channel.
    function _elsewhere(GhostChannel storage ghost, uint256 kind) private view returns (bytes32) {
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        uint64 sum = ghost.deposited;
        if (kind == 0) return _voucherDigest(node, line, ghost.channel ^ 1, sum);
        if (kind == 1) return _voucherDigest(node == NODE ? OTHER_NODE : NODE, line, ghost.channel, sum);
        if (kind == 2) return _voucherDigest(node, lines[1 - shops[ghost.shop].line].id, ghost.channel, sum);
        if (kind == 4) return _closeDigestOf(ghost, sum, _now());
        bytes32 typeHash = keccak256("Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)");
        return _digestFor(address(otherEscrow), keccak256(abi.encode(typeHash, node, ghost.channel, line, sum)));
    }

    /// @dev What an enclave or a signer signed once, where it was not meant to go.
    function _replayOther(GhostChannel storage ghost, uint256 key, uint256 kind) private {
        bytes memory data;
        address target = address(escrow);
        if (kind == 5) {
            data = _batchOnTheOtherLine(ghost, key);
        } else if (kind == 6) {
            // Signed for this escrow, shown to the other, where everything starts at nonce 0.
            target = address(otherEscrow);
            data = _batchOfNonceZero(ghost, key);
        } else if (kind == 7) {
            data = _wordOnTheNeighbour(ghost, key);
            vm.prank(_payerOf(ghost));
        } else {
            target = address(arbiter);
            data = _requestAsChallenge(ghost);
        }
        _mustFail("I11", "replay", _passes(target, data));
    }

    function _batchOnTheOtherLine(GhostChannel storage ghost, uint256 key) private view returns (bytes memory) {
        Batch memory batch = _honestBatch(ghost.shop, Lane.Optimistic);
        bytes memory rows = _packAmount(ghost.channel, 1);
        bytes memory signature = _signBatch(key, batch, rows);
        batch = _honestBatch(ghost.shop ^ 1, Lane.Optimistic);
        return abi.encodeCall(escrow.settle, (batch, rows, signature));
    }

    function _batchOfNonceZero(GhostChannel storage ghost, uint256 key) private view returns (bytes memory) {
        Batch memory batch = _honestBatch(ghost.shop, Lane.Optimistic);
        batch.nonce = 0;
        bytes memory rows = _packAmount(ghost.channel, 1);
        return abi.encodeCall(escrow.settle, (batch, rows, _signBatch(key, batch, rows)));
    }

    /// @dev The enclave's last word on the channel beside this one: nothing is owing.
    function _wordOnTheNeighbour(GhostChannel storage ghost, uint256 key) private view returns (bytes memory) {
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        bytes32 typeHash = keccak256(
            "Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, node, line, ghost.channel ^ 1, uint64(0), _now()));
        bytes memory signature = _sign(key, _digest(structHash));
        return abi.encodeCall(escrow.closeNow, (node, line, ghost.channel, 0, _now(), signature));
    }

    /// @dev A signer's close request, which says nothing of amounts.
    function _requestAsChallenge(GhostChannel storage ghost) private view returns (bytes memory) {
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        bytes32 typeHash = keccak256("CloseRequest(address node,bytes32 lineId,uint256 channel,uint256 deadline)");
        bytes32 structHash = keccak256(abi.encode(typeHash, node, line, ghost.channel, uint256(_now())));
        bytes memory signature = _sign(ghost.signerKey, _digest(structHash));
        return abi.encodeCall(arbiter.challengeFor, (address(escrow), node, line, ghost.channel, 0, _now(), signature));
    }

    /// @dev The next batch of a shop, of now and of the active version.
    function _honestBatch(uint256 shop, Lane lane) private view returns (Batch memory batch) {
        batch = _batchOf(shop, lane, 1);
        batch.lastAt = _now();
        batch.versionHash = lines[shops[shop].line].hashes[lines[shops[shop].line].active];
    }

    /// @dev The AccessManager's administrator, who is this contract, uses all that it has and tries all that it has not.
    function _moveGovern(uint256 seed) internal returns (bool) {
        uint256[4] memory had = _balances();
        uint256 kind = seed % 14;
        if (kind < 2) {
            paused = kind == 0 && (seed >> 8) % 4 == 0;
            escrow.setDepositsPaused(paused);
        } else if (kind == 2) {
            nodes.setVerifier(verifier, Window({from: 0, until: _now()}));
            nodes.setVerifier(verifier, _always());
            nodes.setDefaultMeasurement(MEASUREMENT, _always());
        } else {
            GhostChannel storage ghost = ghosts[_any(seed >> 8)];
            (address target, bytes memory data) = _grab(ghost, kind);
            _mustFail("I12", "govern", _passes(target, data));
            return false;
        }
        uint256[4] memory has = _balances();
        for (uint256 i = 0; i < 4; ++i) _require("I12", has[i] == had[i]);
        return _done("govern");
    }

    function _grab(GhostChannel storage ghost, uint256 kind) private view returns (address target, bytes memory data) {
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        target = address(escrow);
        if (kind == 3) data = abi.encodeCall(escrow.seize, (node, line, 1));
        else if (kind == 4) data = abi.encodeCall(escrow.endChannel, (node, line, ghost.channel, 0));
        else if (kind == 5) data = abi.encodeCall(escrow.assign, (node, line, address(this), 1));
        else if (kind == 6) data = abi.encodeCall(escrow.restore, (node, line, 1));
        else if (kind == 7) data = abi.encodeCall(escrow.withdrawChannel, (node, line, ghost.channel, address(this)));
        else if (kind == 8) data = abi.encodeCall(escrow.requestClose, (node, line, ghost.channel));
        else if (kind == 9) data = abi.encodeCall(escrow.release, (line, ghost.channel));
        else if (kind == 10) data = abi.encodeCall(escrow.withdraw, (address(this)));
        else target = address(nodes);
        if (kind == 11) data = abi.encodeCall(nodes.slash, (node, address(this), 1, 1));
        if (kind == 12) {
            address[] memory slashers = new address[](1);
            slashers[0] = address(this);
            data = abi.encodeCall(nodes.setSlashers, (slashers));
        }
        if (kind == 13) data = abi.encodeCall(nodes.withdrawStake, (address(this)));
    }

    function _balances() private view returns (uint256[4] memory) {
        return
            [
                token.balanceOf(address(escrow)),
                token.balanceOf(address(nodes)),
                token.balanceOf(address(arbiter)),
                token.balanceOf(address(this))
            ];
    }
}
