// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {Batch, IInferenceEscrow, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice Attacks with signatures and calldata. Numbered as in the threat list.
contract InferenceEscrowSignatureAttacksTest is PaymentsBase {
    uint256 private channel;
    uint256 private neighbour;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
        neighbour = _open(OTHER_PAYER_KEY, NODE, 100);
    }

    function test_Attack01_ReplaySameVoucher() external {
        Row memory row = _row(PAYER_KEY, channel, 40, 40);
        _expectPaid(_rows(row), 40, 0);
        _expectPaid(_rows(row), 0, 1);
        _expectPaid(_rows(row, _row(OTHER_PAYER_KEY, neighbour, 7, 7)), 7, 1);
    }

    function test_Attack02_LowerVoucherAfterHigher() external {
        _expectPaid(_rows(_row(PAYER_KEY, channel, 40, 40)), 40, 0);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 30, 30), _row(OTHER_PAYER_KEY, neighbour, 7, 7)), 7, 1);
        assertEq(escrow.channelOf(NODE, channel).paid, 40, "paid");
    }

    function test_Attack03_ReplayOnAnotherChain() external {
        Row memory row = _row(PAYER_KEY, channel, 40, 40);
        bytes memory signature = _signBatch(ENCLAVE_KEY, _batch(_now()), _rows(row));
        vm.chainId(block.chainid + 1);
        vm.expectRevert();
        escrow.settle(_batch(_now()), _rows(row), signature);
        // Even when the enclave signs for this chain too, the voucher is still for the other one.
        _expectPaid(_rows(row), 0, 1);
    }

    function test_Attack04_ReplayOnAnotherDeployment() external {
        InferenceEscrow other = _newEscrow();
        token.mint(PAYER, 100);
        vm.startPrank(PAYER);
        token.approve(address(other), 100);
        assertEq(other.open(NODE, PAYER, 100), channel, "same index");
        vm.stopPrank();

        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert();
        other.settle(batch, rows, signature);
        signature = _sign(ENCLAVE_KEY, other.batchDigest(batch, rows));
        (uint64 total, uint256 skipped) = other.settle(batch, rows, signature);
        assertEq(total, 0, "total");
        assertEq(skipped, 1, "skipped");
    }

    function test_Attack05_ForkKeepsOldDomain() external {
        bytes32 before = escrow.voucherDigest(NODE, channel, lineId, 40);
        vm.chainId(block.chainid + 1);
        assertTrue(escrow.voucherDigest(NODE, channel, lineId, 40) != before, "the domain follows the chain id");
        _expectPaid(_rows(_row(PAYER_KEY, channel, 40, 40)), 40, 0);
    }

    function test_Attack06_VoucherForAnotherNode() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        assertEq(_open(PAYER_KEY, OTHER_NODE, 100), channel, "same index");

        Batch memory batch = _batch(_now());
        batch.node = OTHER_NODE;
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(OTHER_ENCLAVE_KEY, batch, rows);
        (uint64 total, ) = escrow.settle(batch, rows, signature);
        assertEq(total, 0, "total");
    }

    function testFuzz_Attack09_DirtyHighBits(uint256 dirt) external {
        dirt = bound(dirt, 1, type(uint192).max) << 64;
        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory data = abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)));
        // Words after the selector: batch (4), offsets (2), length of rows, then the row: channel, metered, signed.
        for (uint256 word = 8; word <= 9; ++word) {
            (bool success, ) = address(escrow).call(_dirty(data, word, dirt));
            assertFalse(success, "an amount with high bits must revert");
        }
        (bool nodeSuccess, ) = address(escrow).call(_dirty(data, 0, bound(dirt, 1, type(uint96).max) << 160));
        assertFalse(nodeSuccess, "an address with high bits must revert");
        (bool cleanSuccess, ) = address(escrow).call(data);
        assertTrue(cleanSuccess, "the same calldata without dirt");
    }

    function test_Attack10_MalleableOrInvalidSignatures() external {
        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ENCLAVE_KEY, escrow.batchDigest(batch, rows));
        bytes32 highS = bytes32(0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141 - uint256(s));

        _expectBadSignature(batch, rows, abi.encodePacked(r, highS, v == 27 ? uint8(28) : uint8(27)));
        _expectBadSignature(batch, rows, abi.encodePacked(r, s, v - 27));
        _expectBadSignature(batch, rows, abi.encodePacked(r, s, uint8(29)));
        _expectBadSignature(batch, rows, abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
        _expectBadSignature(batch, rows, abi.encodePacked(r, s, v, uint8(0)));
        _expectBadSignature(batch, rows, abi.encodePacked(bytes32(0), bytes32(0), v));
        _expectBadSignature(batch, rows, "");
    }

    function test_Attack10_RowWithInvalidSignatureMatchesNobody() external {
        Row memory row = _row(PAYER_KEY, channel, 40, 40);
        (bytes32 r, bytes32 vs) = (row.r, row.vs);
        // The highest s that EIP-2098 can carry is over half of the curve's order.
        row.vs = bytes32(uint256(type(uint256).max) >> 1);
        _expectPaid(_rows(row), 0, 1);
        (row.r, row.vs) = (0, 0);
        _expectPaid(_rows(row), 0, 1);
        (row.r, row.vs) = (r, vs ^ bytes32(uint256(1) << 255));
        _expectPaid(_rows(row), 0, 1);
        // A channel that does not exist has signer zero, which is what ecrecover says of garbage.
        (row.r, row.vs, row.channel) = (0, 0, 99);
        _expectPaid(_rows(row), 0, 1);
    }

    function test_Attack11_OneBadRowStopsTheOthers() external {
        uint256 released = _open(STRANGER_KEY, NODE, 100);
        vm.prank(NODE);
        escrow.release(released);
        Row[] memory rows = new Row[](5);
        rows[0] = _row(STRANGER_KEY, released, 40, 40);
        rows[1] = _row(PAYER_KEY, channel, 40, 40);
        rows[2] = _row(STRANGER_KEY, neighbour, 40, 40);
        rows[3] = _row(OTHER_PAYER_KEY, 99, 40, 40);
        rows[4] = _row(OTHER_PAYER_KEY, neighbour, 5, 5);
        _expectPaid(rows, 45, 13);
    }

    function test_Attack12_SameChannelTwiceInOneBatch() external {
        Row memory row = _row(PAYER_KEY, channel, 40, 40);
        _expectPaid(_rows(row, row), 40, 2);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 50, 50), _row(PAYER_KEY, channel, 60, 60)), 20, 0);
        assertEq(escrow.channelOf(NODE, channel).paid, 60, "paid");
        assertEq(escrow.earned(NODE), 60, "earned");
    }

    function testFuzz_Attack13_TruncatedOrRandomCalldata(uint256 cut, bytes calldata garbage) external {
        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory data = abi.encodeCall(escrow.settle, (batch, rows, _signBatch(ENCLAVE_KEY, batch, rows)));
        // The last 31 bytes pad the signature.
        uint256 length = bound(cut, 0, data.length - 32);
        assembly ("memory-safe") {
            mstore(data, length)
        }
        (bool success, ) = address(escrow).call(data);
        assertFalse(success, "truncated");
        (success, ) = address(escrow).call(bytes.concat(escrow.settle.selector, garbage));
        assertFalse(success, "random");
        assertEq(escrow.earned(NODE), 0, "earned");
    }

    function testFuzz_Attack14_NeighboursChange(uint64 metered, uint64 signed, uint256 which) external {
        uint256[4] memory channels;
        for (uint256 i = 0; i < 4; ++i) channels[i] = _open(STRANGER_KEY, NODE, 1_000);
        which = bound(which, 0, 3);
        _settle(_batch(_now()), _rows(_row(STRANGER_KEY, channels[which], metered, signed)));
        for (uint256 i = 0; i < 4; ++i) {
            if (i == which) continue;
            assertEq(escrow.channelOf(NODE, channels[i]).paid, 0, "paid of a neighbour");
            assertEq(escrow.channelOf(NODE, channels[i]).deposited, 1_000, "deposit of a neighbour");
        }
    }

    function test_Attack23_24_25_SignerBecomesHostileContract() external {
        Row memory row = _row(PAYER_KEY, channel, 40, 40);
        // An endless loop: JUMPDEST PUSH1 0 JUMP.
        vm.etch(PAYER, hex"5b600056");
        _expectPaid(_rows(row, _row(OTHER_PAYER_KEY, neighbour, 7, 7)), 47, 0);
    }

    function test_Attack39_OldBatchAfterNewer() external {
        Row[] memory older = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory olderSignature = _signBatch(ENCLAVE_KEY, _batch(_now()), older);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 60, 60)), 60, 0);
        (uint64 total, ) = escrow.settle(_batch(_now()), older, olderSignature);
        assertEq(total, 0, "an older batch is covered by the newer");
    }

    function test_Attack57_CopiedSettlementPaysTheCopier() external {
        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.startPrank(STRANGER);
        escrow.settle(batch, rows, signature);
        escrow.collect(NODE);
        vm.stopPrank();
        assertEq(token.balanceOf(STRANGER), 0, "copier");
        assertEq(token.balanceOf(PAYOUT), 40 * escrow.UNIT(), "node");
    }

    function _expectPaid(Row[] memory rows, uint64 pay, uint256 bitmap) private {
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), rows);
        assertEq(total, pay, "total");
        assertEq(skipped, bitmap, "skipped");
    }

    function _expectBadSignature(Batch memory batch, Row[] memory rows, bytes memory signature) private {
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_BadBatchSignature.selector);
        escrow.settle(batch, rows, signature);
    }

    function _dirty(bytes memory data, uint256 word, uint256 dirt) private pure returns (bytes memory copy) {
        copy = bytes.concat(data);
        assembly ("memory-safe") {
            let at_ := add(add(copy, 0x24), mul(word, 0x20))
            mstore(at_, or(mload(at_), dirt))
        }
    }
}
