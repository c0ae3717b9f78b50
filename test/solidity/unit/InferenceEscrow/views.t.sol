// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, IInferenceEscrow, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice Digests are built here from literal strings and EIP-712's own rules, without the contracts' code.
contract InferenceEscrowViewsTest is PaymentsBase {
    function test_RevertGiven_ChannelWasNeverOpened() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_UnknownChannel.selector, NODE, 0));
        escrow.channelOf(NODE, 0);
    }

    function test_VoucherDigest_IsEip712() external view {
        bytes32 typeHash = keccak256("Voucher(address node,uint256 channel,bytes32 lineId,uint64 cumulative)");
        assertEq(typeHash, 0x58a0ea8fa728e5199da80ebdee05d7bbfe5427427cfe112874d083869b80ba79, "golden type hash");
        bytes32 hash = keccak256(abi.encode(typeHash, NODE, uint256(3), lineId, uint256(77)));
        assertEq(escrow.voucherDigest(NODE, 3, lineId, 77), _digest(hash), "digest");
    }

    function test_BatchDigest_IsEip712() external view {
        bytes32 claimType = keccak256("Claim(uint256 channel,uint64 metered)");
        assertEq(claimType, 0x6b44d0bb7b149a35bda2c92be8b8bf9bcebf64b674c081758e97c4cb1cb1bdb0, "golden type hash");
        bytes32 batchType = keccak256(
            "Batch(address node,bytes32 lineId,bytes32 versionHash,uint40 lastAt,Claim[] claims)Claim(uint256 channel,uint64 metered)"
        );
        assertEq(batchType, 0x396d4e87a2f0c0d0f1070f46f2e1bc67ea7b0acd6fac8479486dc7ba6f1afe99, "golden type hash");

        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(Row(4, 10, 20, "r", "vs"), Row(9, 30, 5, "r2", "vs2"));
        bytes32 claims = keccak256(
            bytes.concat(
                keccak256(abi.encode(claimType, uint256(4), uint256(10))),
                keccak256(abi.encode(claimType, uint256(9), uint256(30)))
            )
        );
        bytes32 hash = keccak256(
            abi.encode(batchType, batch.node, batch.lineId, batch.versionHash, uint256(batch.lastAt), claims)
        );
        assertEq(escrow.batchDigest(batch, rows), _digest(hash), "digest");
    }

    function _digest(bytes32 structHash) private view returns (bytes32) {
        bytes32 domain = keccak256(
            abi.encode(
                keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                keccak256("Freehold InferenceEscrow"),
                keccak256("1"),
                block.chainid,
                address(escrow)
            )
        );
        return keccak256(abi.encodePacked(hex"1901", domain, structHash));
    }
}
