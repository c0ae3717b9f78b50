// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Batch, ISettlements, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {BookStates} from "../../../../contracts/libraries/BookState.sol";
import {BookStorage} from "../../utils/BookStorage.sol";

contract InferenceEscrowSkipBatchTest is BookStorage {
    function test_RevertWhen_NonceIsNotTheNext() external {
        _expectWrongNonce(1, 0);
        _expectWrongNonce(type(uint32).max, 0);
        vm.prank(NODE);
        escrow.skipBatch(lineId, 0);
        _expectWrongNonce(0, 1);
    }

    function test_RevertGiven_NoncesAreUsedUp() external {
        uint32 last = LAST_NONCE;
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 4);
        _setShare(5);
        _storeNonce(last - 1);
        vm.prank(NODE);
        escrow.skipBatch(lineId, last - 1);

        vm.expectRevert(BookStates.BookState_NoncesUsedUp.selector);
        vm.prank(NODE);
        escrow.skipBatch(lineId, last);
        Batch memory batch = _batch(Lane.Voucher, _now());
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, "");
        vm.expectRevert(BookStates.BookState_NoncesUsedUp.selector);
        escrow.settle(batch, "", signature);
        assertEq(_earnings().nextNonce, last, "nonce");
        assertEq(_earnings().leastDeposit, 16, "its neighbour in the slot");
        assertEq(_earnings().share, 5, "its other neighbour");
    }

    function test_WhenNonceIsTheNext() external {
        uint256 channel = _open(PAYER_KEY, NODE, 100);
        Batch memory lost = _batch(Lane.Voucher, _now());
        bytes memory rows = _packVouchers(_rows(_row(PAYER_KEY, channel, 10, 10)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, lost, rows);

        vm.expectEmit(address(escrow));
        emit ISettlements.BatchSkipped(NODE, lineId, 0);
        vm.prank(NODE);
        escrow.skipBatch(lineId, 0);
        assertEq(_earnings().nextNonce, 1, "nonce");
        assertEq(escrow.channelCount(NODE, lineId), 1, "channels");

        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, 0, 1));
        escrow.settle(lost, rows, signature);
        assertEq(_settleVoucher(PAYER_KEY, channel, 10), 10, "the next batch");
    }

    function test_WhenSomebodyElseSkips() external {
        vm.prank(STRANGER);
        escrow.skipBatch(lineId, 0);
        assertEq(_earnings().nextNonce, 0, "nonce of the node");
    }

    function _expectWrongNonce(uint32 nonce, uint32 expected) private {
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_WrongNonce.selector, nonce, expected));
        vm.prank(NODE);
        escrow.skipBatch(lineId, nonce);
    }
}
