// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel, Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {Batch, Earnings, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {PaymentHashes} from "../../../../contracts/libraries/PaymentHashes.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice Digests are built in {PaymentSigning} from literal strings and EIP-712's own rules, without the contracts' code. The golden type
/// hashes are ethers' (`id`).
contract InferenceEscrowViewsTest is ChannelBase {
    function test_ChannelOf_RevertGiven_ChannelWasNeverOpened() external {
        uint256[3] memory indices = [channel + 1, 2 ** 26, type(uint256).max];
        for (uint256 i = 0; i < indices.length; ++i) {
            vm.expectRevert(_unknown(indices[i]));
            escrow.channelOf(NODE, lineId, indices[i]);
        }
    }

    function test_ChannelOf_GivenChannelWasOpened() external {
        Opening memory opening = _opening(NODE, 50);
        opening.signer = STRANGER;
        opening.optimistic = true;
        uint256 index = _openAs(PAYER, opening);
        _settleAmount(index, 20);
        Channel memory opened = _channel(index);
        assertEq(opened.payer, PAYER, "payer");
        assertEq(opened.signer, STRANGER, "signer");
        assertEq(opened.deposited, 50, "deposited");
        assertEq(opened.paid, 20, "paid");
        assertEq(opened.closeAt, 0, "closeAt");
        assertEq(opened.closeDelay, CLOSE_DELAY, "closeDelay");
        assertTrue(opened.optimistic, "optimistic");
        assertFalse(opened.closed, "closed");
    }

    function test_ChannelCount_IsOfNodeAndLine() external view {
        assertEq(escrow.channelCount(NODE, lineId), 1, "count");
        assertEq(escrow.channelCount(OTHER_NODE, lineId), 0, "of another node");
        assertEq(escrow.channelCount(NODE, keccak256("another line")), 0, "of another line");
    }

    function test_EarningsOf_GivenBookIsEmpty() external view {
        Earnings memory none = escrow.earningsOf(STRANGER, lineId);
        assertEq(none.earned, 0, "earned");
        assertEq(none.vesting, 0, "vesting");
        assertEq(none.held, 0, "held");
        assertEq(none.limit, 0, "limit");
        assertEq(none.share, 0, "share");
        assertEq(none.nextNonce, 0, "nextNonce");
        assertEq(none.leastDeposit, 1, "leastDeposit");
    }

    function test_EarningsOf_GivenLaneOWasUsed() external {
        _setShare(2);
        uint256 index = _openOptimistic(PAYER_KEY, NODE, 50);
        _settleAmount(index, 20);
        vm.prank(address(arbiter));
        escrow.seize(NODE, lineId, 15);
        Earnings memory some = _earnings();
        assertEq(some.earned, 0, "earned");
        assertEq(some.vesting, 5, "vesting");
        assertEq(some.held, 15, "held");
        assertEq(some.limit, MIN_STAKE / 8, "limit");
        assertEq(some.share, 2, "share");
        assertEq(some.nextNonce, 1, "nextNonce");
    }

    function test_VoucherDigest_IsEip712() external {
        assertEq(
            PaymentHashes.VOUCHER_TYPEHASH,
            0x58a0ea8fa728e5199da80ebdee05d7bbfe5427427cfe112874d083869b80ba79,
            "golden type hash"
        );
        assertEq(escrow.voucherDigest(NODE, lineId, 3, 77), _voucherDigest(NODE, lineId, 3, 77), "digest");
        vm.chainId(block.chainid + 1);
        assertEq(escrow.voucherDigest(NODE, lineId, 3, 77), _voucherDigest(NODE, lineId, 3, 77), "after a fork");
    }

    function test_BatchDigest_IsEip712() external view {
        assertEq(
            PaymentHashes.BATCH_TYPEHASH,
            0x37d56bcd3c944dd2dbf2385894b1f45fb0dac1058ddda507e143ffac48a10f31,
            "golden type hash"
        );
        Batch memory batch = _batch(Lane.Optimistic, _now());
        batch.nonce = 9;
        assertEq(escrow.batchDigest(batch, "rows"), _batchDigest(batch, "rows"), "digest");
    }

    function test_OpeningHash_IsEip712() external view {
        assertEq(
            PaymentHashes.OPEN_TYPEHASH,
            0x1d6bd36fee0a06fd98267d7f31fab1c51b6f333298fb66be7cc05e930bb64b0a,
            "golden type hash"
        );
        Opening memory opening = _opening(NODE, 10);
        opening.payer = PAYER;
        opening.signer = STRANGER;
        opening.optimistic = true;
        assertEq(escrow.openingHash(opening, 5), _openDigest(opening, 5, type(uint256).max), "digest");
    }

    function test_TopUpHash_IsEip712() external view {
        assertEq(
            PaymentHashes.TOP_UP_TYPEHASH,
            0x3acd723863286d876d4699fc3d68d3b3dfbb1ce99cd3968ab556bf51c40da0ad,
            "golden type hash"
        );
        assertEq(escrow.topUpHash(NODE, lineId, 3, 10, 5), _topUpDigest(3, 10, 5), "digest");
    }
}
