// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Channel} from "../../../../contracts/interfaces/IChannels.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";
import {PaymentsHandler} from "./PaymentsHandler.sol";

/// @notice What must hold of channels, earnings, challenges and the money behind them, whatever payers and a node do.
contract PaymentsInvariants is PaymentsBase {
    PaymentsHandler private handler;

    function setUp() public override {
        super.setUp();
        handler = new PaymentsHandler(token, ledger, verifier, nodes, escrow, arbiter, lineId, versionHash);
        for (uint256 i = 0; i < 6; ++i) handler.open(i * 77_777);
    }

    /// @dev Read by the runner.
    function targetContracts() external view returns (address[] memory targets) {
        targets = new address[](1);
        targets[0] = address(handler);
    }

    function invariant_I4_EscrowHoldsWhatItOwes() external view {
        uint256 sum = uint256(_earnings().earned) + _earnings().vesting;
        sum += uint256(escrow.owed(PAYER)) + _earnings().held;
        for (uint256 i = 0; i < escrow.channelCount(NODE, lineId); ++i) {
            Channel memory channel = _channel(i);
            if (!channel.closed) sum += channel.deposited - channel.paid;
        }
        assertLe(sum * escrow.UNIT(), token.balanceOf(address(escrow)), "I4: escrow");
    }

    function invariant_I4_RegistryHoldsWhatItOwes() external view {
        assertLe(nodes.liabilities(), token.balanceOf(address(nodes)), "I4: registry");
        assertLe(
            arbiter.bondsOf(address(escrow), PAYER) + arbiter.bondsOf(address(escrow), NODE),
            token.balanceOf(address(arbiter)) / escrow.UNIT(),
            "I4: bonds"
        );
    }

    /// @dev The ghost is written by the rows of a channel alone: a neighbour in its slot that moved it would show here.
    function invariant_I5_PaidIsMeteredSignedAndDeposited() external view {
        for (uint256 i = 0; i < escrow.channelCount(NODE, lineId); ++i) {
            Channel memory channel = _channel(i);
            assertEq(channel.paid, handler.expected(i), "I5: paid");
            assertLe(channel.paid, channel.deposited, "I5: deposited");
            if (!channel.optimistic) assertLe(channel.paid, handler.signed(i), "I5: signed");
        }
    }

    /// @dev A fixed walk over all actions: each of them really happens, and then everybody leaves.
    function test_I8_EverybodyCanLeaveAtAnyTime() external {
        for (uint256 i = 0; i < 900; ++i) {
            uint256 seed = uint256(keccak256(abi.encode("walk", i)));
            uint256 which = seed % 11;
            if (which == 0) handler.open(seed >> 4);
            else if (which == 1) handler.topUp(seed >> 4);
            else if (which == 2) handler.settleVouchers(seed >> 4);
            else if (which == 3) handler.settleAmount(seed >> 4);
            else if (which == 4) handler.challenge(seed >> 4);
            else if (which == 5) handler.answer(seed >> 4);
            else if (which == 6) handler.uphold(seed >> 4);
            else if (which == 7 && seed % 3 == 0) handler.requestClose(seed >> 4);
            else if (which == 8) handler.leave(seed >> 4);
            else if (which == 9) handler.collect();
            else if (which == 10 && seed % 4 == 0) handler.pass(seed >> 4);
        }
        string[8] memory outcomes = [
            "open",
            "topUp",
            "voucher paid",
            "voucher skipped",
            "amount taken",
            "challenged",
            "requestClose",
            "collected"
        ];
        for (uint256 i = 0; i < outcomes.length; ++i) {
            assertTrue(handler.count(bytes32(bytes(outcomes[i]))) != 0, outcomes[i]);
        }
        for (uint256 i = 0; i < escrow.channelCount(NODE, lineId); ++i) {
            Channel memory channel = _channel(i);
            if (channel.closed) continue;
            uint40 closeAt = channel.closeAt == 0 ? _requestClose(PAYER_KEY, i) : channel.closeAt;
            if (_now() < closeAt) skip(closeAt - _now());
            vm.prank(PAYER);
            escrow.withdrawChannel(NODE, lineId, i, PAYER);
        }
    }
}
