// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Authorization, Opening, Permit} from "../../../contracts/interfaces/IChannels.sol";
import {Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {ReceiptSet} from "../../../contracts/interfaces/IProofAudits.sol";
import {Batch} from "../../../contracts/interfaces/ISettlements.sol";
import {TestToken} from "../../../contracts/mocks/TestToken.sol";
import {RowPacking, VoucherRow} from "./RowPacking.sol";
import {WorldActions} from "./WorldActions.sol";

/// @notice What payers and enclaves sign. The types are written out here once more, so that a slip in the contracts' shows.
abstract contract PaymentSigning is WorldActions, RowPacking {
    /// @dev EIP-712 digest of a struct in `escrow`'s domain.
    function _digest(bytes32 structHash) internal view returns (bytes32) {
        return _digestFor(address(escrow), structHash);
    }

    function _digestFor(address domain, bytes32 structHash) internal view returns (bytes32) {
        bytes32 separator = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Freehold InferenceEscrow"),
                keccak256("1"),
                block.chainid,
                domain
            )
        );
        return keccak256(abi.encodePacked(hex"1901", separator, structHash));
    }

    // Payers

    function _voucherDigest(
        address node,
        bytes32 line,
        uint256 channel,
        uint64 cumulative
    ) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)");
        return _digest(keccak256(abi.encode(typeHash, node, channel, line, cumulative)));
    }

    /// @dev 65 bytes, as {IChallenges.answer} takes it.
    function _signVoucher(uint256 key, uint256 channel, uint64 cumulative) internal view returns (bytes memory) {
        return _sign(key, _voucherDigest(NODE, lineId, channel, cumulative));
    }

    /// @dev A row of NODE's channel for the line, with the key's voucher over `signed`.
    function _row(
        uint256 key,
        uint256 channel,
        uint64 signed,
        uint64 metered
    ) internal view returns (VoucherRow memory) {
        return _rowFor(key, NODE, lineId, channel, signed, metered);
    }

    function _rowFor(
        uint256 key,
        address node,
        bytes32 line,
        uint256 channel,
        uint64 signed,
        uint64 metered
    ) internal view returns (VoucherRow memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, _voucherDigest(node, line, channel, signed));
        return VoucherRow(channel, signed, metered, r, bytes32(uint256(s) | (uint256(v - 27) << 255)));
    }

    function _openDigest(Opening memory opening, uint256 salt, uint256 deadline) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Open(address node,bytes32 lineId,address payer,address signer,uint64 amount,uint32 closeDelay,bool optimistic,uint256 salt,uint256 deadline)"
        );
        return _digest(keccak256(abi.encode(typeHash, opening, salt, deadline)));
    }

    function _topUpDigest(uint256 channel, uint64 amount, uint256 salt) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("TopUp(address node,bytes32 lineId,uint256 channel,uint64 amount,uint256 salt)");
        return _digest(keccak256(abi.encode(typeHash, NODE, lineId, channel, amount, salt)));
    }

    function _closeRequestDigest(uint256 channel, uint256 deadline) internal view returns (bytes32) {
        bytes32 typeHash = keccak256("CloseRequest(address node,bytes32 lineId,uint256 channel,uint256 deadline)");
        return _digest(keccak256(abi.encode(typeHash, NODE, lineId, channel, deadline)));
    }

    function _signChallenge(
        uint256 key,
        uint256 channel,
        uint64 asserted,
        uint256 deadline
    ) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)"
        );
        return _sign(key, _digest(keccak256(abi.encode(typeHash, NODE, lineId, channel, asserted, deadline))));
    }

    // Enclaves

    function _batchDigest(Batch memory batch, bytes32 rowsHash) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)"
        );
        return _digest(keccak256(abi.encode(typeHash, batch, rowsHash)));
    }

    function _signBatch(uint256 key, Batch memory batch, bytes memory rows) internal view returns (bytes memory) {
        return _sign(key, _batchDigest(batch, keccak256(rows)));
    }

    function _batchHash(Batch memory batch, bytes memory rows) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)"
        );
        return keccak256(abi.encode(typeHash, batch, keccak256(rows)));
    }

    /// @param batchHash {_batchHash}
    function _signSet(uint256 key, bytes32 batchHash, ReceiptSet memory set) internal view returns (bytes memory) {
        bytes32 typeHash = keccak256("ReceiptSet(bytes32 batchHash,bytes32 root,uint32 count,uint64 total)");
        return _sign(key, _digest(keccak256(abi.encode(typeHash, batchHash, set))));
    }

    function _closeDigest(uint256 channel, uint64 cumulative, uint40 issuedAt) internal view returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)"
        );
        return _digest(keccak256(abi.encode(typeHash, NODE, lineId, channel, cumulative, issuedAt)));
    }

    function _signClose(
        uint256 key,
        uint256 channel,
        uint64 cumulative,
        uint40 issuedAt
    ) internal view returns (bytes memory) {
        return _sign(key, _closeDigest(channel, cumulative, issuedAt));
    }

    function _receiptDigest(Receipt memory receipt) internal view returns (bytes32) {
        return _digest(_receiptHash(receipt));
    }

    function _receiptHash(Receipt memory receipt) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,bytes32 inputCommitment,bytes32 outputCommitment,uint40 workedAt)"
        );
        return keccak256(abi.encode(typeHash, receipt));
    }

    function _signReceipt(uint256 key, Receipt memory receipt) internal view returns (bytes memory) {
        return _sign(key, _receiptDigest(receipt));
    }

    // Holders of the token

    /// @dev EIP-2612, over `value` of the token's smallest unit.
    function _signPermit(
        uint256 key,
        TestToken money,
        address spender,
        uint256 value,
        uint256 deadline
    ) internal view returns (Permit memory permit) {
        address owner = vm.addr(key);
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, owner, spender, value, money.nonces(owner), deadline));
        permit.deadline = deadline;
        (permit.v, permit.r, permit.s) = vm.sign(key, _tokenDigest(money, structHash));
    }

    /// @dev EIP-3009, over `value` of the token's smallest unit, valid for an hour.
    function _signAuthorization(
        uint256 key,
        TestToken money,
        address to,
        uint256 value,
        bytes32 nonce,
        uint256 salt
    ) internal view returns (Authorization memory authorization) {
        authorization.validBefore = _now() + 1 hours;
        authorization.salt = salt;
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 structHash = keccak256(
            abi.encode(typeHash, vm.addr(key), to, value, 0, authorization.validBefore, nonce)
        );
        (authorization.v, authorization.r, authorization.s) = vm.sign(key, _tokenDigest(money, structHash));
    }

    function _tokenDigest(TestToken money, bytes32 structHash) private view returns (bytes32) {
        return keccak256(abi.encodePacked(hex"1901", money.DOMAIN_SEPARATOR(), structHash));
    }
}
