// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Challenge} from "../../../../contracts/interfaces/IChallenges.sol";
import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {GhostChannel, GhostEnclave, Shop} from "./PaymentsGhost.sol";
import {SettleMoves} from "./SettleMoves.sol";

/// @notice Challenges, their answers and ends, and proofs of fraud.
abstract contract DisputeMoves is SettleMoves {
    /// @dev Numbers of receipts and batches that no other proof used.
    uint32 private _unused = 1_000_000;
    /// @dev Ghosts with an open challenge, each with a bond.
    uint256[] internal disputes;

    /// @dev A payer who signed less than was taken says so; now and then one lies.
    function _moveChallenge(uint256 seed) internal returns (bool) {
        uint256 index = _anyOptimistic(seed);
        GhostChannel storage ghost = ghosts[index];
        bool lies = (seed >> 64) % 4 == 0;
        if (!ghost.disputable || ghost.paid == 0 || (!lies && ghost.signed >= ghost.paid)) return false;
        if (_challengeOf(ghost).answerBy != 0) return false;
        // He may say less than he signed; more would be as good as a signature.
        uint64 most = ghost.signed < ghost.paid ? ghost.signed : ghost.paid - 1;
        uint64 asserted = lies ? uint64((seed >> 72) % (uint256(most) + 1)) : ghost.signed;
        _challengeAs(index, asserted, (seed >> 80) & 1 == 0);
        return _done("challenge");
    }

    function _moveAnswer(uint256 seed) internal returns (bool) {
        if (disputes.length == 0) return false;
        uint256 index = disputes[seed % disputes.length];
        GhostChannel storage ghost = ghosts[index];
        Challenge memory running = _challengeOf(ghost);
        if (ghost.signed <= running.asserted) return false;
        uint64 cumulative =
            (seed >> 64) & 1 == 0 ? ghost.signed : uint64(bound(seed >> 72, running.asserted + 1, ghost.signed));
        bool passed = _passes(address(arbiter), _answerOf(ghost, cumulative));
        if (_now() > running.answerBy) {
            _mustFail("late answer", "late answer", passed);
            return false;
        }
        _require("answer", passed);
        _checkGhost(index);
        if (cumulative < running.debited) return _done("partial answer");
        _resolved(index);
        return _done("answer");
    }

    function _answerOf(GhostChannel storage ghost, uint64 cumulative) private view returns (bytes memory) {
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        bytes memory voucher = _sign(ghost.signerKey, _voucherDigest(node, line, ghost.channel, cumulative));
        return abi.encodeCall(arbiter.answer, (address(escrow), node, line, ghost.channel, cumulative, voucher));
    }

    function _moveUphold(uint256 seed) internal returns (bool) {
        if (disputes.length == 0) return false;
        uint256 index = disputes[seed % disputes.length];
        Challenge memory running = _challengeOf(ghosts[index]);
        if (_now() <= running.answerBy) return false;
        _uphold(index);
        return _done("uphold");
    }

    function _moveWithdrawBonds(uint256 seed) internal returns (bool) {
        address[5] memory accounts = [PAYER, OTHER_PAYER, STRANGER, NODE, OTHER_NODE];
        address account = accounts[seed % 5];
        uint64 units = arbiter.bondsOf(address(escrow), account);
        if (units == 0) return false;
        uint256 had = token.balanceOf(account);
        vm.prank(account);
        arbiter.withdrawBonds(address(escrow), account);
        _require("I4", token.balanceOf(account) - had == units * escrow.UNIT());
        return _done("withdrawBonds");
    }

    /// @dev Two signatures of a faithless enclave, which cost its node stake, or two of an honest one, which do not.
    function _moveProve(uint256 seed) internal returns (bool) {
        uint256 kind = seed % 8;
        if ((seed >> 8) % 4 != 0) return kind == 7 && _tryHonest(seed);
        if (kind > 4) return false;
        GhostEnclave storage enclave = enclaves[(seed >> 16) % enclaves.length];
        uint256 shop = enclave.node == NODE ? (seed >> 32) & 1 : 2 + ((seed >> 32) & 1);
        if (ofShop[shop].length == 0) return false;
        uint256 stake = nodes.nodeOf(enclave.node).stake;
        uint256 liabilities = nodes.liabilities();
        _prove(kind, shop, enclave, ghosts[ofShop[shop][0]].channel);
        uint256 half = PENALTY / 2;
        uint256 paid = stake / 2 < half ? stake / 2 : half;
        uint256 burned = stake - paid < half ? stake - paid : half;
        _require("slash", nodes.nodeOf(enclave.node).stake == stake - paid - burned);
        _require("I4", nodes.liabilities() == liabilities);
        return _done("convict");
    }

    function _prove(uint256 kind, uint256 shop, GhostEnclave storage enclave, uint256 channel) private {
        Receipt memory first = _receiptOf(shop, channel);
        Receipt memory second = _receiptOf(shop, channel);
        vm.prank(STRANGER);
        if (kind == 0) {
            second.seq = first.seq;
            second.responseHash = keccak256("another");
            bytes memory signature = _signReceipt(enclave.key, first);
            arbiter.proveDoubleReceipt(address(escrow), first, signature, second, _signReceipt(enclave.key, second));
        } else if (kind == 1) {
            first.workedAt = enclave.promisedUntil + 1;
            arbiter.proveLateReceipt(address(escrow), first, _signReceipt(enclave.key, first));
        } else if (kind == 2) {
            second.cumulative = first.cumulative;
            arbiter.proveBackwardMeter(
                address(escrow),
                first,
                _signReceipt(enclave.key, first),
                second,
                _signReceipt(enclave.key, second)
            );
        } else if (kind == 3) {
            first.versionHash = keccak256("never activated");
            arbiter.proveStaleReceipt(address(escrow), first, _signReceipt(enclave.key, first));
        } else {
            Batch memory batch = _batchOf(shop, Lane.Voucher, 1);
            batch.nonce = _unused++;
            bytes memory signature = _sign(enclave.key, _batchDigest(batch, "rows"));
            arbiter.proveDoubleBatch(
                address(escrow),
                batch,
                "rows",
                signature,
                batch,
                "others",
                _sign(enclave.key, _batchDigest(batch, "others"))
            );
        }
    }

    /// @dev What an honest enclave signs convicts nobody, although somebody may have had it rechecked a second ago.
    function _tryHonest(uint256 seed) private returns (bool) {
        uint256 shop = (seed >> 32) % shops.length;
        (bool found, uint256 key) = _promisedOf(shops[shop].node, seed >> 64);
        if (!found || ofShop[shop].length == 0) return false;
        Receipt memory first = _receiptOf(shop, ghosts[ofShop[shop][0]].channel);
        Receipt memory second = _receiptOf(shop, ghosts[ofShop[shop][0]].channel);
        second.cumulative = first.cumulative + second.price;
        bytes memory a = _signReceipt(key, first);
        bytes memory b = _signReceipt(key, second);
        bool passed = _passes(
            address(arbiter),
            abi.encodeCall(arbiter.proveDoubleReceipt, (address(escrow), first, a, second, b))
        );
        passed =
            passed ||
            _passes(
                address(arbiter),
                abi.encodeCall(arbiter.proveBackwardMeter, (address(escrow), first, a, second, b))
            );
        passed =
            passed ||
            _passes(address(arbiter), abi.encodeCall(arbiter.proveLateReceipt, (address(escrow), first, a))) ||
            _passes(address(arbiter), abi.encodeCall(arbiter.proveStaleReceipt, (address(escrow), first, a)));
        _mustFail("honest convicted", "honest", passed);
        return false;
    }

    function _passes(address target, bytes memory data) internal returns (bool passed) {
        (passed, ) = target.call(data);
    }

    function _challengeAs(uint256 index, uint64 asserted, bool carried) internal {
        GhostChannel storage ghost = ghosts[index];
        address challenger = carried ? STRANGER : _payerOf(ghost);
        bytes memory word = carried ? _signChallengeOf(ghost, asserted) : bytes("");
        token.mint(challenger, BOND * escrow.UNIT());
        vm.startPrank(challenger);
        token.approve(address(arbiter), BOND * escrow.UNIT());
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        if (!carried) arbiter.challenge(address(escrow), node, line, ghost.channel, asserted);
        else arbiter.challengeFor(address(escrow), node, line, ghost.channel, asserted, _now(), word);
        vm.stopPrank();
        disputes.push(index);
        _checkGhost(index);
    }

    function _signChallengeOf(GhostChannel storage ghost, uint64 asserted) private view returns (bytes memory) {
        bytes32 typeHash = keccak256(
            "Challenge(address node,bytes32 lineId,uint256 channel,uint64 asserted,uint256 deadline)"
        );
        address node = shops[ghost.shop].node;
        bytes32 line = _lineOf(ghost.shop);
        bytes32 structHash = keccak256(abi.encode(typeHash, node, line, ghost.channel, asserted, uint256(_now())));
        return _sign(ghost.signerKey, _digest(structHash));
    }

    /// @dev The only thing that lets what was paid fall, and never below what an answer proved.
    function _uphold(uint256 index) internal {
        GhostChannel storage ghost = ghosts[index];
        Challenge memory running = _challengeOf(ghost);
        address payer = _payerOf(ghost);
        uint256 had = escrow.owed(payer);
        uint256 rest = ghost.closed ? 0 : ghost.deposited - ghost.paid;
        _watch(ghost.shop, ghost.channel);
        arbiter.uphold(address(escrow), shops[ghost.shop].node, _lineOf(ghost.shop), ghost.channel);
        _unwatch(1 << (ghost.channel & 3));
        _resolved(index);
        if (ghost.disputable) {
            uint256 lost = ghost.paid - running.asserted;
            uint256 refund = escrow.owed(payer) - had;
            _require("refund", refund >= rest + running.held && refund <= rest + lost);
            ghost.paid = running.asserted;
            _require("signed", ghost.paid <= ghost.signed);
            _close(index);
        } else {
            _require("refund", escrow.owed(payer) == had);
        }
        _checkGhost(index);
    }

    function _challengeOf(GhostChannel storage ghost) internal view returns (Challenge memory) {
        return arbiter.challengeOf(address(escrow), shops[ghost.shop].node, _lineOf(ghost.shop), ghost.channel);
    }

    /// @dev An honest receipt of now, of a number that no other has.
    function _receiptOf(uint256 shop, uint256 channel) private returns (Receipt memory receipt) {
        Shop storage of_ = shops[shop];
        receipt = _receipt(channel, _unused++, 10);
        receipt.node = of_.node;
        receipt.lineId = _lineOf(shop);
        receipt.versionHash = lines[of_.line].hashes[lines[of_.line].active];
    }

    function _anyOptimistic(uint256 seed) private view returns (uint256 index) {
        for (uint256 i = 0; i < 6; ++i) {
            index = _any(uint256(keccak256(abi.encode(seed, i))));
            if (ghosts[index].disputable && ghosts[index].paid > ghosts[index].signed) return index;
        }
    }

    function _resolved(uint256 index) private {
        for (uint256 i = 0; i < disputes.length; ++i) {
            if (disputes[i] != index) continue;
            disputes[i] = disputes[disputes.length - 1];
            disputes.pop();
            return;
        }
    }
}
