// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModelAnchor} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {Commitments, Delta, DeltaFormat, Hashes} from "../../../../contracts/libraries/Hashes.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

/// @notice Every hash of the library against its EIP-712 text, and against constants computed outside of Solidity.
contract HashesTest is OwnershipBase {
    bytes32 private constant GOLDEN_MODEL = 0xbfcfbfb53d39372db337a81f529f7851af7fd5f1ff44541f8b87e829654c0cec;
    bytes32 private constant GOLDEN_DELTA = 0x632374dacf242c72dd8aa9e8a02f8f8ff14026208f26f47db966d19683d6657b;
    bytes32 private constant GOLDEN_VERSION = 0x4d42fa6b5d2ffc7e99eb562b538e009c9a7f32584ef2d42c6fd26e875db2df44;

    function deltaAnchor(Delta calldata delta, bytes32[] calldata ids) external pure returns (bytes32) {
        return Hashes.deltaAnchor(delta, Hashes.datasets(ids));
    }

    function areValid(Commitments calldata c) external pure returns (bool) {
        return Hashes.areValid(c);
    }

    function isZero(Commitments calldata c) external pure returns (bool) {
        return Hashes.isZero(c);
    }

    function testFuzz_DeltaAnchor(
        bytes32 root,
        uint64 length,
        uint8 format,
        Commitments calldata commitments,
        bytes32[] calldata ids
    ) external view {
        Delta memory delta = Delta(root, length, DeltaFormat(format % 3), commitments);
        assertEq(this.deltaAnchor(delta, ids), deltaStruct(delta, ids), "delta anchor");
    }

    function testFuzz_Version(bytes32 parent, bytes32 delta) external pure {
        assertEq(Hashes.version(parent, delta), versionStruct(parent, delta), "version");
    }

    function testFuzz_ModelVersion(ModelAnchor calldata anchor) external pure {
        assertEq(
            Hashes.modelVersion(anchor.weightsRoot, anchor.byteLength, anchor.architectureHash, anchor.commitments),
            modelStruct(anchor),
            "model version"
        );
    }

    function testFuzz_LineId(uint256 modelId, address account) external pure {
        assertEq(Hashes.lineId(modelId, account), keccak256(abi.encode(modelId, account)), "line id");
    }

    function test_TypeHashes() external pure {
        assertEq(
            Hashes.MODEL_ANCHOR_TYPEHASH,
            keccak256(
                "ModelAnchor(bytes32 weightsRoot,uint64 byteLength,bytes32 architectureHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)"
            ),
            "ModelAnchor"
        );
        assertEq(
            Hashes.DELTA_ANCHOR_TYPEHASH,
            keccak256(
                "DeltaAnchor(bytes32 weightsRoot,uint64 byteLength,uint8 format,bytes32 datasetsHash,bytes32 poseidonRoot,uint256 pedersenX,uint256 pedersenY)"
            ),
            "DeltaAnchor"
        );
        assertEq(Hashes.VERSION_TYPEHASH, keccak256("Version(bytes32 parent,bytes32 delta)"), "Version");
    }

    /// @dev Constants from ethers' TypedDataEncoder: what an SDK must get for the same structs.
    function test_GoldenValues() external view {
        ModelAnchor memory anchor = anchorNamed("model");
        anchor.commitments = someCommitments();
        bytes32 base = Hashes.modelVersion(
            anchor.weightsRoot,
            anchor.byteLength,
            anchor.architectureHash,
            anchor.commitments
        );
        assertEq(base, GOLDEN_MODEL, "model");
        bytes32 delta = this.deltaAnchor(deltaNamed("delta"), only(keccak256("dataset")));
        assertEq(delta, GOLDEN_DELTA, "delta");
        assertEq(Hashes.version(base, delta), GOLDEN_VERSION, "version");
    }

    function test_AreValid() external view {
        assertTrue(this.areValid(Commitments(0, 0, 0)), "absent");
        assertTrue(this.areValid(someCommitments()), "generator");
        assertTrue(this.areValid(Commitments(bytes32(Hashes.BN254_R - 1), 1, 2)), "greatest element");
        assertFalse(this.areValid(Commitments(bytes32(Hashes.BN254_R), 1, 2)), "not an element");
        assertTrue(this.areValid(Commitments(0, 1, Hashes.BN254_P - 2)), "minus the generator");
        assertFalse(this.areValid(Commitments(0, 1, 3)), "off the curve");
        assertFalse(this.areValid(Commitments(0, 1 + Hashes.BN254_P, 2)), "x not reduced");
        assertFalse(this.areValid(Commitments(0, 1, 2 + Hashes.BN254_P)), "y not reduced");
        assertFalse(this.areValid(Commitments(0, 0, 1)), "half a point");
    }

    function testFuzz_IsZero(bytes32 root, uint256 x, uint256 y) external view {
        assertEq(this.isZero(Commitments(root, x, y)), root == 0 && x == 0 && y == 0, "zero");
    }
}
