// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase} from "./AttackBase.sol";

/// @notice A thief who is the node, and STRANGER, a friend of his whose channels were debited long ago, against the fresh pay of honest
/// payers (attack 34).
contract BackingAttacksTest is AttackBase {
    /// @notice The friend challenges his old debits first and is refunded from pay that stake does not stand behind.
    function test_Attack34_FriendTakesFreshPay() external {
        uint64 old = uint64(4 * MIN_STAKE);
        uint256 before = MIN_STAKE + old;
        uint256 own = _openOptimistic(STRANGER_KEY, old);
        uint256 channel = _openOptimistic(PAYER_KEY, old);
        _debit(own, uint32(old));
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);

        _debit(channel, uint32(old));
        _challenge(own, 0);
        _challenge(channel, 0);
        _uphold(own);
        arbiter.uphold(address(escrow), NODE, lineId, channel);
        assertLe(_wealth(), before, "no profit");
    }

    /// @dev All that the thief and his friend have or may withdraw, but the rests of channels and bonds.
    function _wealth() private view returns (uint256 sum) {
        sum = nodes.nodeOf(NODE).stake + nodes.compensationOf(STRANGER);
        sum += token.balanceOf(NODE) + token.balanceOf(PAYOUT) + token.balanceOf(STRANGER);
        sum += escrow.owed(STRANGER) + _earnings().earned + _earnings().vesting;
    }
}
