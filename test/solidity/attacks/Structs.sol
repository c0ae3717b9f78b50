// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Batch} from "../../../contracts/interfaces/ISettlements.sol";

/// @notice Hashes of all that is signed, written down a second time from the interfaces' comments, field by field.
library Structs {
    /// @notice EIP-712 digest for an escrow on this chain.
    function digest(address escrow, bytes32 structHash) internal view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Freehold InferenceEscrow"),
                keccak256("1"),
                block.chainid,
                escrow
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function voucher(address node, uint256 channel, bytes32 line, uint64 cumulative) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)");
        return keccak256(abi.encode(typeHash, node, channel, line, cumulative));
    }

    function batch(Batch memory b, bytes32 rowsHash) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Batch(address node,bytes32 lineId,bytes32 versionHash,uint8 lane,uint32 nonce,uint40 lastAt,bytes32 rowsHash)"
        );
        return
            keccak256(
                abi.encode(typeHash, b.node, b.lineId, b.versionHash, uint8(b.lane), b.nonce, b.lastAt, rowsHash)
            );
    }

    function receipt(Receipt memory r) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Receipt(address node,uint256 channel,uint64 seq,uint64 cumulative,uint64 price,bytes32 lineId,bytes32 versionHash,bytes32 requestHash,bytes32 responseHash,uint40 workedAt)"
        );
        bytes memory first = abi.encode(typeHash, r.node, r.channel, r.seq, r.cumulative, r.price);
        return
            keccak256(
                bytes.concat(
                    first,
                    abi.encode(r.lineId, r.versionHash, r.requestHash, r.responseHash, uint256(r.workedAt))
                )
            );
    }

    function open(Opening memory o, uint256 salt, uint256 deadline) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Open(address node,bytes32 lineId,address payer,address signer,uint64 amount,uint32 closeDelay,bool optimistic,uint256 salt,uint256 deadline)"
        );
        bytes memory first = abi.encode(typeHash, o.node, o.lineId, o.payer, o.signer);
        return
            keccak256(
                bytes.concat(first, abi.encode(o.amount, o.closeDelay, o.optimistic), abi.encode(salt, deadline))
            );
    }

    function topUp(
        address node,
        bytes32 line,
        uint256 channel,
        uint64 amount,
        uint256 salt
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("TopUp(address node,bytes32 lineId,uint256 channel,uint64 amount,uint256 salt)");
        return keccak256(abi.encode(typeHash, node, line, channel, amount, salt));
    }

    function closeRequest(
        address node,
        bytes32 line,
        uint256 channel,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256("CloseRequest(address node,bytes32 lineId,uint256 channel,uint256 deadline)");
        return keccak256(abi.encode(typeHash, node, line, channel, deadline));
    }

    function close(
        address node,
        bytes32 line,
        uint256 channel,
        uint64 cumulative,
        uint40 issuedAt
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Close(address node,bytes32 lineId,uint256 channel,uint64 cumulative,uint40 issuedAt)"
        );
        return keccak256(abi.encode(typeHash, node, line, channel, cumulative, issuedAt));
    }

    function challenge(
        address node,
        bytes32 line,
        uint256 channel,
        uint64 asserted,
        uint256 deadline
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)"
        );
        return keccak256(abi.encode(typeHash, node, line, channel, asserted, deadline));
    }

    /// @notice EIP-3009 digest of a payment to `to`, for a token's domain.
    function receiveWithAuthorization(
        bytes32 domain,
        address from,
        address to,
        uint256 value,
        bytes32 nonce
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "ReceiveWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, from, to, value, 0, type(uint256).max, nonce));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    /// @notice EIP-2612 digest without an end, for a token's domain.
    function permit(
        bytes32 domain,
        address owner,
        address spender,
        uint256 value,
        uint256 nonce
    ) internal pure returns (bytes32) {
        bytes32 typeHash = keccak256(
            "Permit(address owner,address spender,uint256 value,uint256 nonce,uint256 deadline)"
        );
        bytes32 structHash = keccak256(abi.encode(typeHash, owner, spender, value, nonce, type(uint256).max));
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
