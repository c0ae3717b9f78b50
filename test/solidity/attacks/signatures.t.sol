// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {IChallenges} from "../../../contracts/interfaces/IChallenges.sol";
import {IInferenceArbiter} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {Opening} from "../../../contracts/interfaces/IChannels.sol";
import {Batch, ISettlements, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks on the form of signatures and of what they sign. Numbered as in the threat list.
contract SignatureAttacksTest is AttackBase {
    uint256 private constant ORDER = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141;

    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(PAYER_KEY, 100);
    }

    /// @notice A field is missing in a hash, or types are in another order: every digest is the one that the comments promise.
    function testFuzz_Attack08_DigestsAreAsWrittenDown(
        address node,
        bytes32 line,
        uint256 index,
        uint64 amount,
        uint256 salt
    ) external {
        assertEq(escrow.voucherDigest(node, line, index, amount), _voucherDigest(node, line, index, amount), "Voucher");
        Batch memory batch = Batch(node, line, bytes32(salt), Lane(salt % 2), uint32(amount), uint40(salt));
        assertEq(escrow.batchDigest(batch, line), _batchDigest(batch, line), "Batch");
        Opening memory opening = Opening(node, line, PAYER, node, amount, uint32(salt), salt % 2 == 0);
        assertEq(escrow.openingHash(opening, salt), _openDigest(opening, salt, type(uint256).max), "Open");
        lineId = line;
        assertEq(escrow.topUpHash(NODE, line, index, amount, salt), _topUpDigest(index, amount, salt), "TopUp");
    }

    /// @notice The same for what has no view: what is signed as the comments say is accepted.
    function test_Attack08_SignedAsWrittenDownIsAccepted() external {
        bytes32 close = _closeDigest(channel, 40, _now());
        vm.prank(PAYER);
        assertEq(escrow.closeNow(NODE, lineId, channel, 40, _now(), _sign(ENCLAVE_KEY, close)), 60, "Close");

        bytes32 request = _closeRequestDigest(optimistic, _now());
        escrow.requestCloseFor(NODE, lineId, optimistic, _now(), _sign(PAYER_KEY, request));
        assertEq(_channel(optimistic).closeAt, _now() + CLOSE_DELAY, "CloseRequest");

        uint256 other = _openOptimistic(PAYER_KEY, 100);
        _debit(other, 40);
        _fundBond(address(this));
        arbiter.challengeFor(
            address(escrow),
            NODE,
            lineId,
            other,
            10,
            _now(),
            _signChallenge(PAYER_KEY, other, 10, _now())
        );
        assertEq(arbiter.challengeOf(address(escrow), NODE, lineId, other).asserted, 10, "Challenge");
    }

    /// @notice One field of a receipt is changed after it was signed: it is no enclave's any more, whichever field it is.
    function test_Attack08_EveryFieldOfAReceiptIsSigned() external {
        for (uint256 field = 0; field < 12; ++field) {
            Receipt memory receipt = _staleReceipt();
            bytes32 signed = _receiptDigest(receipt);
            bytes memory signature = _sign(ENCLAVE_KEY, signed);
            assembly ("memory-safe") {
                let place := add(receipt, mul(field, 0x20))
                mstore(place, xor(mload(place), 1))
            }
            address nobody = _recover(_receiptDigest(receipt), signature);
            vm.expectRevert(
                abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, receipt.node, nobody)
            );
            arbiter.proveStaleReceipt(address(escrow), receipt, signature);
        }
        arbiter.proveStaleReceipt(
            address(escrow),
            _staleReceipt(),
            _sign(ENCLAVE_KEY, _receiptDigest(_staleReceipt()))
        );
    }

    /// @notice A row claims all that 64 bits hold: it pays no more than the deposit. A longer number cannot be written.
    function test_Attack09_WidestAmounts() external {
        uint64 most = type(uint64).max;
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, most, most));
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory wide = bytes.concat(rows, hex"01");
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, wide);
        vm.expectRevert(abi.encodeWithSelector(ISettlements.InferenceEscrow_MalformedRows.selector, 1));
        escrow.settle(batch, wide, signature);
        _expectPaid(rows, 100, 0);
    }

    /// @notice The bits above an address or a number are set in calldata: the call is refused before anything runs.
    function testFuzz_Attack09_DirtyHighBits(uint256 dirt) external {
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        bytes memory settle = abi.encodeCall(escrow.settle, (batch, rows, signature));
        // node, lane, nonce, lastAt
        _expectRefused(address(escrow), settle, 0, 160, dirt);
        _expectRefused(address(escrow), settle, 3, 8, dirt);
        _expectRefused(address(escrow), settle, 4, 32, dirt);
        _expectRefused(address(escrow), settle, 5, 40, dirt);

        signature = _sign(ENCLAVE_KEY, _closeDigest(channel, 40, _now()));
        bytes memory close = abi.encodeCall(escrow.closeNow, (NODE, lineId, channel, 40, _now(), signature));
        vm.startPrank(PAYER);
        // node, cumulative, issuedAt
        _expectRefused(address(escrow), close, 0, 160, dirt);
        _expectRefused(address(escrow), close, 3, 64, dirt);
        _expectRefused(address(escrow), close, 4, 40, dirt);
        vm.stopPrank();

        signature = _sign(ENCLAVE_KEY, _receiptDigest(_staleReceipt()));
        bytes memory proof = abi.encodeCall(arbiter.proveStaleReceipt, (address(escrow), _staleReceipt(), signature));
        // escrow, node, seq, cumulative, price, workedAt
        uint8[6] memory words = [0, 1, 3, 4, 5, 12];
        uint8[6] memory widths = [160, 160, 64, 64, 64, 40];
        for (uint256 i = 0; i < 6; ++i) _expectRefused(address(arbiter), proof, words[i], widths[i], dirt);

        (bool success, ) = address(escrow).call(settle);
        assertTrue(success, "the same calldata without dirt");
        (success, ) = address(arbiter).call(proof);
        assertTrue(success, "the same proof without dirt");
    }

    /// @notice An enclave's signature in another form, or none: refused.
    function test_Attack10_MalleableOrInvalidSignatures() external {
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ENCLAVE_KEY, escrow.batchDigest(batch, keccak256(rows)));
        bytes32 highS = bytes32(ORDER - uint256(s));
        uint8 otherV = v == 27 ? 28 : 27;

        _expectBad(batch, rows, abi.encodePacked(r, highS, otherV));
        _expectBad(batch, rows, abi.encodePacked(r, s, v - 27));
        _expectBad(batch, rows, abi.encodePacked(r, s, uint8(29)));
        _expectBad(batch, rows, abi.encodePacked(r, bytes32(uint256(s) | (uint256(v - 27) << 255))));
        _expectBad(batch, rows, abi.encodePacked(r, s, v, uint8(0)));
        _expectBad(batch, rows, abi.encodePacked(bytes32(0), bytes32(0), v));
        _expectBad(batch, rows, "");
    }

    /// @notice A row's signature is malleated, garbage or zero: it matches nobody, least of all a channel that does not exist.
    function test_Attack10_RowWithInvalidSignatureMatchesNobody() external {
        bytes memory signed = abi.encodePacked(uint64(40), uint64(40));
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, escrow.voucherDigest(NODE, lineId, channel, 40));
        uint256 parity = uint256(v - 27) << 255;
        uint256 highS = ORDER - uint256(s);
        bytes[6] memory forms = [
            // The other parity; a high s, whose top bit reads as a parity; the highest s there is room for; no signature.
            abi.encodePacked(r, uint256(s) | (parity ^ (1 << 255))),
            abi.encodePacked(r, highS),
            abi.encodePacked(r, highS ^ (1 << 255)),
            abi.encodePacked(r, uint256(type(uint256).max) >> 1),
            abi.encodePacked(uint256(0), uint256(0)),
            abi.encodePacked(type(uint256).max, uint256(s))
        ];
        for (uint256 i = 0; i < forms.length; ++i) {
            Row memory row = Row(channel, bytes.concat(forms[i], signed));
            _expectPaid(_rows(row), 0, 1);
            // A channel that does not exist has signer zero, which is what a precompile says of garbage.
            row.channel = 99;
            _expectPaid(_rows(row), 0, 1);
        }
        _expectPaid(_rows(Row(channel, bytes.concat(abi.encodePacked(r, uint256(s) | parity), signed))), 40, 0);
    }

    /// @notice A challenge is answered with a malleated signature, or one that recovers to nobody: refused.
    function test_Attack10_AnswerWithInvalidSignature() external {
        _debit(optimistic, 40);
        _challenge(optimistic, 0);
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(PAYER_KEY, escrow.voucherDigest(NODE, lineId, optimistic, 40));
        bytes[4] memory forms = [
            abi.encodePacked(r, bytes32(ORDER - uint256(s)), v == 27 ? uint8(28) : uint8(27)),
            abi.encodePacked(r, s, uint8(29)),
            abi.encodePacked(bytes32(0), bytes32(0), v),
            bytes("")
        ];
        for (uint256 i = 0; i < forms.length; ++i) {
            vm.expectRevert(abi.encodeWithSelector(IChallenges.InferenceArbiter_BadSignature.selector, PAYER));
            arbiter.answer(address(escrow), NODE, lineId, optimistic, 40, forms[i]);
        }
        // No evidence convicts the address of nobody's enclave.
        Receipt memory receipt = _staleReceipt();
        receipt.node = address(0);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, address(0), address(0))
        );
        arbiter.proveStaleReceipt(address(escrow), receipt, forms[2]);
    }

    function _staleReceipt() private view returns (Receipt memory) {
        return Receipt(NODE, channel, 1, 40, 40, lineId, staleHash, "request", "response", 0, 0, _now());
    }

    function _expectBad(Batch memory batch, bytes memory rows, bytes memory signature) private {
        vm.expectRevert(ISettlements.InferenceEscrow_BadEnclaveSignature.selector);
        escrow.settle(batch, rows, signature);
    }

    /// @dev Some bit above the lowest `width` of a word of the arguments is set.
    function _expectRefused(address target, bytes memory data, uint256 word, uint256 width, uint256 dirt) private {
        bytes memory copy = bytes.concat(data);
        dirt = bound(dirt, 1, (1 << (256 - width)) - 1) << width;
        assembly ("memory-safe") {
            let place := add(add(copy, 0x24), mul(word, 0x20))
            mstore(place, or(mload(place), dirt))
        }
        (bool success, bytes memory reason) = target.call(copy);
        assertFalse(success, "dirt must be refused");
        assertLe(reason.length, 36, "by the decoder, not by a rule of ours");
    }
}
