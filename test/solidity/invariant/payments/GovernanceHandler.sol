// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Policy, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {Handler, World} from "./Handler.sol";
import {ChannelRef} from "./PaymentsStore.sol";

/// @notice I12: governance with all of its power, and its attempts to do more.
contract GovernanceHandler is Handler {
    address private immutable _ADMIN;

    modifier reachesNothing() {
        bytes32 before = _belongings();
        _;
        if (_belongings() != before) STORE.hit("I12 broken");
    }

    constructor(World memory world, address admin) Handler(world) {
        _ADMIN = admin;
    }

    function setDepositsPaused(uint256 seed) external later(seed) reachesNothing {
        vm.prank(_ADMIN);
        escrow.setDepositsPaused(_pick(seed, "paused", 4) == 0);
        STORE.hit("setDepositsPaused");
    }

    /// @dev A line that pins what it accepts does not notice.
    function setDefaults(uint256 seed) external later(seed) reachesNothing {
        bytes32 pinning = STORE.lines()[0];
        address receiptKey = vm.addr(STORE.enclave(_pick(seed, "enclave", STORE.enclaveCount())).key);
        address node = nodes.enclaveOf(receiptKey).node;
        bool before = nodes.isPayable(node, receiptKey, pinning, _now());
        Window memory window = Window(0, _pick(seed, "end", 8) == 0 ? _now() : FOREVER);
        vm.startPrank(_ADMIN);
        if (_pick(seed, "what", 2) == 0) nodes.setVerifier(verifier, window);
        else nodes.setDefaultMeasurement(MEASUREMENT, window);
        vm.stopPrank();
        if (nodes.isPayable(node, receiptKey, pinning, _now()) != before) STORE.hit("I12 broken");
        STORE.hit("setDefaults");
    }

    /// @dev Every function that moves what belongs to somebody, called by governance itself and through its manager.
    function overreach(uint256 seed) external later(seed) reachesNothing {
        ChannelRef memory ref = STORE.channel(_pick(seed, "channel", STORE.channelCount()));
        (address target, bytes memory data) = _attempt(_pick(seed, "attempt", 14), ref, STORE.lines()[seed % 2]);
        vm.prank(_ADMIN);
        (bool success, ) = target.call(data);
        vm.prank(_ADMIN);
        (bool through, ) = address(authority).call(abi.encodeCall(authority.execute, (target, data)));
        STORE.hit(success || through ? bytes32("I12 broken") : bytes32("overreach refused"));
    }

    function _attempt(
        uint256 which,
        ChannelRef memory ref,
        bytes32 line
    ) private view returns (address target, bytes memory data) {
        target = which < 5 ? address(escrow) : address(nodes);
        if (which == 0) data = abi.encodeCall(escrow.requestClose, (ref.node, ref.index));
        if (which == 1) data = abi.encodeCall(escrow.withdrawChannel, (ref.node, ref.index, _ADMIN));
        if (which == 2) data = abi.encodeCall(escrow.release, (ref.index));
        if (which == 3) data = abi.encodeCall(escrow.withdraw, (_ADMIN));
        if (which == 4) data = abi.encodeCall(escrow.topUp, (ref.node, ref.index, 1));
        if (which == 5) data = abi.encodeCall(nodes.revokeEnclave, (vm.addr(STORE.enclave(0).key)));
        if (which == 6) data = abi.encodeCall(nodes.slash, (ref.node, _ADMIN, 1, 1));
        if (which == 7) data = abi.encodeCall(nodes.withdrawStake, (_ADMIN));
        if (which == 8) data = abi.encodeCall(nodes.requestThaw, (0));
        if (which == 9) data = abi.encodeCall(nodes.update, ("", _ADMIN));
        if (which == 10) data = abi.encodeCall(nodes.setPolicy, (line, Policy(true, TcbStatus.Revoked)));
        if (which == 11) data = abi.encodeCall(nodes.setLineVerifier, (line, _ADMIN, _always()));
        if (which == 12) data = abi.encodeCall(nodes.withdrawCompensation, (_ADMIN));
        if (which == 13) {
            target = address(token);
            data = abi.encodeCall(IERC20.transferFrom, (address(escrow), _ADMIN, 1));
        }
    }
}
