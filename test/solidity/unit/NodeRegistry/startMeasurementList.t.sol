// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {INodeRegistry, Policy, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
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

    function test_I9_GivenListsSunsetIsAhead_WhenAnotherStarts() external {
        uint40 start = _now();
        vm.startPrank(OWNER);
        nodes.startMeasurementList(lineId, FOREVER);
        skip(1 hours);
        nodes.setLineMeasurement(lineId, OTHER, _always());
        uint40 end = _now();
        nodes.startMeasurementList(lineId, end + 1 days);
        vm.stopPrank();
        assertTrue(nodes.isPayable(NODE, ENCLAVE, lineId, start), "earlier work");
        assertTrue(nodes.isPayable(NODE, ENCLAVE, lineId, end), "work of now");
        assertFalse(nodes.isPayable(NODE, ENCLAVE, lineId, end + 1), "the list before the last is over");
        assertEq(nodes.lineMeasurement(lineId, OTHER).until, end + 1 days, "the last one is not");
    }

    function test_RevertGiven_LineIsLocked() external {
        vm.startPrank(OWNER);
        ledger.lockLine(modelId, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_Locked.selector, lineId));
        nodes.startMeasurementList(lineId, _now());
        vm.stopPrank();
    }

    function test_PolicyIsSetAnew() external {
        vm.startPrank(OWNER);
        nodes.startMeasurementList(lineId, _now());
        nodes.setPolicy(lineId, Policy(false, TcbStatus.OutOfDate));
        vm.stopPrank();
        assertEq(nodes.measurementList(lineId), 1, "list");
        assertFalse(nodes.isPayable(NODE, ENCLAVE, lineId, _now() + 1), "a policy brings no list back");
        assertEq(uint256(nodes.policyOf(lineId).maxTcbStatus), uint256(TcbStatus.OutOfDate), "policy");
    }

    /// @dev Two hundred measurements end for one price that does not grow with them.
    function test_GivenManyMeasurements() external {
        vm.startPrank(OWNER);
        for (uint256 i = 0; i < 200; ++i) nodes.setLineMeasurement(lineId, bytes32(i), _always());
        uint256 before = gasleft();
        nodes.startMeasurementList(lineId, _now());
        uint256 used = before - gasleft();
        vm.stopPrank();
        assertLe(used, 80_000, "gas");
        assertEq(nodes.lineMeasurement(lineId, bytes32(uint256(199))).until, _now(), "they ended");
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
