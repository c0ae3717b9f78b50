// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Offence, Receipt} from "../../../contracts/interfaces/IInferenceArbiter.sol";
import {Batch, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase} from "./AttackBase.sol";

/// @notice Attacks that equivocate, and attacks with evidence. Numbered as in the threat list.
contract FraudAttacksTest is AttackBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
    }

    /// @notice Evidence from another chain, or for another contract, is shown against a node: it is no enclave's here.
    function test_Attack03_EvidenceFromAnotherChain() external {
        Receipt memory stale = _stale(1);
        bytes memory signature = _signReceipt(ENCLAVE_KEY, stale);
        uint256 id = block.chainid;
        vm.chainId(id + 1);
        _expectNobody(stale, signature);
        vm.chainId(id);
        bytes memory elsewhere = _sign(ENCLAVE_KEY, _digestFor(address(nodes), keccak256("receipt")));
        _expectNobody(stale, elsewhere);
        arbiter.proveStaleReceipt(address(escrow), stale, signature);
    }

    /// @notice A node gives two answers under one number, by one enclave or two: it pays half to the payer, the rest is burned, once.
    function test_Attack38_EquivocatingReceipts() external {
        _registerEnclave(NODE, OTHER_ENCLAVE);
        Receipt memory first = _receipt(channel, 7, 10);
        Receipt memory second = _receipt(channel, 7, 10);
        second.responseHash = keccak256("another response");
        bytes memory firstSignature = _signReceipt(ENCLAVE_KEY, first);
        bytes memory secondSignature = _signReceipt(OTHER_ENCLAVE_KEY, second);
        vm.prank(STRANGER);
        arbiter.proveDoubleReceipt(address(escrow), first, firstSignature, second, secondSignature);
        assertEq(nodes.compensationOf(PAYER), PENALTY / 2, "the payer's half");
        assertEq(nodes.compensationOf(STRANGER), 0, "who shows it gets nothing");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - PENALTY, "stake");
        // The other way round it is the same offence, as it is with a third answer.
        bytes32 offence = keccak256(abi.encode(Offence.DoubleReceipt, escrow, NODE, lineId, channel, uint64(7)));
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_AlreadyConvicted.selector, offence));
        arbiter.proveDoubleReceipt(address(escrow), second, secondSignature, first, firstSignature);
    }

    /// @notice Somebody makes one answer look like two: the same receipt twice, or two of different numbers, channels or lines.
    function test_Attack38_OneReceiptShownAsTwo() external {
        Receipt memory first = _receipt(channel, 7, 10);
        _expectNoDouble(first, first);
        Receipt memory second = _receipt(channel, 8, 11);
        _expectNoDouble(first, second);
        second = _receipt(channel + 1, 7, 10);
        _expectNoDouble(first, second);
        second = _receipt(channel, 7, 10);
        second.lineId = keccak256("another line");
        _expectNoDouble(first, second);
    }

    /// @notice A node signs two batches under one nonce, to settle the better one: both are evidence, settled or not.
    function test_Attack39_TwoBatchesOfOneNonce() external {
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        escrow.settle(batch, rows, signature);
        bytes memory others = _rows(_claim(PAYER_KEY, channel, 50, 50));
        bytes memory otherSignature = _signBatch(ENCLAVE_KEY, batch, others);
        (bytes32 hash, bytes32 otherHash) = (keccak256(rows), keccak256(others));
        vm.prank(STRANGER);
        arbiter.proveDoubleBatch(address(escrow), batch, hash, signature, batch, otherHash, otherSignature);
        assertEq(nodes.compensationOf(STRANGER), PENALTY / 2, "who shows it");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE - PENALTY, "stake");
        assertEq(_channel(channel).paid, 40, "what was settled stays");
    }

    /// @notice A node claims the reward of its own conviction first, or copies a proof: the payer's half is the payer's, and half burns.
    function test_Attack57_CopiedEvidence() external {
        Receipt memory stale = _stale(1);
        bytes memory signature = _signReceipt(ENCLAVE_KEY, stale);
        vm.prank(NODE);
        arbiter.proveStaleReceipt(address(escrow), stale, signature);
        assertEq(nodes.compensationOf(PAYER), PENALTY / 2, "the payer's half");
        assertEq(nodes.compensationOf(NODE), 0, "the copier");

        _addStake(NODE, PENALTY);
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory first = _signBatch(ENCLAVE_KEY, batch, "first");
        bytes memory second = _signBatch(ENCLAVE_KEY, batch, "second");
        (bytes32 firstHash, bytes32 secondHash) = (keccak256("first"), keccak256("second"));
        vm.prank(NODE);
        arbiter.proveDoubleBatch(address(escrow), batch, firstHash, first, batch, secondHash, second);
        assertEq(nodes.compensationOf(NODE), PENALTY / 2, "no more than half comes back");
        assertEq(nodes.nodeOf(NODE).stake, 0, "stake");
    }

    /// @notice A conviction is sent with so little gas that the payer is not found, and the sender is taken for the victim.
    function test_Attack67_EvidenceRunsOutOfGas() external {
        Receipt memory stale = _stale(1);
        bytes memory call = abi.encodeCall(
            arbiter.proveStaleReceipt,
            (address(escrow), stale, _signReceipt(ENCLAVE_KEY, stale))
        );
        for (uint256 gas_ = 20_000; gas_ < 200_000; gas_ += 2_000) {
            uint256 id = vm.snapshotState();
            vm.cool(address(escrow));
            vm.cool(address(nodes));
            vm.prank(STRANGER);
            (bool success, ) = address(arbiter).call{gas: gas_}(call);
            assertEq(nodes.compensationOf(STRANGER), 0, "the sender is nobody's victim");
            assertEq(nodes.compensationOf(PAYER), success ? PENALTY / 2 : 0, "the payer, or nobody");
            vm.revertToState(id);
        }
        arbiter.proveStaleReceipt(address(escrow), stale, _signReceipt(ENCLAVE_KEY, stale));
    }

    function _stale(uint64 seq) private view returns (Receipt memory stale) {
        stale = _receipt(channel, seq, 10);
        stale.versionHash = staleHash;
    }

    function _expectNobody(Receipt memory receipt, bytes memory signature) private {
        address nobody = _recover(_receiptDigest(receipt), signature);
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, NODE, nobody));
        arbiter.proveStaleReceipt(address(escrow), receipt, signature);
    }

    function _expectNoDouble(Receipt memory first, Receipt memory second) private {
        bytes memory firstSignature = _signReceipt(ENCLAVE_KEY, first);
        bytes memory secondSignature = _signReceipt(ENCLAVE_KEY, second);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NoOffence.selector, Offence.DoubleReceipt)
        );
        arbiter.proveDoubleReceipt(address(escrow), first, firstSignature, second, secondSignature);
    }
}
