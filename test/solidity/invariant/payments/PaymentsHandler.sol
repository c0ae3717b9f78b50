// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Challenge} from "../../../../contracts/interfaces/IChallenges.sol";
import {Channel} from "../../../../contracts/interfaces/IChannels.sol";
import {Earnings} from "../../../../contracts/interfaces/ISettlements.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {AttackMoves} from "./AttackMoves.sol";
import {GhostChannel, GhostLine, Shop} from "./PaymentsGhost.sol";

/// @notice A world of two nodes, two lines, payers, owners, governance and thieves, which moves at random.
contract PaymentsHandler is AttackMoves {
    uint256 private constant MOST_TRIES = 400;
    uint256 private constant KINDS = 42;
    address private immutable OTHER_OWNER = vm.addr(0x0b0f);

    constructor() {
        _buildWorld();
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        (bytes32 otherLine, bytes32 baseHash) = _openLine(OTHER_OWNER, modelId);
        bytes32 otherVersion = _appendAndActivate(OTHER_OWNER, modelId, "other delta");
        _pin(OTHER_OWNER, otherLine, MEASUREMENT);
        _addLine(lineId, OWNER, staleHash, versionHash);
        _addLine(otherLine, OTHER_OWNER, baseHash, otherVersion);
        scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(lines[i].owner);
            nodes.setLineVerifier(lines[i].id, address(scripted), _always());
        }
        skip(1);
        _enlist(NODE);
        _enlist(OTHER_NODE);
        for (uint256 i = 0; i < 4; ++i) {
            shops.push(Shop({node: i < 2 ? NODE : OTHER_NODE, line: i & 1}));
            // An eighth of the stake for each of two lines.
            vm.prank(shops[i].node);
            escrow.setStakeShare(lines[i & 1].id, MOST_STAKE + 1);
        }
        otherEscrow = _newEscrow(token);
        for (uint256 i = 0; i < 16; ++i)
            _moveOpen((uint256(keccak256(abi.encode("first", i))) & ~uint256(3)) | (i & 3));
    }

    /// @notice One move that happens, and whatever is tried before it.
    function act(uint256 seed) external {
        walk(seed, 1);
    }

    /// @notice Moves that happen; attempts that have to fail are made between them and not counted.
    function walk(uint256 seed, uint256 moves) public {
        uint256 start = actions;
        for (uint256 i = 0; actions < start + moves && i < MOST_TRIES * moves; ++i) {
            uint256 each = uint256(keccak256(abi.encode(seed, start, i)));
            if (_move(each % KINDS, each >> 8)) ++actions;
        }
    }

    function _move(uint256 kind, uint256 seed) private returns (bool) {
        if (kind < 8) return _moveSettleVouchers(seed);
        if (kind < 16) return _moveSettleAmounts(seed);
        if (kind < 19) return _moveOpen(seed);
        if (kind == 19) return _moveTopUp(seed);
        if (kind < 22) return _moveChallenge(seed);
        if (kind == 22) return _moveAnswer(seed);
        if (kind == 23) return _moveUphold(seed);
        if (kind == 24) return _moveRequestClose(seed);
        if (kind < 27) return _moveLeave(seed);
        if (kind == 27) return _moveRollOver(seed);
        if (kind == 28) return _moveCloseNow(seed);
        if (kind == 29) return _moveRelease(seed);
        if (kind == 30) return _moveCollect(seed);
        if (kind == 31) return seed & 1 == 0 ? _moveWithdraw(seed >> 1) : _moveWithdrawBonds(seed >> 1);
        if (kind == 32) return _movePass(seed);
        if (kind == 33) return _moveVersion(seed);
        if (kind == 34) return _moveRegister(seed);
        if (kind == 35) return _moveRevoke(seed);
        if (kind == 36) return seed & 3 == 0 ? _moveWithdrawCompensation(seed >> 2) : _moveStake(seed >> 2);
        if (kind == 37) return _moveProve(seed);
        if (kind == 38) return _moveReplay(seed);
        if (kind == 39) return _moveRecheck(seed);
        if (kind == 40) return (seed & 3) == 0 && _moveList(seed >> 2);
        return _moveGovern(seed);
    }

    /// @notice Everybody leaves, whatever state the world is in: payers dispute what they never signed, and take their rests at `closeAt`.
    function everybodyLeaves() external {
        for (uint256 i = 0; i < ghosts.length; ++i) {
            GhostChannel storage ghost = ghosts[i];
            if (!ghost.disputable || ghost.paid <= ghost.signed || _challengeOf(ghost).answerBy != 0) continue;
            _challengeAs(i, ghost.signed, false);
        }
        uint40 last = _now() + ANSWER_PERIOD + 1;
        for (uint256 i = 0; i < ghosts.length; ++i) {
            GhostChannel storage ghost = ghosts[i];
            if (!ghost.closed && ghost.closeAt == 0) _askToClose(i);
            if (!ghost.closed && ghost.closeAt > last) last = ghost.closeAt;
        }
        vm.warp(last);
        for (uint256 i = 0; i < ghosts.length; ++i) {
            if (!ghosts[i].closed) _leave(i);
            if (_challengeOf(ghosts[i]).answerBy != 0) _uphold(i);
            _require("signed", ghosts[i].paid <= ghosts[i].signed || !ghosts[i].disputable);
        }
        _require("I8", disputes.length == 0);
    }

    /// @notice Every unit in the escrow is a rest, earned, vesting, held or owed, and every one of these is there.
    function assertEscrowIsExact() external view {
        uint256 sum = uint256(escrow.owed(PAYER)) + escrow.owed(OTHER_PAYER);
        uint256 held = 0;
        uint256 setAside = 0;
        for (uint256 i = 0; i < shops.length; ++i) {
            Earnings memory earnings = escrow.earningsOf(shops[i].node, _lineOf(i));
            sum += uint256(earnings.earned) + earnings.vesting + earnings.held;
            setAside += earnings.held;
            for (uint256 j = 0; j < live[i].length; ++j) {
                Channel memory channel = _channelOf(ghosts[live[i][j]]);
                sum += channel.deposited - channel.paid;
            }
        }
        for (uint256 i = 0; i < disputes.length; ++i) {
            Challenge memory running = _challengeOf(ghosts[disputes[i]]);
            assertTrue(running.answerBy != 0, "I4: an open challenge");
            held += running.held;
        }
        assertEq(setAside, held, "I4: what is held of challenges");
        assertEq(sum * escrow.UNIT(), token.balanceOf(address(escrow)), "I4: escrow");
    }

    /// @notice Stakes and compensations, and what was burned, are in the registry; bonds are in the arbiter.
    function assertOthersAreExact() external view {
        uint256 sum = uint256(nodes.nodeOf(NODE).stake) + nodes.nodeOf(OTHER_NODE).stake;
        sum += nodes.compensationOf(NODE) + nodes.compensationOf(OTHER_NODE);
        sum += nodes.compensationOf(PAYER) + nodes.compensationOf(OTHER_PAYER) + nodes.compensationOf(STRANGER);
        assertLe(sum, nodes.liabilities(), "I4: stake and compensation");
        assertEq(nodes.liabilities(), token.balanceOf(address(nodes)), "I4: registry");

        uint256 bonds = disputes.length * BOND;
        address[5] memory accounts = [PAYER, OTHER_PAYER, STRANGER, NODE, OTHER_NODE];
        for (uint256 i = 0; i < 5; ++i) bonds += arbiter.bondsOf(address(escrow), accounts[i]);
        assertEq(bonds * escrow.UNIT(), token.balanceOf(address(arbiter)), "I4: bonds");
    }

    /// @notice What was paid of each channel is what happened to it, and of those without lane O no more than was signed.
    function assertPaidIsSigned() external view {
        for (uint256 i = 0; i < ghosts.length; ++i) {
            // Closed ones that nobody can dispute were compared when they closed.
            if (ghosts[i].closed && !ghosts[i].disputable && i % 8 != actions % 8) continue;
            Channel memory channel = _channelOf(ghosts[i]);
            assertEq(channel.paid, ghosts[i].paid, "I5: paid");
            assertLe(channel.paid, channel.deposited, "I5: deposited");
            if (!ghosts[i].optimistic) assertLe(channel.paid, ghosts[i].signed, "I5: signed");
        }
    }

    function _addLine(bytes32 id, address owner, bytes32 base, bytes32 active) private {
        GhostLine storage line = lines.push();
        line.id = id;
        line.owner = owner;
        line.hashes.push(base);
        line.hashes.push(active);
        line.until.push(ledger.payableUntil(id, base));
        line.until.push(FOREVER);
        line.active = 1;
    }
}
