// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, Channel, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {Handler, World} from "./Handler.sol";
import {ChannelRef, EnclaveRef} from "./PaymentsStore.sol";

/// @notice Settlements, good and bad, with genuine signatures of payers and enclaves.
contract SettleHandler is Handler {
    /// @dev Calldata of the last settlement that paid something.
    bytes private _last;
    address private _lastNode;

    constructor(World memory world) Handler(world) {}

    /// @dev Three batches, since it is what everything else is about.
    function settle(uint256 seed) external later(seed) {
        for (uint256 i = 0; i < 3; ++i) _settleOne(_pick(seed, bytes32(i), type(uint256).max));
    }

    /// @dev I11: what was signed for this escrow on this chain counts nowhere else.
    function replayElsewhere(uint256 seed) external later(seed) {
        if (_last.length == 0) return;
        (bool success, ) = address(TWIN).call(_last);
        assertFalse(success, "I11: settled on another deployment");
        uint256 chain = block.chainid;
        vm.chainId(chain + 1);
        (success, ) = address(escrow).call(_last);
        vm.chainId(chain);
        assertFalse(success, "I11: settled on another chain");
        STORE.hit("replay refused");
    }

    /// @dev A replay pays at most what a top-up has unlocked since; I5 holds it.
    function replay(uint256 seed) external later(seed) {
        if (_last.length == 0) return;
        uint64 earned = escrow.earned(_lastNode);
        (bool success, ) = address(escrow).call(_last);
        if (success && escrow.earned(_lastNode) == earned) STORE.hit("replay paid nothing");
    }

    function _settleOne(uint256 seed) private {
        EnclaveRef memory enclave = _enclave(seed);
        Batch memory batch = _makeBatch(seed, enclave);
        (uint256[] memory ids, Row[] memory rows, bool[] memory genuine) = _makeRows(seed, batch);
        bytes memory signature = _signBatch(enclave.key, batch, rows);
        bool expected = _isPayable(enclave, batch);
        uint64 earned = escrow.earned(batch.node);
        uint256 paid = _paid(ids);

        try escrow.settle(batch, rows, signature) returns (uint64 total, uint256 skipped) {
            assertTrue(expected, "I6/I9: settled what is not payable");
            for (uint256 i = 0; i < rows.length; ++i) {
                STORE.noteRow(ids[i], rows[i].metered, genuine[i] ? rows[i].signed : 0);
                if (skipped & (1 << i) != 0) STORE.hit("row skipped");
            }
            assertEq(_paid(ids) - paid, total, "paid of the channels");
            assertEq(escrow.earned(batch.node) - earned, total, "earned of the node");
            if (total == 0) return;
            _last = abi.encodeCall(escrow.settle, (batch, rows, signature));
            _lastNode = batch.node;
            STORE.hit("settle");
            if (STORE.payableUntil(batch.lineId, batch.versionHash) != type(uint256).max) STORE.hit("settle in grace");
        } catch {
            assertFalse(expected, "an honest settlement was refused");
            STORE.hit("settle refused");
        }
    }

    function _isPayable(EnclaveRef memory enclave, Batch memory batch) private view returns (bool) {
        return
            _now() - batch.lastAt <= MAX_BATCH_AGE &&
            enclave.node == batch.node &&
            batch.lastAt <= enclave.end &&
            nodes.isPayable(batch.node, vm.addr(enclave.key), batch.lineId, batch.lastAt) &&
            batch.lastAt <= STORE.payableUntil(batch.lineId, batch.versionHash);
    }

    /// @dev Mostly the newest that is valid.
    function _enclave(uint256 seed) private view returns (EnclaveRef memory enclave) {
        uint256 count = STORE.enclaveCount();
        enclave = STORE.enclave(_pick(seed, "enclave", count));
        if (_pick(seed, "any enclave", 4) == 0) return enclave;
        for (uint256 i = count; i > 0; --i) {
            enclave = STORE.enclave(i - 1);
            if (enclave.end >= _now()) return enclave;
        }
        enclave = STORE.enclave(count - 1);
    }

    function _makeBatch(uint256 seed, EnclaveRef memory enclave) private view returns (Batch memory) {
        bytes32[] memory lines = STORE.lines();
        bytes32 line = lines[_pick(seed, "line", lines.length)];
        bytes32 version = ledger.lineOf(line).activeHash;
        if (_pick(seed, "any version", 2) == 0) {
            bytes32[] memory versions = STORE.versions(line);
            version = versions[_pick(seed, "version", versions.length)];
        }
        address node = _pick(seed, "any node", 8) == 0 ? _node(seed) : enclave.node;
        return Batch(node, line, version, _makeTime(seed, enclave.end, STORE.payableUntil(line, version)));
    }

    /// @dev Now, or some time ago; mostly not behind the end of the enclave or of the version.
    function _makeTime(uint256 seed, uint40 enclaveEnd, uint256 versionEnd) private view returns (uint40 lastAt) {
        lastAt = _now();
        if (_pick(seed, "old", 2) == 0) lastAt -= uint40(_pick(seed, "age", MAX_BATCH_AGE + 1 days));
        if (_pick(seed, "too late", 4) == 0) return lastAt;
        if (lastAt > enclaveEnd) lastAt = enclaveEnd;
        if (versionEnd != 0 && lastAt > versionEnd) lastAt = uint40(versionEnd);
    }

    function _makeRows(
        uint256 seed,
        Batch memory batch
    ) private view returns (uint256[] memory ids, Row[] memory rows, bool[] memory genuine) {
        uint256[] memory channels = STORE.channelsOf(batch.node);
        uint256 count = 1 + _pick(seed, "rows", 4);
        (ids, rows, genuine) = (new uint256[](count), new Row[](count), new bool[](count));
        for (uint256 i = 0; i < count; ++i) {
            uint256 rowSeed = _pick(seed, bytes32(i), type(uint256).max);
            ids[i] = channels[_pick(rowSeed, "channel", channels.length)];
            // Mostly an open one.
            if (_isClosed(ids[i])) ids[i] = channels[_pick(rowSeed, "another", channels.length)];
            if (_isClosed(ids[i])) ids[i] = channels[_pick(rowSeed, "a third", channels.length)];
            (rows[i], genuine[i]) = _makeRow(rowSeed, batch, ids[i]);
        }
    }

    function _makeRow(
        uint256 seed,
        Batch memory batch,
        uint256 id
    ) private view returns (Row memory row, bool genuine) {
        ChannelRef memory ref = STORE.channel(id);
        Channel memory channel = escrow.channelOf(ref.node, ref.index);
        uint64 metered = channel.paid + uint64(_pick(seed, "metered", 1e9));
        uint64 signed = channel.paid + uint64(_pick(seed, "signed", 1e9));
        uint256 flaw = _pick(seed, "flaw", 12);
        if (flaw == 0) metered = channel.paid;
        bytes32 line = flaw == 1 ? keccak256("another line") : batch.lineId;
        uint256 key = flaw == 2 ? STRANGER_KEY : ref.payerKey;
        row = _rowFor(key, batch.node, line, ref.index, metered, signed);
        if (flaw == 3) row.signed += 1;
        genuine = flaw == 0 || flaw > 3;
    }

    function _isClosed(uint256 id) private view returns (bool) {
        ChannelRef memory ref = STORE.channel(id);
        return escrow.channelOf(ref.node, ref.index).closed;
    }

    /// @dev What channels were paid, each counted once.
    function _paid(uint256[] memory ids) private view returns (uint256 sum) {
        for (uint256 i = 0; i < ids.length; ++i) {
            bool seen = false;
            for (uint256 j = 0; j < i; ++j) seen = seen || ids[j] == ids[i];
            if (seen) continue;
            ChannelRef memory ref = STORE.channel(ids[i]);
            sum += escrow.channelOf(ref.node, ref.index).paid;
        }
    }
}
