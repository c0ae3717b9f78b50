// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {ISettlements} from "../../../../contracts/interfaces/ISettlements.sol";
import {ChannelBase} from "./ChannelBase.sol";

/// @notice What all calls have in common that need an enclave's signature. The heir says which.
abstract contract EnclaveCases is ChannelBase {
    /// @dev s of the zero signature's mirror image.
    uint256 private constant ORDER = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141;

    /// @dev Makes something for NODE's enclave to sign, of work that ended at `time`.
    function _prepare(uint40 time) internal virtual returns (bytes32 digest);

    /// @dev One call, with what was prepared last.
    function _do(bytes memory signature) internal virtual;

    /// @dev Whether the call did what it should.
    function _expectDone() internal view virtual;

    function test_RevertWhen_TimeIsInTheFuture() external {
        _expectTimeRefusal(_now() + 1);
    }

    function test_RevertWhen_TimeIsTooLongAgo() external {
        uint40 time = _now();
        vm.warp(time + MAX_BATCH_AGE + 1);
        _expectTimeRefusal(time);
    }

    function test_WhenTimeIsAsLongAgoAsAllowed() external {
        uint40 time = _now();
        vm.warp(time + MAX_BATCH_AGE);
        _do(_sign(ENCLAVE_KEY, _prepare(time)));
        _expectDone();
    }

    function test_RevertWhen_EnclaveSignatureIsMalformed() external {
        bytes32 digest = _prepare(_now());
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(ENCLAVE_KEY, digest);
        bytes[5] memory signatures = [
            bytes(""),
            new bytes(65),
            abi.encodePacked(r, uint256(s) | (uint256(v - 27) << 255)),
            abi.encodePacked(r, s, uint8(29)),
            abi.encodePacked(r, ORDER - uint256(s), uint8(v ^ 7))
        ];
        for (uint256 i = 0; i < signatures.length; ++i) {
            vm.expectRevert(ISettlements.InferenceEscrow_BadEnclaveSignature.selector);
            _do(signatures[i]);
        }
    }

    function test_RevertGiven_SignerIsNoEnclave() external {
        _expectRefusal(
            NODE_KEY,
            _now(),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, NODE)
        );
    }

    function test_RevertGiven_EnclaveIsAnotherNodes() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        _expectRefusal(
            OTHER_ENCLAVE_KEY,
            _now(),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_WrongNode.selector, OTHER_ENCLAVE, NODE)
        );
    }

    function test_RevertGiven_EnclaveHadExpired() external {
        uint40 until = nodes.enclaveOf(ENCLAVE).validUntil;
        vm.warp(until + 1);
        _expectRefusal(
            ENCLAVE_KEY,
            until + 1,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveExpired.selector, ENCLAVE, until, until + 1)
        );
        _do(_sign(ENCLAVE_KEY, _prepare(until)));
        _expectDone();
    }

    function test_RevertGiven_LineDidNotAcceptTheEnclave() external {
        uint40 until = _now();
        vm.prank(OWNER);
        nodes.setLineMeasurement(lineId, MEASUREMENT, Window(0, until));
        vm.warp(until + 1);
        _expectRefusal(
            ENCLAVE_KEY,
            until + 1,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                lineId,
                address(verifier),
                MEASUREMENT
            )
        );
        _do(_sign(ENCLAVE_KEY, _prepare(until)));
        _expectDone();
    }

    function _expectTimeRefusal(uint40 time) private {
        _expectRefusal(
            ENCLAVE_KEY,
            time,
            abi.encodeWithSelector(ISettlements.InferenceEscrow_BatchTimeInvalid.selector, time, _now())
        );
    }

    function _expectRefusal(uint256 key, uint40 time, bytes memory refusal) private {
        bytes memory signature = _sign(key, _prepare(time));
        vm.expectRevert(refusal);
        _do(signature);
    }
}
