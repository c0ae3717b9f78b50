// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowCollectTest is PaymentsBase {
    function _earn() private {
        uint256 channel = _open(PAYER_KEY, NODE, 100);
        _settle(_batch(_now()), _rows(_row(PAYER_KEY, channel, 40, 40)));
    }

    function test_RevertGiven_NodeEarnedNothing() external {
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_NothingOwed.selector, NODE));
        escrow.collect(NODE);
    }

    function test_GivenNodeEarned_WhenStrangerCalls() external {
        _earn();
        vm.expectEmit(address(escrow));
        emit IInferenceEscrow.Withdrawn(NODE, PAYOUT, 40 * escrow.UNIT());
        vm.prank(STRANGER);
        assertEq(escrow.collect(NODE), 40 * escrow.UNIT(), "amount");

        assertEq(token.balanceOf(PAYOUT), 40 * escrow.UNIT(), "tokens sent");
        assertEq(escrow.earned(NODE), 0, "earned");
        assertEq(escrow.liabilities(), 60, "liabilities");
    }

    function test_GivenNodeEarned_GivenPayoutChangedSince() external {
        _earn();
        vm.prank(NODE);
        nodes.update("https://node.example", OTHER_NODE);
        escrow.collect(NODE);
        assertEq(token.balanceOf(OTHER_NODE), 40 * escrow.UNIT(), "tokens sent");
        assertEq(token.balanceOf(PAYOUT), 0, "old payout address");
    }
}
