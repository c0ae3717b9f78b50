// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {Channel, IChannels} from "../interfaces/IChannels.sol";
import {IDeltaLedger} from "../interfaces/IDeltaLedger.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {IInferenceArbiter, Receipt} from "../interfaces/IInferenceArbiter.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";
import {PaymentHashes} from "../libraries/PaymentHashes.sol";

/// @title ArbiterBase
/// @notice What all parts of InferenceArbiter stand on: registry, ledger, escrows, who signed what for one of them, and what it costs.
abstract contract ArbiterBase is IInferenceArbiter {
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant ESCROW_NAME = keccak256("Freehold InferenceEscrow");
    bytes32 private constant ESCROW_VERSION = keccak256("1");

    /// @inheritdoc IInferenceArbiter
    address public immutable NODES;
    /// @inheritdoc IInferenceArbiter
    uint256 public immutable PENALTY;
    /// @notice Has the versions, and says until when one was payable.
    IDeltaLedger public immutable LEDGER;

    /// @dev What a node loses besides what it could not prove, as a multiple of it; burned. Else a node could carry its stake out through
    /// friends, see {ISettlements.setStakeShare}.
    uint256 internal constant PENALTY_FACTOR = 2;

    mapping(address escrow => bool) private _escrows;

    constructor(INodeRegistry nodes, IDeltaLedger ledger, address[] memory escrows, uint256 penalty) {
        NODES = address(nodes);
        LEDGER = ledger;
        PENALTY = penalty;
        for (uint256 i = 0; i < escrows.length; ++i) _escrows[escrows[i]] = true;
    }

    /// @inheritdoc IInferenceArbiter
    function isEscrow(address escrow) external view returns (bool) {
        return _escrows[escrow];
    }

    /// @dev Who signed a struct for the domain of an escrow that the caller knows; zero for a signature that is none.
    function _signerOf(
        address escrow,
        bytes32 structHash,
        bytes calldata signature
    ) internal view returns (address signer) {
        bytes32 domain = keccak256(abi.encode(DOMAIN_TYPEHASH, ESCROW_NAME, ESCROW_VERSION, block.chainid, escrow));
        bytes32 digest = MessageHashUtils.toTypedDataHash(domain, structHash);
        (signer, , ) = ECDSA.tryRecoverCalldata(digest, signature);
    }

    function _requireEscrow(address escrow) internal view {
        if (!_escrows[escrow]) revert InferenceArbiter_UnknownEscrow(escrow);
    }

    /// @dev Struct hash of a receipt that an enclave of its node signed.
    function _requireReceipt(
        address escrow,
        Receipt calldata receipt,
        bytes calldata signature
    ) internal view returns (bytes32 structHash) {
        structHash = PaymentHashes.receipt(receipt);
        _requireEnclave(escrow, receipt.node, structHash, signature);
    }

    /// @dev Who signed for the escrow's domain: an enclave that the node registered, whatever has become of it since.
    function _requireEnclave(
        address escrow,
        address node,
        bytes32 structHash,
        bytes calldata signature
    ) internal view returns (address enclave) {
        _requireEscrow(escrow);
        enclave = _signerOf(escrow, structHash, signature);
        // Nobody's enclave is the zero address's.
        if (node == address(0) || INodeRegistry(NODES).enclaveOf(enclave).node != node) {
            revert InferenceArbiter_NotAnEnclave(node, enclave);
        }
    }

    /// @dev Payer of a receipt's channel, or `otherwise` when there is no such channel.
    function _payerOf(
        address escrow,
        Receipt calldata receipt,
        address otherwise
    ) internal view returns (address payer) {
        payer = otherwise;
        try IChannels(escrow).channelOf(receipt.node, receipt.lineId, receipt.channel) returns (
            Channel memory channel
        ) {
            payer = channel.payer;
        } catch {}
    }

    /// @dev Takes {PENALTY} of stake, half of it for the victim, and burns `more`.
    function _takePenalty(address node, address victim, uint256 more) internal returns (uint256 paid, uint256 burned) {
        uint256 half = PENALTY / 2;
        return INodeRegistry(NODES).slash(node, victim, half, PENALTY - half + more);
    }

    /// @dev Units of an escrow in the stake token's smallest unit; zero where stake is other money than was lost.
    function _inStake(address escrow, uint64 units) internal view returns (uint256) {
        return IInferenceEscrow(escrow).OPTIMISTIC() ? units * IInferenceEscrow(escrow).UNIT() : 0;
    }
}
