// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Errors} from "@openzeppelin/contracts/interfaces/draft-IERC6093.sol";

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {IInferenceArbiter} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {ChallengeBase} from "./ChallengeBase.sol";

/// @notice What both ways to challenge have in common. The heir says who calls.
abstract contract OpenChallengeCases is ChallengeBase {
    /// @dev Who calls, and puts up the bond.
    function _challenger() internal view virtual returns (address);

    /// @dev Challenges, without a bond; one that asks for `refusal` when that is not empty.
    function _do(address at_, uint256 index, uint64 asserted, bytes memory refusal) internal virtual;

    function test_RevertGiven_EscrowIsNotTheArbiters() external {
        address other = address(_newEscrow(token));
        _do(
            other,
            channel,
            0,
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_UnknownEscrow.selector, other)
        );
    }

    function test_RevertGiven_ChannelWasNeverOpened() external {
        uint256 index = channel + 1;
        _do(
            address(escrow),
            index,
            0,
            abi.encodeWithSelector(IChannels.InferenceEscrow_UnknownChannel.selector, NODE, lineId, index)
        );
    }

    function test_RevertGiven_LaneOIsNotAllowed() external {
        uint256 index = _open(PAYER_KEY, NODE, DEPOSIT);
        _settleVoucher(PAYER_KEY, index, 30);
        _do(address(escrow), index, 0, _nothing(0, 30));
    }

    function test_RevertGiven_PayerAgreedToTheClose() external {
        bytes memory signature = _signClose(ENCLAVE_KEY, channel, DEBITED, _now());
        vm.prank(PAYER);
        escrow.closeNow(NODE, lineId, channel, DEBITED, _now(), signature);
        _do(address(escrow), channel, 0, _nothing(0, DEBITED));
    }

    function test_RevertWhen_NothingBeyondWasTaken() external {
        _do(address(escrow), channel, DEBITED, _nothing(DEBITED, DEBITED));
        _do(address(escrow), channel, type(uint64).max, _nothing(type(uint64).max, DEBITED));
    }

    function test_RevertGiven_ChallengeIsOpen() external {
        _challengeAs(PAYER, 10);
        bytes memory open = abi.encodeWithSelector(
            IChallenges.InferenceArbiter_ChallengeOpen.selector,
            _now() + ANSWER_PERIOD
        );
        skip(1);
        _do(address(escrow), channel, 10, open);
    }

    function test_RevertGiven_ThereIsNoBond() external {
        _do(
            address(escrow),
            channel,
            0,
            abi.encodeWithSelector(IERC20Errors.ERC20InsufficientAllowance.selector, address(arbiter), 0, uint256(BOND))
        );
    }

    function test_GivenMoneyIsThere() external {
        _settleAmount(_openOptimistic(OTHER_PAYER_KEY, NODE, DEPOSIT), 5);
        _fundBond(_challenger());
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsSeized(NODE, lineId, address(arbiter), 50);
        vm.expectEmit(address(arbiter));
        emit IChallenges.ChallengeOpened(
            NODE,
            lineId,
            channel,
            address(escrow),
            _challenger(),
            10,
            DEBITED,
            _now() + ANSWER_PERIOD
        );
        _do(address(escrow), channel, 10, "");
        _expectRunning(_challenger(), _now() + ANSWER_PERIOD, 10, DEBITED, 50);
        assertEq(_earnings().vesting, 15, "what is left to the node");
        assertEq(token.balanceOf(address(arbiter)), BOND, "bond");
        assertEq(token.balanceOf(_challenger()), 0, "challenger");
    }

    function test_GivenSomeOfItLeft() external {
        _vestAndCollect();
        _settleAmount(_openOptimistic(OTHER_PAYER_KEY, NODE, DEPOSIT), 5);
        _fundBond(_challenger());
        _do(address(escrow), channel, 10, "");
        _expectRunning(_challenger(), _now() + ANSWER_PERIOD, 10, DEBITED, 5);
        assertEq(_earnings().vesting, 0, "newest first");
    }

    function test_GivenAllOfItLeft() external {
        _vestAndCollect();
        _fundBond(_challenger());
        _do(address(escrow), channel, 10, "");
        _expectRunning(_challenger(), _now() + ANSWER_PERIOD, 10, DEBITED, 0);
    }

    function test_GivenChannelCloses() external {
        _requestClose(PAYER_KEY, channel);
        _fundBond(_challenger());
        _do(address(escrow), channel, 10, "");
        _expectRunning(_challenger(), _now() + ANSWER_PERIOD, 10, DEBITED, 50);
    }

    function test_GivenChannelIsWithdrawn() external {
        vm.warp(_requestClose(PAYER_KEY, channel));
        vm.prank(PAYER);
        escrow.withdrawChannel(NODE, lineId, channel, STRANGER);
        _fundBond(_challenger());
        _do(address(escrow), channel, 10, "");
        _expectRunning(_challenger(), _now() + ANSWER_PERIOD, 10, DEBITED, 50);
    }

    function test_GivenAnswerEndedTheOneBefore() external {
        _challengeAs(PAYER, 10);
        _answer(DEBITED);
        skip(1);
        _fundBond(_challenger());
        _do(address(escrow), channel, 20, "");
        _expectRunning(_challenger(), _now() + ANSWER_PERIOD, 20, DEBITED, 40);
        assertEq(token.balanceOf(address(arbiter)), 2 * BOND, "two bonds");
    }

    function _nothing(uint64 asserted, uint64 debited) private pure returns (bytes memory) {
        return abi.encodeWithSelector(IChallenges.InferenceArbiter_NothingToChallenge.selector, asserted, debited);
    }
}
