// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {AuditState} from "../../../../contracts/interfaces/IProofAudits.sol";
import {Batch} from "../../../../contracts/interfaces/ISettlements.sol";
import {ProofsBase} from "../../utils/ProofsBase.sol";

/// @notice What must hold of bonds and held pay, whatever challenges and audits of one line do at the same time.
contract ProofsInvariants is ProofsBase {
    uint256 private constant MOVES = 40;

    Receipt[] private demanded;
    Batch[] private audited;
    mapping(uint256 audit => Receipt[]) private sets;
    /// @dev Of the consent challenge of the line, if one runs.
    bool private disputed;

    /// @dev Tokens of the arbiter = bonds of what is open + {bondsOf}; held units of the book = those of its audits and challenge.
    function testFuzz_I4_BondsAndHeldPayAddUp(uint256 seed) external {
        for (uint256 i = 0; i < MOVES; ++i) {
            uint256 each = uint256(keccak256(abi.encode(seed, i)));
            _move(each % 9, each >> 8);
            _assertAll();
        }
    }

    function _move(uint256 kind, uint256 seed) private {
        if (kind < 2) return _demand(seed);
        if (kind == 2) return _answerOne(seed);
        if (kind < 5) return _auditOne(seed);
        if (kind == 5) return _proveOne(seed);
        if (kind == 6) return _dispute(seed);
        if (kind == 8) return _endOne(seed);
        if (_earnings().earned != 0) escrow.collect(NODE, lineId);
    }

    function _demand(uint256 seed) private {
        Receipt memory receipt = _receipt(channel, uint64(1_000 + demanded.length), 1);
        _challengeReceiptAs(seed & 1 == 0 ? STRANGER : PAYER, receipt);
        demanded.push(receipt);
    }

    function _answerOne(uint256 seed) private {
        if (demanded.length == 0) return;
        Receipt memory receipt = demanded[seed % demanded.length];
        bytes32 id = _receiptId(receipt);
        address challenger = arbiter.proofChallengeOf(id).challenger;
        uint40 answerBy = arbiter.proofChallengeOf(id).answerBy;
        _show(receipt, challenger, answerBy);
        _try(abi.encodeCall(arbiter.proveReceipt, (address(escrow), receipt, RESULT, PROOF)));
    }

    function _auditOne(uint256 seed) private {
        uint32 count = uint32(1 + (seed % 9));
        if (_channel(channel).paid + count > DEPOSIT || disputed) return;
        // What was lost before must not keep lane O from being paid.
        _addStake(NODE, 2 * MIN_STAKE);
        (Receipt[] memory receipts, Batch memory batch) = _settleReceipts(count);
        for (uint256 i = 0; i < count; ++i) {
            receipts[i].seq = uint64(10_000 + audited.length * 100 + i);
            sets[audited.length].push(receipts[i]);
        }
        audited.push(batch);
        _openAudit(batch, receipts);
        _drawn(batch);
    }

    function _proveOne(uint256 seed) private {
        if (audited.length == 0) return;
        uint256 at = seed % audited.length;
        Batch memory batch = audited[at];
        if (arbiter.auditOf(_idOf(batch)).state != AuditState.Open) return;
        uint32 draws = arbiter.auditOf(_idOf(batch)).draws;
        for (uint32 draw = 0; draw < draws; ++draw) {
            uint32 index = arbiter.drawnIndex(_idOf(batch), draw);
            Receipt memory receipt = sets[at][index];
            _show(receipt, address(0), arbiter.auditOf(_idOf(batch)).deadline);
            bytes32[] memory path = _path(sets[at], index);
            _try(abi.encodeCall(arbiter.proveDraw, (_idOf(batch), draw, receipt, path, RESULT, PROOF)));
        }
    }

    function _dispute(uint256 seed) private {
        uint64 paid = _channel(channel).paid;
        if (disputed || paid == 0) return;
        _fundBond(PAYER);
        vm.prank(PAYER);
        arbiter.challenge(address(escrow), NODE, lineId, channel, uint64(seed % paid));
        disputed = true;
    }

    /// @dev Time passes, and whatever is due ends.
    function _endOne(uint256 seed) private {
        skip(bound(seed, 1, 2 * ANSWER_PERIOD));
        for (uint256 i = 0; i < demanded.length; ++i) {
            _try(abi.encodeCall(arbiter.refuteReceipt, (address(escrow), demanded[i])));
        }
        for (uint256 i = 0; i < audited.length; ++i) _try(abi.encodeCall(arbiter.failAudit, (_idOf(audited[i]))));
        // Upheld, the channel is closed: nothing is settled after it.
        if (disputed) _try(abi.encodeCall(arbiter.uphold, (address(escrow), NODE, lineId, channel)));
    }

    /// @dev What is refused for its time or state changes nothing.
    function _try(bytes memory data) private {
        (bool passed, ) = address(arbiter).call(data);
        passed;
    }

    function _assertAll() private view {
        uint256 open = arbiter.challengeOf(address(escrow), NODE, lineId, channel).answerBy == 0 ? 0 : 1;
        for (uint256 i = 0; i < demanded.length; ++i) {
            if (uint8(arbiter.proofChallengeOf(_receiptId(demanded[i])).state) == 1) ++open;
        }
        uint256 bonds = open * BOND;
        bonds += arbiter.bondsOf(address(escrow), STRANGER) + arbiter.bondsOf(address(escrow), PAYER);
        bonds += arbiter.bondsOf(address(escrow), NODE);
        assertEq(token.balanceOf(address(arbiter)), bonds * escrow.UNIT(), "I4: bonds");

        uint256 held = arbiter.challengeOf(address(escrow), NODE, lineId, channel).held;
        for (uint256 i = 0; i < audited.length; ++i) held += arbiter.auditOf(_idOf(audited[i])).held;
        assertEq(_earnings().held, held, "I4: held of exactly one challenge or audit");
    }
}
