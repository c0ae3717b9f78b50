// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {SafeERC20} from "@openzeppelin/contracts/token/ERC20/utils/SafeERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {ReentrancyGuardTransient} from "@openzeppelin/contracts/utils/ReentrancyGuardTransient.sol";

import {INodeRegistry, Node} from "../interfaces/INodeRegistry.sol";

/// @title NodeStakes
/// @notice The part of {INodeRegistry} that knows operators and their stake.
abstract contract NodeStakes is INodeRegistry, ReentrancyGuardTransient {
    using SafeERC20 for IERC20;

    /// @inheritdoc INodeRegistry
    address public immutable STAKE_TOKEN;
    /// @inheritdoc INodeRegistry
    uint256 public immutable MIN_STAKE;
    /// @inheritdoc INodeRegistry
    uint32 public immutable THAW_PERIOD;

    mapping(address account => bool) private _slashers;
    bool private _slashersSet;
    mapping(address node => Node) private _nodes;
    address[] private _order;
    mapping(address victim => uint256 amount) private _compensation;
    uint256 private _liabilities;

    constructor(IERC20 stakeToken, uint256 minStake, uint32 thawPeriod) {
        if (address(stakeToken) == address(0)) revert NodeRegistry_ZeroAddress();
        STAKE_TOKEN = address(stakeToken);
        MIN_STAKE = minStake;
        THAW_PERIOD = thawPeriod;
    }

    /// @inheritdoc INodeRegistry
    function register(string calldata endpoint, address payout) external {
        Node storage node = _nodes[msg.sender];
        if (node.payout != address(0)) revert NodeRegistry_AlreadyRegistered(msg.sender);
        if (payout == address(0)) revert NodeRegistry_ZeroAddress();

        node.endpoint = endpoint;
        node.payout = payout;
        _order.push(msg.sender);
        emit NodeRegistered(msg.sender, endpoint, payout);
    }

    /// @inheritdoc INodeRegistry
    function update(string calldata endpoint, address payout) external {
        Node storage node = _registered(msg.sender);
        if (payout == address(0)) revert NodeRegistry_ZeroAddress();

        node.endpoint = endpoint;
        node.payout = payout;
        emit NodeUpdated(msg.sender, endpoint, payout);
    }

    /// @inheritdoc INodeRegistry
    function addStake(uint256 amount) external nonReentrant {
        if (!_slashersSet) revert NodeRegistry_NoSlashers();
        Node storage node = _registered(msg.sender);
        if (amount == 0 || amount > type(uint128).max - node.stake) revert NodeRegistry_InvalidAmount(amount);

        uint128 stake = node.stake + uint128(amount);
        node.stake = stake;
        _liabilities += amount;
        emit StakeAdded(msg.sender, amount, stake);

        IERC20 token = IERC20(STAKE_TOKEN);
        uint256 before = token.balanceOf(address(this));
        token.safeTransferFrom(msg.sender, address(this), amount);
        uint256 received = token.balanceOf(address(this)) - before;
        if (received != amount) revert NodeRegistry_InexactTransfer(amount, received);
    }

    /// @inheritdoc INodeRegistry
    function requestThaw(uint256 amount) external {
        Node storage node = _registered(msg.sender);
        if (amount > node.stake) revert NodeRegistry_StakeExceeded(amount, node.stake);

        uint40 thawAt = amount == 0 ? 0 : uint40(block.timestamp) + THAW_PERIOD;
        node.thawing = uint128(amount);
        node.thawAt = thawAt;
        emit ThawRequested(msg.sender, amount, thawAt);
    }

    /// @inheritdoc INodeRegistry
    function withdrawStake(address to) external nonReentrant {
        Node storage node = _registered(msg.sender);
        if (to == address(0)) revert NodeRegistry_ZeroAddress();
        uint128 amount = node.thawing;
        if (amount == 0 || block.timestamp < node.thawAt) revert NodeRegistry_NotThawed(msg.sender, node.thawAt);

        node.stake -= amount;
        node.thawing = 0;
        node.thawAt = 0;
        _liabilities -= amount;
        emit StakeWithdrawn(msg.sender, to, amount);

        IERC20(STAKE_TOKEN).safeTransfer(to, amount);
    }

    /// @inheritdoc INodeRegistry
    /// @dev Moves no token, so that neither the node nor the victim can make it revert. What is burned stays here and in
    /// {liabilities} for ever.
    function slash(
        address node,
        address victim,
        uint256 owed,
        uint256 penalty
    ) external returns (uint256 paid, uint256 burned) {
        if (!_slashers[msg.sender]) revert NodeRegistry_NotSlasher(msg.sender);
        return _slash(node, victim, owed, penalty);
    }

    /// @inheritdoc INodeRegistry
    function withdrawCompensation(address to) external nonReentrant {
        if (to == address(0)) revert NodeRegistry_ZeroAddress();
        uint256 amount = _compensation[msg.sender];
        if (amount == 0) revert NodeRegistry_NothingOwed(msg.sender);

        _compensation[msg.sender] = 0;
        _liabilities -= amount;
        emit CompensationWithdrawn(msg.sender, to, amount);

        IERC20(STAKE_TOKEN).safeTransfer(to, amount);
    }

    /// @inheritdoc INodeRegistry
    function nodeOf(address node) external view returns (Node memory) {
        return _nodes[node];
    }

    /// @inheritdoc INodeRegistry
    function freeStakeOf(address node) public view returns (uint256) {
        Node storage staked = _nodes[node];
        return staked.stake - staked.thawing;
    }

    /// @inheritdoc INodeRegistry
    function payoutOf(address node) external view returns (address) {
        return _nodes[node].payout;
    }

    /// @inheritdoc INodeRegistry
    function compensationOf(address victim) external view returns (uint256) {
        return _compensation[victim];
    }

    /// @inheritdoc INodeRegistry
    function nodeCount() external view returns (uint256) {
        return _order.length;
    }

    /// @inheritdoc INodeRegistry
    function nodes(uint256 start, uint256 count) external view returns (address[] memory page) {
        uint256 length = _order.length;
        if (start >= length) return page;
        page = new address[](Math.min(count, length - start));
        for (uint256 i = 0; i < page.length; ++i) page[i] = _order[start + i];
    }

    /// @inheritdoc INodeRegistry
    function liabilities() external view returns (uint256) {
        return _liabilities;
    }

    /// @inheritdoc INodeRegistry
    function isSlasher(address account) external view returns (bool) {
        return _slashers[account];
    }

    /// @dev See {INodeRegistry.slash}.
    function _slash(
        address node,
        address victim,
        uint256 owed,
        uint256 penalty
    ) internal returns (uint256 paid, uint256 burned) {
        Node storage slashed = _nodes[node];
        uint256 stake = slashed.stake;
        // Else a friend could carry the stake out, before its thaw and past its burning.
        paid = Math.min(stake / 2, owed);
        burned = Math.min(stake - paid, penalty);
        stake -= paid + burned;

        slashed.stake = uint128(stake);
        if (slashed.thawing > stake) slashed.thawing = uint128(stake);
        if (slashed.thawing == 0) slashed.thawAt = 0;
        _compensation[victim] += paid;
        emit Slashed(node, victim, paid, burned);
    }

    function _setSlashers(address[] calldata slashers) internal {
        if (_slashersSet) revert NodeRegistry_SlashersSet();
        _slashersSet = true;
        for (uint256 i = 0; i < slashers.length; ++i) _slashers[slashers[i]] = true;
        emit SlashersSet(slashers);
    }

    /// @dev Reverts unless the node is known and has {MIN_STAKE} that does not thaw.
    function _requireStaked(address node) internal view {
        _registered(node);
        uint256 stake = freeStakeOf(node);
        if (stake < MIN_STAKE) revert NodeRegistry_StakeTooLow(node, stake, MIN_STAKE);
    }

    function _registered(address node) private view returns (Node storage known) {
        known = _nodes[node];
        if (known.payout == address(0)) revert NodeRegistry_UnknownNode(node);
    }
}
