// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IChallenges} from "../../../../contracts/interfaces/IChallenges.sol";
import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {OpenChallengeCases} from "./OpenChallengeCases.sol";

contract InferenceArbiterChallengeForTest is OpenChallengeCases {
    function _challenger() internal view override returns (address) {
        return STRANGER;
    }

    function _do(address at_, uint256 index, uint64 asserted, bytes memory refusal) internal override {
        _carry(at_, index, asserted, _now(), _signChallenge(PAYER_KEY, index, asserted, _now()), refusal);
    }

    function test_RevertWhen_ItIsLate() external {
        uint256 deadline = _now();
        bytes memory signature = _signChallenge(PAYER_KEY, channel, 10, deadline);
        vm.warp(deadline + 1);
        bytes memory late = abi.encodeWithSelector(
            IChallenges.InferenceArbiter_Expired.selector,
            deadline,
            deadline + 1
        );
        _carry(address(escrow), channel, 10, deadline, signature, late);
        _fundBond(STRANGER);
        vm.warp(deadline);
        _carry(address(escrow), channel, 10, deadline, signature, "");
    }

    function test_RevertWhen_AnySignedFieldDiffers() external {
        uint256 other = _openOptimistic(PAYER_KEY, NODE, DEPOSIT);
        _settleAmount(other, 40);
        bytes memory signature = _signChallenge(PAYER_KEY, channel, 10, _now());
        _carry(address(escrow), other, 10, _now(), signature, _bad());
        _carry(address(escrow), channel, 11, _now(), signature, _bad());
        _carry(address(escrow), channel, 10, _now() + 1, signature, _bad());
        vm.chainId(block.chainid + 1);
        _carry(address(escrow), channel, 10, _now(), signature, _bad());
    }

    function test_RevertWhen_SignerIsNotTheChannels() external {
        _carry(address(escrow), channel, 10, _now(), _signChallenge(STRANGER_KEY, channel, 10, _now()), _bad());
        _carry(address(escrow), channel, 10, _now(), new bytes(65), _bad());
        _carry(address(escrow), channel, 10, _now(), "", _bad());
    }

    function test_RevertWhen_ThePayerSignedButIsNotTheSigner() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        (opening.signer, opening.optimistic) = (OTHER_PAYER, true);
        channel = _openAs(PAYER, opening);
        _settleAmount(channel, 40);
        bytes memory refusal = abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, OTHER_PAYER);
        _carry(address(escrow), channel, 0, _now(), _signChallenge(PAYER_KEY, channel, 0, _now()), refusal);
        _fundBond(STRANGER);
        _carry(address(escrow), channel, 0, _now(), _signChallenge(OTHER_PAYER_KEY, channel, 0, _now()), "");
    }

    function _carry(
        address at_,
        uint256 index,
        uint64 asserted,
        uint256 deadline,
        bytes memory signature,
        bytes memory refusal
    ) private {
        if (refusal.length != 0) vm.expectRevert(refusal);
        vm.prank(STRANGER);
        arbiter.challengeFor(at_, NODE, lineId, index, asserted, deadline, signature);
    }

    function _bad() private view returns (bytes memory) {
        return abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, PAYER);
    }
}
