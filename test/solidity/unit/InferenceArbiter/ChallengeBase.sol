// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Challenge} from "../../../../contracts/interfaces/IChallenges.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice An optimistic channel of PAYER, of which 60 of 100 units were taken by lane O.
abstract contract ChallengeBase is PaymentsBase {
    uint64 internal constant DEPOSIT = 100;
    uint64 internal constant DEBITED = 60;

    uint256 internal channel;

    function setUp() public virtual override {
        super.setUp();
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, uint32(DEBITED));
    }

    /// @dev Gives `account` a bond, which the arbiter may take.
    function _fundBond(address account) internal {
        token.mint(account, BOND);
        vm.prank(account);
        token.approve(address(arbiter), BOND);
    }

    function _challengeAs(address account, uint64 asserted) internal {
        _fundBond(account);
        vm.prank(account);
        arbiter.challenge(address(escrow), NODE, lineId, channel, asserted);
    }

    function _answer(uint64 cumulative) internal {
        _answerWith(cumulative, _signVoucher(PAYER_KEY, channel, cumulative));
    }

    function _answerWith(uint64 cumulative, bytes memory signature) internal {
        vm.prank(STRANGER);
        arbiter.answer(address(escrow), NODE, lineId, channel, cumulative, signature);
    }

    function _uphold() internal {
        vm.prank(STRANGER);
        arbiter.uphold(address(escrow), NODE, lineId, channel);
    }

    function _running() internal view returns (Challenge memory) {
        return arbiter.challengeOf(address(escrow), NODE, lineId, channel);
    }

    function _expectRunning(
        address challenger,
        uint40 answerBy,
        uint64 asserted,
        uint64 debited,
        uint64 held
    ) internal view {
        Challenge memory running = _running();
        assertEq(running.challenger, challenger, "challenger");
        assertEq(running.answerBy, answerBy, "answerBy");
        assertEq(running.asserted, asserted, "asserted");
        assertEq(running.debited, debited, "debited");
        assertEq(running.held, held, "held");
        assertEq(_earnings().held, held, "set aside");
    }

    function _expectNone() internal view {
        _expectRunning(address(0), 0, 0, 0, 0);
    }

    /// @dev Lets all pay vest, and the node collect it.
    function _vestAndCollect() internal {
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
    }
}
