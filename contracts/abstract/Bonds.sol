// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {IChallenges} from "../interfaces/IChallenges.sol";
import {IInferenceEscrow} from "../interfaces/IInferenceEscrow.sol";
import {ArbiterBase} from "./ArbiterBase.sol";

/// @title Bonds
/// @notice What challengers of InferenceArbiter put at stake, and how long a node has to answer them.
/// @dev Every token that the contract holds is the bond of an open challenge or somebody's {bondsOf}.
abstract contract Bonds is ArbiterBase, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @dev The escrows' thaw check leaves room for this.
    uint32 private constant MAX_ANSWER_PERIOD = 2 days;

    /// @inheritdoc IChallenges
    uint64 public immutable BOND;
    /// @inheritdoc IChallenges
    uint32 public immutable ANSWER_PERIOD;

    mapping(address escrow => mapping(address account => uint64 units)) private _bonds;

    /// @param bond units that a challenger puts at stake
    /// @param answerPeriod seconds to answer a challenge
    constructor(uint64 bond, uint32 answerPeriod) {
        if (answerPeriod == 0 || answerPeriod > MAX_ANSWER_PERIOD) {
            revert InferenceArbiter_InvalidPeriod(answerPeriod);
        }
        BOND = bond;
        ANSWER_PERIOD = answerPeriod;
    }

    /// @inheritdoc IChallenges
    function withdrawBonds(address escrow, address to) external nonReentrant returns (uint256 amount) {
        if (to == address(0)) revert InferenceArbiter_ZeroAddress();
        uint64 units = _bonds[escrow][msg.sender];
        if (units == 0) revert InferenceArbiter_NothingOwed(msg.sender);
        _bonds[escrow][msg.sender] = 0;
        amount = units * IInferenceEscrow(escrow).UNIT();
        emit BondsWithdrawn(escrow, msg.sender, to, amount);
        IERC20(IInferenceEscrow(escrow).TOKEN()).safeTransfer(to, amount);
    }

    /// @inheritdoc IChallenges
    function bondsOf(address escrow, address account) external view returns (uint64) {
        return _bonds[escrow][account];
    }

    /// @dev Gives the bond of a challenge that has ended to an account.
    function _giveBond(address escrow, address account) internal {
        _bonds[escrow][account] += BOND;
    }

    /// @dev Takes a bond from the caller. Calls the token: last, and behind a guard.
    function _pullBond(address escrow) internal {
        IERC20 token = IERC20(IInferenceEscrow(escrow).TOKEN());
        uint256 value = BOND * IInferenceEscrow(escrow).UNIT();
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), value);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != value) revert InferenceArbiter_InexactTransfer(value, received);
    }

    /// @dev Unix seconds until which a challenge of now can be answered.
    function _answerBy() internal view returns (uint40) {
        return uint40(block.timestamp) + ANSWER_PERIOD;
    }
}
