// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ISettlements} from "../../../../contracts/interfaces/ISettlements.sol";
import {ChannelBase} from "./ChannelBase.sol";

contract InferenceEscrowSetLeastDepositTest is ChannelBase {
    function test_RevertWhen_ExponentIsOver55() external {
        uint8[3] memory exponents = [56, 64, 255];
        for (uint256 i = 0; i < exponents.length; ++i) {
            vm.expectRevert(
                abi.encodeWithSelector(ISettlements.InferenceEscrow_InvalidExponent.selector, exponents[i])
            );
            vm.prank(NODE);
            escrow.setLeastDeposit(lineId, exponents[i]);
        }
    }

    function test_WhenExponentIsInRange() external {
        _settleVoucher(PAYER_KEY, channel, 40);
        assertEq(_earnings().leastDeposit, 1, "before");
        uint8[3] memory exponents = [55, 7, 0];
        for (uint256 i = 0; i < exponents.length; ++i) {
            uint64 least = uint64(2) ** exponents[i];
            vm.expectEmit(address(escrow));
            emit ISettlements.LeastDepositSet(NODE, lineId, least);
            vm.prank(NODE);
            escrow.setLeastDeposit(lineId, exponents[i]);
            assertEq(_earnings().leastDeposit, least, "leastDeposit");
        }
        assertEq(_earnings().earned, 40, "earned");
        assertEq(_earnings().nextNonce, 1, "nonce");
        assertEq(escrow.channelCount(NODE, lineId), 1, "channels");
    }

    function test_WhenChannelsAreOpenAlready() external {
        vm.prank(NODE);
        escrow.setLeastDeposit(lineId, 55);
        _topUp(channel, 1);
        assertEq(_settleVoucher(PAYER_KEY, channel, DEPOSIT + 1), DEPOSIT + 1, "they go on");
    }

    function test_WhenSomebodyElseAsks() external {
        vm.prank(STRANGER);
        escrow.setLeastDeposit(lineId, 55);
        assertEq(_earnings().leastDeposit, 1, "the node's");
        vm.prank(NODE);
        escrow.setLeastDeposit(keccak256("another line"), 55);
        assertEq(_earnings().leastDeposit, 1, "of this line");
    }
}
