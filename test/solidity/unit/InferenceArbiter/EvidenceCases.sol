// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IInferenceArbiter, Offence} from "../../../../contracts/interfaces/IInferenceArbiter.sol";
import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice What all convictions on signatures have in common. The heir says what is signed, and how it is shown.
abstract contract EvidenceCases is PaymentsBase {
    /// @dev s of the zero signature's mirror image.
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;
    uint64 internal constant DEPOSIT = 100;

    uint256 internal channel;
    /// @dev Who is compensated.
    address internal victim;

    function setUp() public virtual override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, DEPOSIT);
        victim = PAYER;
    }

    /// @dev What the enclave signs of an offence of NODE; the second is zero where one signature is enough.
    function _digests() internal view virtual returns (bytes32 first, bytes32 second);

    /// @dev Shows the offence, as STRANGER.
    function _prove(address at_, bytes memory first, bytes memory second) internal virtual;

    function _offence() internal view virtual returns (Offence);

    /// @dev Everything that the offence's id is the hash of, in this order.
    function _offenceId() internal view virtual returns (bytes32);

    function test_RevertGiven_EscrowIsNotTheArbiters() external {
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        address other = address(_newEscrow(token));
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_UnknownEscrow.selector, other));
        _prove(other, first, second);
    }

    function test_RevertWhen_SignatureIsMalformed() external {
        (bytes32 firstDigest, bytes32 secondDigest) = _digests();
        bytes[4] memory wrong = _malformed(firstDigest);
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        for (uint256 i = 0; i < 4; ++i) {
            _expectNobody(address(0));
            _prove(address(escrow), wrong[i], second);
        }
        if (secondDigest == 0) return;
        wrong = _malformed(secondDigest);
        for (uint256 i = 0; i < 4; ++i) {
            _expectNobody(address(0));
            _prove(address(escrow), first, wrong[i]);
        }
    }

    function test_RevertGiven_SignerIsNoEnclave() external {
        _expectRefusal(NODE_KEY, NODE);
    }

    function test_RevertGiven_EnclaveIsAnotherNodes() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        _expectRefusal(OTHER_ENCLAVE_KEY, OTHER_ENCLAVE);
    }

    function test_RevertGiven_ChainForked() external {
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        vm.chainId(block.chainid + 1);
        (bytes32 digest, ) = _digests();
        bytes32 r;
        bytes32 s;
        assembly ("memory-safe") {
            r := mload(add(first, 0x20))
            s := mload(add(first, 0x40))
        }
        _expectNobody(ecrecover(digest, uint8(first[64]), r, s));
        _prove(address(escrow), first, second);
    }

    function test_GivenStakeCoversThePenalty() external {
        _addStake(NODE, 7);
        _expectConvicted(PENALTY / 2, PENALTY / 2);
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE + 7 - PENALTY, "stake");
    }

    function test_GivenStakeIsSmallerThanThePenalty() external {
        _leaveStake(11);
        _expectConvicted(5, 6);
        assertEq(nodes.nodeOf(NODE).stake, 0, "stake");
    }

    function test_GivenThereIsNoStake() external {
        _leaveStake(0);
        _expectConvicted(0, 0);
    }

    function test_GivenStakeThaws() external {
        _addStake(NODE, 7);
        vm.prank(NODE);
        nodes.requestThaw(MIN_STAKE + 7);
        vm.warp(nodes.nodeOf(NODE).thawAt);
        _expectConvicted(PENALTY / 2, PENALTY / 2);
        assertEq(nodes.nodeOf(NODE).thawing, 7, "what still thaws");
    }

    function test_GivenEnclaveWasRevoked() external {
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        skip(1);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        _prove(address(escrow), first, second);
        assertTrue(arbiter.isConvicted(_offenceId()), "convicted");
    }

    function test_RevertGiven_OffenceWasConvicted() external {
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        _prove(address(escrow), first, second);
        vm.expectRevert(
            abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_AlreadyConvicted.selector, _offenceId())
        );
        _prove(address(escrow), first, second);
    }

    /// @dev Shows the offence, and looks at all that a conviction does.
    function _expectConvicted(uint256 paid, uint256 burned) internal {
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        assertFalse(arbiter.isConvicted(_offenceId()), "convicted before");
        uint256 stake = nodes.nodeOf(NODE).stake;
        vm.expectEmit(address(nodes));
        emit INodeRegistry.Slashed(NODE, victim, paid, burned);
        vm.expectEmit(address(arbiter));
        emit IInferenceArbiter.Convicted(NODE, _offence(), _offenceId(), victim, paid, burned);
        _prove(address(escrow), first, second);
        assertTrue(arbiter.isConvicted(_offenceId()), "convicted");
        assertEq(nodes.compensationOf(victim), paid, "compensation");
        assertEq(stake - nodes.nodeOf(NODE).stake, paid + burned, "taken");
    }

    /// @dev The evidence as it stands shows no offence.
    function _expectNoOffence() internal {
        (bytes memory first, bytes memory second) = _signatures(ENCLAVE_KEY, ENCLAVE_KEY);
        _expectNoOffenceError();
        _prove(address(escrow), first, second);
    }

    function _expectNoOffenceError() internal {
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NoOffence.selector, _offence()));
    }

    function _signatures(
        uint256 firstKey,
        uint256 secondKey
    ) internal view returns (bytes memory first, bytes memory second) {
        (bytes32 firstDigest, bytes32 secondDigest) = _digests();
        first = _sign(firstKey, firstDigest);
        second = _sign(secondKey, secondDigest);
    }

    /// @dev Burns all of NODE's stake but `amount`.
    function _leaveStake(uint256 amount) internal {
        uint256 stake = nodes.nodeOf(NODE).stake;
        vm.prank(address(arbiter));
        nodes.slash(NODE, STRANGER, 0, stake - amount);
    }

    function _expectNobody(address signer) internal {
        vm.expectRevert(abi.encodeWithSelector(IInferenceArbiter.InferenceArbiter_NotAnEnclave.selector, NODE, signer));
    }

    function _expectRefusal(uint256 key, address signer) private {
        (bytes memory first, bytes memory second) = _signatures(key, ENCLAVE_KEY);
        _expectNobody(signer);
        _prove(address(escrow), first, second);
        (, bytes32 secondDigest) = _digests();
        if (secondDigest == 0) return;
        (first, second) = _signatures(ENCLAVE_KEY, key);
        _expectNobody(signer);
        _prove(address(escrow), first, second);
    }

    function _malformed(bytes32 digest) private pure returns (bytes[4] memory) {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ENCLAVE_KEY, digest);
        return
            [
                bytes(""),
                new bytes(65),
                abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255)),
                abi.encodePacked(r, ORDER - uint256(s), uint8(v ^ 7))
            ];
    }
}
