// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Offence} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {Batch, Lane} from "../../../../contracts/interfaces/ISettlements.sol";
import {EvidenceCases} from "./EvidenceCases.sol";

contract InferenceArbiterProveDoubleBatchTest is EvidenceCases {
    Batch private first;
    Batch private second;
    bytes32 private firstRows;
    bytes32 private secondRows;

    function setUp() public override {
        super.setUp();
        victim = STRANGER;
        _make(0);
    }

    function _make(uint32 nonce) private {
        first = _batch(Lane.Voucher, _now());
        first.nonce = nonce;
        second = first;
        (firstRows, secondRows) = (keccak256("rows"), keccak256("other rows"));
    }

    function _digests() internal view override returns (bytes32, bytes32) {
        return (_batchDigest(first, firstRows), _batchDigest(second, secondRows));
    }

    function _prove(address at_, bytes memory one, bytes memory two) internal override {
        vm.prank(STRANGER);
        arbiter.proveDoubleBatch(at_, first, firstRows, one, second, secondRows, two);
    }

    function _offence() internal pure override returns (Offence) {
        return Offence.DoubleBatch;
    }

    function _offenceId() internal view override returns (bytes32) {
        return
            keccak256(abi.encode(Offence.DoubleBatch, address(escrow), first.node, first.lineId, uint256(first.nonce)));
    }

    function test_RevertWhen_BatchesAreTheSame() external {
        secondRows = firstRows;
        _expectNoOffence();
    }

    function test_RevertWhen_NoncesDiffer() external {
        second.nonce = 1;
        _expectNoOffence();
    }

    function test_RevertWhen_LinesDiffer() external {
        second.lineId = keccak256("another line");
        _expectNoOffence();
    }

    function test_RevertWhen_NodesDiffer() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        second.node = OTHER_NODE;
        (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, OTHER_ENCLAVE_KEY);
        _expectNoOffenceError();
        _prove(address(escrow), one, two);
    }

    function test_WhenAnyOtherFieldDiffers() external {
        for (uint32 i = 1; i < 5; ++i) {
            _make(i);
            secondRows = firstRows;
            if (i == 1) second.versionHash = staleHash;
            if (i == 2) second.lane = Lane.Optimistic;
            if (i == 3) second.lastAt = _now() - 1;
            if (i == 4) secondRows = keccak256("other rows");
            (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
            _prove(address(escrow), one, two);
            assertTrue(arbiter.isConvicted(_offenceId()), "convicted");
        }
    }

    function test_WhenTwoEnclavesOfTheNodeSigned() external {
        _registerEnclave(NODE, OTHER_ENCLAVE);
        (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, OTHER_ENCLAVE_KEY);
        _prove(address(escrow), one, two);
        assertTrue(arbiter.isConvicted(_offenceId()), "convicted");
    }

    function test_WhenAnotherNonceIsShown() external {
        _addStake(NODE, PENALTY);
        _expectConvicted(PENALTY / 2, PENALTY / 2);
        _make(1);
        (bytes memory one, bytes memory two) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        _prove(address(escrow), one, two);
        assertEq(nodes.compensationOf(STRANGER), PENALTY, "an offence of its own");
    }
}
