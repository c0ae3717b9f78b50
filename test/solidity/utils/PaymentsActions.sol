// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {Batch, Earnings, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {VoucherRow} from "./RowPacking.sol";
import {PaymentSigning} from "./PaymentSigning.sol";

/// @notice What payers do with their channels and nodes with their batches, on contracts that an heir deploys or is given.
/// Where no node or line is named it is NODE and `lineId`.
abstract contract PaymentsActions is PaymentSigning {
    // Channels

    /// @dev A channel to be, of the caller, for lane V only.
    function _opening(address node, uint64 amount) internal view returns (Opening memory) {
        return
            Opening({
                node: node,
                lineId: lineId,
                payer: address(0),
                signer: address(0),
                amount: amount,
                closeDelay: CLOSE_DELAY,
                optimistic: false
            });
    }

    /// @dev A channel that only vouchers debit.
    function _open(uint256 payerKey, address node, uint64 amount) internal returns (uint256 channel) {
        return _openAs(vm.addr(payerKey), _opening(node, amount));
    }

    /// @dev A channel that batches of lane O may debit too.
    function _openOptimistic(uint256 payerKey, address node, uint64 amount) internal returns (uint256 channel) {
        Opening memory opening = _opening(node, amount);
        opening.optimistic = true;
        return _openAs(vm.addr(payerKey), opening);
    }

    /// @dev Opens with the account's own, freshly minted money.
    function _openAs(address account, Opening memory opening) internal returns (uint256 channel) {
        _fund(account, opening.amount);
        vm.prank(account);
        channel = escrow.open(opening);
    }

    function _topUp(uint256 channel, uint64 amount) internal {
        _fund(STRANGER, amount);
        vm.prank(STRANGER);
        escrow.topUp(NODE, lineId, channel, amount);
    }

    /// @dev Mints units for an account, which allows the escrow just these.
    function _fund(address account, uint64 units) internal {
        uint256 value = units * escrow.UNIT();
        token.mint(account, value);
        vm.prank(account);
        token.approve(address(escrow), value);
    }

    /// @return closeAt Unix seconds
    function _requestClose(uint256 payerKey, uint256 channel) internal returns (uint40 closeAt) {
        vm.prank(vm.addr(payerKey));
        escrow.requestClose(NODE, lineId, channel);
        return _channel(channel).closeAt;
    }

    function _release(uint256 channel) internal {
        vm.prank(NODE);
        escrow.release(lineId, channel);
    }

    function _channel(uint256 channel) internal view returns (Channel memory) {
        return escrow.channelOf(NODE, lineId, channel);
    }

    // Batches

    /// @dev The next batch of NODE.
    function _batch(Lane lane, uint40 lastAt) internal view returns (Batch memory) {
        return
            Batch({
                node: NODE,
                lineId: lineId,
                versionHash: versionHash,
                lane: lane,
                nonce: _earnings().nextNonce,
                lastAt: lastAt
            });
    }

    /// @dev Another share of NODE's stake for lane O of the line, see {ISettlements.setStakeShare}.
    function _setShare(uint8 share) internal {
        vm.prank(NODE);
        escrow.setStakeShare(lineId, share);
    }

    function _earnings() internal view returns (Earnings memory) {
        return escrow.earningsOf(NODE, lineId);
    }

    /// @dev Settles with ENCLAVE's signature.
    function _settle(Batch memory batch, bytes memory rows) internal returns (uint64 total, bytes memory skipped) {
        return escrow.settle(batch, rows, _signBatch(ENCLAVE_KEY, batch, rows));
    }

    /// @dev Settles vouchers of now.
    function _settleVouchers(VoucherRow[] memory rows) internal returns (uint64 total, bytes memory skipped) {
        return _settle(_batch(Lane.Voucher, _now()), _packVouchers(rows));
    }

    /// @dev Settles one voucher of now, metered as it is signed.
    function _settleVoucher(uint256 payerKey, uint256 channel, uint64 cumulative) internal returns (uint64 total) {
        (total, ) = _settleVouchers(_rows(_row(payerKey, channel, cumulative, cumulative)));
    }

    /// @dev Settles one row of lane O of now.
    function _settleAmount(uint256 channel, uint32 amount) internal returns (uint64 total) {
        (total, ) = _settle(_batch(Lane.Optimistic, _now()), _packAmount(channel, amount));
    }

    // Receipts

    /// @dev A receipt of now, for 1 unit.
    function _receipt(uint256 channel, uint64 seq, uint64 cumulative) internal view returns (Receipt memory) {
        return
            Receipt({
                node: NODE,
                channel: channel,
                seq: seq,
                cumulative: cumulative,
                price: 1,
                lineId: lineId,
                versionHash: versionHash,
                requestHash: keccak256("request"),
                responseHash: keccak256("response"),
                inputCommitment: bytes32(uint256(0x1a)),
                outputCommitment: bytes32(uint256(0x0a)),
                workedAt: _now()
            });
    }
}
