// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {MessageHashUtils} from "@openzeppelin/contracts/utils/cryptography/MessageHashUtils.sol";

import {IInferenceArbiter} from "../interfaces/IInferenceArbiter.sol";
import {INodeRegistry} from "../interfaces/INodeRegistry.sol";

/// @title ArbiterBase
/// @notice What both parts of InferenceArbiter stand on: the registry, the escrows, and who signed what for one of them.
abstract contract ArbiterBase is IInferenceArbiter {
    bytes32 private constant DOMAIN_TYPEHASH = keccak256(
        "EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"
    );
    bytes32 private constant ESCROW_NAME = keccak256("Freehold InferenceEscrow");
    bytes32 private constant ESCROW_VERSION = keccak256("1");

    /// @inheritdoc IInferenceArbiter
    address public immutable NODES;

    mapping(address escrow => bool) private _escrows;

    constructor(INodeRegistry nodes, address[] memory escrows) {
        NODES = address(nodes);
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
}
