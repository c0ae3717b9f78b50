// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModelAnchor} from "../../../contracts/interfaces/IModelRegistry.sol";
import {Delta} from "../../../contracts/libraries/Hashes.sol";
import {Test} from "./Test.sol";

/// @notice The hashes of the ownership contracts from their EIP-712 text, independent of what the contracts compute.
abstract contract OwnershipHashes is Test {
    function sign(uint256 key, bytes32 digest) internal pure returns (bytes memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(key, digest);
        return abi.encodePacked(r, s, v);
    }

    /// @dev EIP-712 from its text, independent of the contracts.
    function typedDigest(
        string memory name,
        uint256 chainId,
        address verifyingContract,
        bytes32 structHash
    ) internal pure returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256(bytes(name)),
                keccak256("1"),
                chainId,
                verifyingContract
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }

    function deltaStruct(Delta memory delta, bytes32[] memory ids) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "DeltaAnchor(bytes32 weightsRoot,uint64 byteLength,uint8 format,bytes32 datasetsHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)"
                    ),
                    delta.weightsRoot,
                    uint256(delta.byteLength),
                    uint256(delta.format),
                    keccak256(abi.encodePacked(ids)),
                    delta.commitments.poseidonRoot,
                    delta.commitments.pedersenX,
                    delta.commitments.pedersenY
                )
            );
    }

    function versionStruct(bytes32 parent, bytes32 delta) internal pure returns (bytes32) {
        return keccak256(abi.encode(keccak256("Version(bytes32 parent,bytes32 delta)"), parent, delta));
    }

    function modelStruct(ModelAnchor memory anchor) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256(
                        "ModelAnchor(bytes32 weightsRoot,uint64 byteLength,bytes32 architectureHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)"
                    ),
                    anchor.weightsRoot,
                    uint256(anchor.byteLength),
                    anchor.architectureHash,
                    anchor.commitments.poseidonRoot,
                    anchor.commitments.pedersenX,
                    anchor.commitments.pedersenY
                )
            );
    }

    function appendStruct(
        uint256 modelId,
        address account,
        bytes32 parent,
        bytes32 delta,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("Append(uint256 modelId,address account,bytes32 parent,bytes32 delta,uint256 deadline)"),
                    modelId,
                    account,
                    parent,
                    delta,
                    deadline
                )
            );
    }

    function consentStruct(
        bytes32 datasetId,
        bytes32 lineId,
        uint40 until,
        uint256 nonce,
        uint256 deadline
    ) internal pure returns (bytes32) {
        return
            keccak256(
                abi.encode(
                    keccak256("Consent(bytes32 datasetId,bytes32 lineId,uint40 until,uint256 nonce,uint256 deadline)"),
                    datasetId,
                    lineId,
                    uint256(until),
                    nonce,
                    deadline
                )
            );
    }

    function keyOf(address account) internal pure returns (bytes32) {
        return bytes32(uint256(uint160(account)));
    }
}
