// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {INodeRegistry, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetDefaultMeasurementTest is PaymentsBase {
    function test_RevertWhen_CallerIsNotGovernance() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, OWNER));
        vm.prank(OWNER);
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
    }

    function test_RevertWhen_WindowTakesBackPastTime() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, 0, 0));
        nodes.setDefaultMeasurement(MEASUREMENT, Window(0, 0));
    }

    function test_WhenEverythingIsInOrder() external {
        Window memory window = Window(_now() + 1, _now() + 9);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.DefaultMeasurementSet(MEASUREMENT, window);
        nodes.setDefaultMeasurement(MEASUREMENT, window);
        assertEq(nodes.defaultMeasurement(MEASUREMENT).from, window.from, "from");
        assertEq(nodes.defaultMeasurement(MEASUREMENT).until, window.until, "until");
    }
}
