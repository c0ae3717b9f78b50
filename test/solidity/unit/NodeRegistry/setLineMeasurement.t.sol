// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {INodeRegistry, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetLineMeasurementTest is PaymentsBase {
    bytes32 private constant OTHER = keccak256("another measurement");

    function test_RevertWhen_CallerDoesNotOwnTheLine() external {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, STRANGER));
        vm.prank(STRANGER);
        nodes.setLineMeasurement(lineId, OTHER, _always());
        assertEq(nodes.lineMeasurement(lineId, OTHER).until, 0, "window");
    }

    function test_RevertGiven_LineIsLocked() external {
        vm.startPrank(OWNER);
        ledger.lockLine(modelId, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_Locked.selector, lineId));
        nodes.setLineMeasurement(lineId, OTHER, _always());
        vm.stopPrank();
    }

    function test_RevertWhen_WindowTakesBackPastTime() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, 0, _now() - 1));
        vm.prank(OWNER);
        nodes.setLineMeasurement(lineId, MEASUREMENT, Window(0, _now() - 1));
    }

    function test_WhenEverythingIsInOrder() external {
        Window memory window = Window(_now() + 1, _now() + 9);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.LineMeasurementSet(lineId, OTHER, window);
        vm.prank(OWNER);
        nodes.setLineMeasurement(lineId, OTHER, window);
        assertEq(nodes.lineMeasurement(lineId, OTHER).from, window.from, "from");
        assertEq(nodes.lineMeasurement(lineId, OTHER).until, window.until, "until");
        assertEq(nodes.lineMeasurement(keccak256("another line"), OTHER).until, 0, "another line");
    }
}
