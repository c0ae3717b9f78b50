// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {INodeRegistry, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetLineVerifierTest is PaymentsBase {
    address private constant OTHER_VERIFIER = address(0x7e1);

    function test_RevertWhen_CallerDoesNotOwnTheLine() external {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, STRANGER));
        vm.prank(STRANGER);
        nodes.setLineVerifier(lineId, OTHER_VERIFIER, _always());
        assertEq(nodes.lineVerifier(lineId, OTHER_VERIFIER).until, 0, "window");
    }

    function test_RevertGiven_LineIsLocked() external {
        vm.startPrank(OWNER);
        ledger.lockLine(modelId, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_Locked.selector, lineId));
        nodes.setLineVerifier(lineId, OTHER_VERIFIER, _always());
        vm.stopPrank();
    }

    function test_RevertWhen_VerifierIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        vm.prank(OWNER);
        nodes.setLineVerifier(lineId, address(0), _always());
    }

    function test_RevertWhen_WindowEndsBeforeItBegins() external {
        _expectInvalid(Window(_now() + 1, _now()));
        _expectInvalid(Window(1, 0));
    }

    function test_RevertGiven_WindowHasBegun_WhenNewOneTakesBackPastTime() external {
        uint40 from = _now();
        _set(Window(from, from + 100));
        vm.warp(from + 50);
        _expectInvalid(Window(0, 0));
        _expectInvalid(Window(from, from + 49));
        _expectInvalid(Window(from + 1, from + 100));
        vm.warp(from + 200);
        _expectInvalid(Window(from, from + 99));
        _set(Window(from, from + 100));
    }

    function test_GivenWindowHasBegun_WhenNewOneEndsNow() external {
        uint40 from = _now();
        _set(Window(from, FOREVER));
        skip(50);
        _set(Window(from, _now()));
        skip(50);
        _set(Window(from - 5, FOREVER));
    }

    function test_GivenWindowLiesInTheFuture() external {
        _set(Window(_now() + 10, FOREVER));
        _set(Window(_now() + 20, _now() + 30));
        _set(Window(0, 0));
    }

    function test_WhenEverythingIsInOrder() external {
        Window memory window = Window(_now(), _now() + 9);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.LineVerifierSet(lineId, OTHER_VERIFIER, window);
        _set(window);
        assertEq(nodes.lineVerifier(keccak256("another line"), OTHER_VERIFIER).until, 0, "another line");
    }

    function _set(Window memory window) private {
        vm.prank(OWNER);
        nodes.setLineVerifier(lineId, OTHER_VERIFIER, window);
        assertEq(nodes.lineVerifier(lineId, OTHER_VERIFIER).from, window.from, "from");
        assertEq(nodes.lineVerifier(lineId, OTHER_VERIFIER).until, window.until, "until");
    }

    function _expectInvalid(Window memory window) private {
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, window.from, window.until)
        );
        vm.prank(OWNER);
        nodes.setLineVerifier(lineId, OTHER_VERIFIER, window);
    }
}
