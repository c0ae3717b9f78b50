// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {INodeRegistry, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryStartMeasurementListTest is PaymentsBase {
    bytes32 private constant OTHER = keccak256("another measurement");

    function test_RevertWhen_CallerDoesNotControlTheLine() external {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, address(this)));
        nodes.startMeasurementList(lineId, _now());
    }

    function test_RevertWhen_SunsetHasPassed() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, _now(), _now() - 1));
        vm.prank(OWNER);
        nodes.startMeasurementList(lineId, _now() - 1);
    }

    function test_I9_WhenAListEnds() external {
        vm.prank(OWNER);
        nodes.setLineMeasurement(lineId, OTHER, _always());
        uint40 sunset = _now() + 1 days;
        vm.expectEmit(address(nodes));
        emit INodeRegistry.MeasurementListStarted(lineId, 1, sunset);
        vm.prank(OWNER);
        nodes.startMeasurementList(lineId, sunset);

        assertEq(nodes.measurementList(lineId), 1, "list");
        assertTrue(nodes.isPayable(NODE, ENCLAVE, lineId, sunset), "until the sunset");
        assertFalse(nodes.isPayable(NODE, ENCLAVE, lineId, sunset + 1), "after it");
        assertEq(nodes.lineMeasurement(lineId, OTHER).until, sunset, "another one ends with it");
        assertEq(nodes.lineMeasurement(lineId, MEASUREMENT).until, sunset, "until");
    }

    function test_WhenAMeasurementIsSetAgain() external {
        uint40 sunset = _now();
        vm.startPrank(OWNER);
        nodes.startMeasurementList(lineId, sunset);
        nodes.setLineMeasurement(lineId, MEASUREMENT, _always());
        vm.stopPrank();
        assertTrue(nodes.isPayable(NODE, ENCLAVE, lineId, sunset + 1), "payable");
    }

    function test_WhenAMeasurementEndedBeforeTheSunset() external {
        uint40 end = _now();
        vm.startPrank(OWNER);
        nodes.setLineMeasurement(lineId, MEASUREMENT, Window({from: 0, until: end}));
        nodes.startMeasurementList(lineId, end + 1 days);
        vm.stopPrank();
        assertFalse(nodes.isPayable(NODE, ENCLAVE, lineId, end + 1), "payable");
    }

    function test_WhenASecondListEnds() external {
        uint40 sunset = _now();
        vm.startPrank(OWNER);
        nodes.startMeasurementList(lineId, sunset);
        nodes.startMeasurementList(lineId, sunset + 1 days);
        vm.stopPrank();
        assertFalse(nodes.isPayable(NODE, ENCLAVE, lineId, sunset + 1), "payable");
        assertTrue(nodes.isPayable(NODE, ENCLAVE, lineId, sunset), "earlier work");
    }
}
