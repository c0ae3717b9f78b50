// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISettlements} from "../../../../contracts/interfaces/ISettlements.sol";
import {ChannelBase} from "./ChannelBase.sol";

contract InferenceEscrowSetStakeShareTest is ChannelBase {
    uint256 private constant QUARTER = 2 ** 14;

    /// @dev What NODE's lines have asked for, to find the sum without the contract.
    mapping(uint256 line => uint8) private shares;

    function setUp() public override {
        super.setUp();
        _setShare(0);
    }

    function test_RevertWhen_ShareIsOver15() external {
        uint8[3] memory over = [16, 17, 255];
        for (uint256 i = 0; i < over.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_InvalidShare.selector, over[i]));
            _setShare(over[i]);
        }
    }

    function test_WhenShareIsInRange() external {
        _settleVoucher(PAYER_KEY, channel, 40);
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 7);
        for (uint8 share = 15; share > 0; --share) {
            vm.expectEmit(address(escrow));
            emit ISettlements.StakeShareSet(NODE, lineId, share);
            _setShare(share);
            assertEq(_earnings().share, share, "share");
            assertEq(_earnings().limit, MIN_STAKE / 2 ** (uint256(share) + 1), "limit");
        }
        _setShare(0);
        assertEq(_earnings().limit, 0, "none");
        assertEq(_earnings().earned, 40, "earned");
        assertEq(_earnings().nextNonce, 1, "nonce");
        assertEq(_earnings().leastDeposit, 128, "leastDeposit");
        assertEq(escrow.channelCount(NODE, lineId), 1, "channels");
    }

    function test_RevertWhen_SumIsOverAQuarter() external {
        _setShare(1);
        for (uint8 share = 1; share <= 15; ++share) {
            _expectExceeded((2 * QUARTER) >> share);
            _setOther("another", share);
        }
        // A half and a half of it, and not a 16,384th more.
        _setShare(2);
        _setOther("another", 2);
        _expectExceeded(QUARTER >> 14);
        _setOther("a third", 15);
        _setOther("another", 3);
        _setOther("a third", 3);
        _expectExceeded(QUARTER >> 1);
        _setShare(1);
    }

    function testFuzz_SumOverLines(uint8[12] calldata lines, uint8[12] calldata asked) external {
        for (uint256 i = 0; i < lines.length; ++i) {
            uint256 line = lines[i] % 4;
            uint8 share = asked[i] % 16;
            uint256 sum = share == 0 ? 0 : 2 ** (15 - share);
            for (uint256 j = 0; j < 4; ++j) if (j != line && shares[j] != 0) sum += 2 ** (15 - shares[j]);
            if (sum > QUARTER) _expectExceeded(sum - QUARTER);
            else shares[line] = share;
            vm.prank(NODE);
            escrow.setStakeShare(bytes32(line), share);
            assertEq(escrow.earningsOf(NODE, bytes32(line)).share, shares[line], "share");
        }
    }

    function test_WhenSomebodyElseAsks() external {
        _setShare(1);
        vm.prank(STRANGER);
        escrow.setStakeShare(lineId, 1);
        assertEq(escrow.earningsOf(STRANGER, lineId).limit, 0, "of no stake");
        vm.prank(STRANGER);
        escrow.setStakeShare(lineId, 0);
        assertEq(_earnings().share, 1, "the node's");
    }

    /// @dev Else a quarter of the stake would serve one line after the other.
    function test_RevertWhen_UnvestedExceedsTheLowerShare() external {
        _setShare(1);
        uint256 optimistic = _openOptimistic(PAYER_KEY, NODE, uint64(MIN_STAKE));
        _settleAmount(optimistic, uint32(MIN_STAKE / 8 + 1));
        _expectTooLow(MIN_STAKE / 8 + 1, MIN_STAKE / 8);
        _setShare(2);
        // What a slasher holds is no less in dispute.
        vm.prank(address(arbiter));
        escrow.seize(NODE, lineId, 5);
        _expectTooLow(MIN_STAKE / 8 + 1, MIN_STAKE / 8);
        _setShare(2);
        _expectTooLow(MIN_STAKE / 8 + 1, 0);
        _setShare(0);
        assertEq(_earnings().share, 1, "as before");

        vm.prank(address(arbiter));
        escrow.assign(NODE, lineId, PAYER, 5);
        _setShare(2);
        skip(2 * VEST_PERIOD);
        _setShare(0);
        assertEq(_earnings().earned, MIN_STAKE / 8 - 4, "earned");
    }

    /// @dev The budget that a refused change would have freed is not free.
    function test_WhenShareIsRaised() external {
        _setShare(3);
        uint256 optimistic = _openOptimistic(PAYER_KEY, NODE, uint64(MIN_STAKE));
        _settleAmount(optimistic, uint32(MIN_STAKE / 16));
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE);
        _setShare(1);
        assertEq(_earnings().limit, 0, "limit");
        assertEq(_earnings().vesting, MIN_STAKE / 16, "vesting");
    }

    function _setOther(string memory line, uint8 share) private {
        vm.prank(NODE);
        escrow.setStakeShare(keccak256(bytes(line)), share);
    }

    /// @param over by how much, in 2^-16 of the stake
    function _expectExceeded(uint256 over) private {
        vm.expectRevert(
            abi.encodeWithSelector(ISettlements.InferenceEscrow_SharesExceeded.selector, QUARTER + over, QUARTER)
        );
    }

    function _expectTooLow(uint256 unvested, uint256 limit) private {
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_StakeTooLow.selector, unvested, limit));
    }
}
