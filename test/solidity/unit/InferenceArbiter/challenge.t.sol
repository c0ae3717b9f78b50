// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {OpenChallengeCases} from "./OpenChallengeCases.sol";

/// @notice Takes a unit from what the arbiter receives, once it is told to.
contract ThinningToken is TestToken {
    address private _victim;

    constructor() TestToken(6) {}

    /// @notice Sets whose transfers lose a unit.
    function thin(address victim) external {
        _victim = victim;
    }

    function _update(address from, address to, uint256 value) internal override {
        super._update(from, to, value);
        if (to == _victim && to != address(0)) super._update(to, address(0), 1);
    }
}

contract InferenceArbiterChallengeTest is OpenChallengeCases {
    function _challenger() internal view override returns (address) {
        return PAYER;
    }

    function _do(address at_, uint256 index, uint64 asserted, bytes memory refusal) internal override {
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(PAYER);
        arbiter.challenge(at_, NODE, lineId, index, asserted);
    }

    function test_RevertWhen_CallerIsNeitherPayerNorSigner() external {
        address[2] memory callers = [STRANGER, NODE];
        for (uint256 i = 0; i < 2; ++i) {
            _fundBond(callers[i]);
            vm.expectRevert(
                abi.encodeWithSelector(
                    IChallenges.InferenceArbiter_NotPayer.selector,
                    NODE,
                    lineId,
                    channel,
                    callers[i]
                )
            );
            vm.prank(callers[i]);
            arbiter.challenge(address(escrow), NODE, lineId, channel, 0);
        }
    }

    function test_WhenCallerIsTheSignerOrThePayer() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        (opening.signer, opening.optimistic) = (OTHER_PAYER, true);
        channel = _openAs(PAYER, opening);
        _settleAmount(channel, 40);
        _challengeAs(OTHER_PAYER, 10);
        _expectRunning(OTHER_PAYER, _now() + ANSWER_PERIOD, 10, 40, 30);
        _answerWith(40, _signVoucher(OTHER_PAYER_KEY, channel, 40));
        _challengeAs(PAYER, 0);
        _expectRunning(PAYER, _now() + ANSWER_PERIOD, 0, 40, 40);
    }

    function test_RevertGiven_TokenTakesFromTheBond() external {
        ThinningToken money = new ThinningToken();
        _deployPayments(money);
        channel = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(channel, 40);
        money.thin(address(arbiter));
        _fundBond(PAYER);
        vm.expectRevert(
            abi.encodeWithSelector(IChallenges.InferenceArbiter_InexactTransfer.selector, uint256(BOND), BOND - 1)
        );
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, channel, 0);
    }
}
