// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Opening} from "../../../../contracts/interfaces/IChannels.sol";
import {Receipt} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {EvidenceCases} from "./EvidenceCases.sol";

/// @notice What all convictions on receipts have in common. The heir makes them an offence.
abstract contract ReceiptCases is EvidenceCases {
    Receipt internal first;
    Receipt internal second;

    function setUp() public virtual override {
        super.setUp();
        _make();
    }

    /// @dev Makes the offence, on `channel`.
    function _make() internal virtual;

    function _offenceId() internal view override returns (bytes32) {
        Receipt memory last = second.node == address(0) ? first : second;
        return
            keccak256(abi.encode(_offence(), address(escrow), last.node, last.lineId, last.channel, uint256(last.seq)));
    }

    function _digests() internal view override returns (bytes32, bytes32) {
        return (_receiptDigest(first), second.node == address(0) ? bytes32(0) : _receiptDigest(second));
    }

    function test_GivenPayerIsNotTheSigner() external {
        Opening memory opening = _opening(NODE, DEPOSIT);
        opening.signer = OTHER_PAYER;
        channel = _openAs(PAYER, opening);
        _make();
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }

    function test_GivenChannelIsClosed() external {
        _release(channel);
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }

    function test_GivenChannelWasNeverOpened() external {
        victim = STRANGER;
        channel = type(uint256).max;
        _make();
        _expectConvicted(PENALTY / 2, PENALTY / 2);
    }

    function test_WhenAnotherReceiptOfTheChannelIsShown() external {
        _addStake(NODE, PENALTY);
        _expectConvicted(PENALTY / 2, PENALTY / 2);
        first.seq += 10;
        second.seq += 10;
        (bytes memory firstSignature, bytes memory secondSignature) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        _prove(address(escrow), firstSignature, secondSignature);
        assertEq(nodes.compensationOf(PAYER), PENALTY, "an offence of its own");
    }
}
