// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {BookStates} from "../../../contracts/libraries/BookState.sol";
import {InferenceEscrow} from "../../../contracts/InferenceEscrow.sol";
import {Opening} from "../../../contracts/interfaces/IChannels.sol";
import {INodeRegistry} from "../../../contracts/interfaces/INodeRegistry.sol";
import {Batch, ISettlements, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks that show a true signature again, or to somebody else. Numbered as in the threat list.
contract ReplayAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private neighbour;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        neighbour = _open(OTHER_PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice A node cashes a voucher again, alone and beside another: the old one pays nothing, the other is paid.
    function test_Attack01_ReplaySameVoucher() external {
        Row memory row = _claim(PAYER_KEY, channel, 40, 40);
        _expectPaid(_rows(row), 40, 0);
        _expectPaid(_rows(row), 0, 1);
        _expectPaid(_rows(row, _claim(OTHER_PAYER_KEY, neighbour, 7, 7)), 7, 1);
        assertEq(_channel(channel).paid, 40, "paid");
    }

    /// @notice Anybody sends a settled batch of either lane again: its nonce is used.
    function test_Attack01_ReplaySettledBatch() external {
        _replay(_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        _replay(_batch(Lane.Optimistic), _rows(_amount(optimistic, 40)));
        assertEq(_channel(optimistic).paid, 40, "paid");
    }

    /// @notice A node shows a lower voucher after a higher one: it pays nothing and takes nothing back.
    function test_Attack02_LowerVoucherAfterHigher() external {
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 30, 30), _claim(OTHER_PAYER_KEY, neighbour, 7, 7)), 7, 1);
        assertEq(_channel(channel).paid, 40, "paid");
    }

    /// @notice A batch and its vouchers are carried to another chain: neither signature is of anybody there.
    function test_Attack03_ReplayOnAnotherChain() external {
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.chainId(block.chainid + 1);
        _expectForeign(escrow, batch, rows, signature);
        // Even when the enclave signs for this chain too, the voucher is still for the other one.
        _expectPaid(rows, 0, 1);
    }

    /// @notice The same with a second escrow on the same chain, where the payer has the same channel.
    function test_Attack04_ReplayOnAnotherDeployment() external {
        InferenceEscrow other = _newEscrow(token);
        token.mint(PAYER, 100);
        vm.startPrank(PAYER);
        token.approve(address(other), 100);
        assertEq(other.open(_opening(100, false)), channel, "same index");
        vm.stopPrank();

        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        _expectForeign(other, batch, rows, _signBatch(ENCLAVE_KEY, batch, rows));
        bytes memory signature = _sign(ENCLAVE_KEY, other.batchDigest(batch, keccak256(rows)));
        (uint64 total, bytes memory skipped) = other.settle(batch, rows, signature);
        assertEq(total, 0, "total");
        assertEq(_number(skipped), 1, "skipped");
    }

    /// @notice The chain forks: the domain follows the chain id, so that what is signed on one side counts there only.
    function test_Attack05_ForkKeepsOldDomain() external {
        Row memory before = _claim(PAYER_KEY, channel, 40, 40);
        bytes32 digest = escrow.voucherDigest(NODE, lineId, channel, 40);
        vm.chainId(block.chainid + 1);
        assertTrue(escrow.voucherDigest(NODE, lineId, channel, 40) != digest, "the domain follows the chain id");
        _expectPaid(_rows(before), 0, 1);
        _expectPaid(_rows(_claim(PAYER_KEY, channel, 40, 40)), 40, 0);
    }

    /// @notice Another node cashes the voucher on the payer's channel of the same index: it names its node.
    function test_Attack06_VoucherForAnotherNode() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        Opening memory opening = _opening(100, false);
        opening.node = OTHER_NODE;
        _fund(PAYER, 100);
        vm.prank(PAYER);
        assertEq(escrow.open(opening), channel, "same index");

        Batch memory batch = _batch(Lane.Voucher);
        (batch.node, batch.nonce) = (OTHER_NODE, 0);
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(OTHER_ENCLAVE_KEY, batch, rows);
        (uint64 total, ) = escrow.settle(batch, rows, signature);
        assertEq(total, 0, "total");

        // Nor may its enclave bill in the first node's name.
        batch = _batch(Lane.Voucher);
        signature = _signBatch(OTHER_ENCLAVE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_WrongNode.selector, OTHER_ENCLAVE, NODE));
        escrow.settle(batch, rows, signature);
    }

    /// @notice Two payers name one key as their signer: a voucher is of one channel, and pays from that one only.
    function test_Attack28_OneSignerOfTwoPayers() external {
        Opening memory opening = _opening(100, false);
        opening.signer = PAYER;
        _fund(STRANGER, 100);
        vm.prank(STRANGER);
        uint256 second = escrow.open(opening);

        Row memory voucher = _claim(PAYER_KEY, channel, 40, 40);
        _expectPaid(_rows(voucher), 40, 0);
        voucher.channel = second;
        _expectPaid(_rows(voucher), 0, 1);
        assertEq(_channel(second).payer, STRANGER, "payer");
        assertEq(_channel(second).paid, 0, "paid");
    }

    /// @notice A batch is settled twice, ahead of its turn, or behind a nonce that was given up: only the next nonce counts.
    function test_Attack39_NoncesOutOfOrder() external {
        bytes memory rows = _rows(_amount(optimistic, 10));
        _expectWrongNonce(1, 0, rows);
        _expectWrongNonce(type(uint32).max, 0, rows);
        _debit(optimistic, 10);
        _expectWrongNonce(0, 1, rows);

        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, 2, 1));
        vm.prank(NODE);
        escrow.skipBatch(lineId, 2);
        // Somebody else gives up his own nonces only.
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, 1, 0));
        vm.prank(STRANGER);
        escrow.skipBatch(lineId, 1);
        vm.prank(NODE);
        escrow.skipBatch(lineId, 1);
        _expectWrongNonce(1, 2, rows);
        _debit(optimistic, 10);
    }

    /// @notice A node counts its nonces to the end, so that the first come again: the last is never used, nor is any twice.
    function test_Attack39_NoncesEnd() external {
        _storeNonce(LAST_NONCE);

        bytes memory over = abi.encodeWithSelector(BookStates.BookState_NoncesUsedUp.selector);
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Optimistic), _rows(_amount(optimistic, 10)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(over);
        escrow.settle(batch, rows, signature);
        vm.expectRevert(over);
        vm.prank(NODE);
        escrow.skipBatch(lineId, LAST_NONCE);
        assertEq(_earnings().leastDeposit, 1, "the bits above the nonce");
        assertEq(_earnings().share, MOST_STAKE, "the bits between");
        // Exits need none.
        _requestClose(optimistic);
        assertEq(_withdraw(optimistic), 100, "refund");
    }

    /// @notice Somebody copies a settlement from the mempool and sends it first: the pay is the node's all the same.
    function test_Attack57_CopiedSettlementPaysTheCopier() external {
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.prank(STRANGER);
        escrow.settleAndCollect(batch, rows, signature);
        assertEq(token.balanceOf(STRANGER), 0, "copier");
        assertEq(token.balanceOf(PAYOUT), 40 * escrow.UNIT(), "node");
    }

    /// @notice A stranger opens the index first that a payer signed a voucher for: the voucher is not of its signer.
    function test_Attack58_SomebodyElseTakesTheExpectedIndex() external {
        Row memory row = _claim(PAYER_KEY, optimistic + 1, 40, 40);
        assertEq(_open(STRANGER_KEY, 100), optimistic + 1, "index");
        _expectPaid(_rows(row), 0, 1);
    }

    function _replay(Batch memory batch, bytes memory rows) private {
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        escrow.settle(batch, rows, signature);
        vm.expectRevert(
            abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, batch.nonce, batch.nonce + 1)
        );
        vm.prank(STRANGER);
        escrow.settle(batch, rows, signature);
    }

    function _expectWrongNonce(uint32 nonce, uint32 expected, bytes memory rows) private {
        Batch memory batch = _batch(Lane.Optimistic);
        batch.nonce = nonce;
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, nonce, expected));
        escrow.settle(batch, rows, signature);
    }

    /// @dev The batch's signature is somebody's, but no enclave's.
    function _expectForeign(
        InferenceEscrow target,
        Batch memory batch,
        bytes memory rows,
        bytes memory signature
    ) private {
        address nobody = _recover(target.batchDigest(batch, keccak256(rows)), signature);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, nobody));
        target.settle(batch, rows, signature);
    }
}
