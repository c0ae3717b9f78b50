// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {ILocks} from "../../../../contracts/interfaces/ILocks.sol";
import {INodeRegistry, Policy} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetPolicyTest is PaymentsBase {
    Policy private policy = Policy(true, TcbStatus.OutOfDate);

    function test_RevertGiven_LineIsNotOpen() external {
        bytes32 line = ledger.lineIdOf(modelId, STRANGER);
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_UnknownLine.selector, line));
        vm.prank(STRANGER);
        nodes.setPolicy(line, policy);
    }

    function test_RevertWhen_CallerDoesNotOwnTheLine() external {
        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, STRANGER));
        vm.prank(STRANGER);
        nodes.setPolicy(lineId, policy);
        assertFalse(nodes.policyOf(lineId).followDefaults, "policy");
    }

    function test_RevertGiven_LineIsLocked() external {
        vm.startPrank(OWNER);
        ledger.lockLine(modelId, 0, address(0));
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_Locked.selector, lineId));
        nodes.setPolicy(lineId, policy);
        vm.stopPrank();
    }

    function test_RevertGiven_OwnersAccountIsLocked() external {
        vm.startPrank(OWNER);
        models.lockAccount(0, address(0));
        vm.expectRevert(abi.encodeWithSelector(ILocks.Locks_Locked.selector, bytes32(uint256(uint160(OWNER)))));
        nodes.setPolicy(lineId, policy);
        vm.stopPrank();
    }

    function test_WhenOwnerCalls() external {
        vm.expectEmit(address(nodes));
        emit INodeRegistry.PolicySet(lineId, policy);
        vm.prank(OWNER);
        nodes.setPolicy(lineId, policy);
        assertTrue(nodes.policyOf(lineId).followDefaults, "followDefaults");
        assertEq(uint256(nodes.policyOf(lineId).maxTcbStatus), uint256(TcbStatus.OutOfDate), "maxTcbStatus");
    }

    function test_WhenPolicyAndPinsComeInOneMulticall() external {
        bytes32 measurement = keccak256("another measurement");
        bytes[] memory calls = new bytes[](3);
        calls[0] = abi.encodeCall(nodes.setPolicy, (lineId, policy));
        calls[1] = abi.encodeCall(nodes.setLineVerifier, (lineId, STRANGER, _always()));
        calls[2] = abi.encodeCall(nodes.setLineMeasurement, (lineId, measurement, _always()));

        vm.expectRevert(abi.encodeWithSelector(IDeltaLedger.DeltaLedger_NotLineOwner.selector, lineId, STRANGER));
        vm.prank(STRANGER);
        nodes.multicall(calls);
        vm.prank(OWNER);
        nodes.multicall(calls);
        assertTrue(nodes.policyOf(lineId).followDefaults, "policy");
        assertEq(nodes.lineVerifier(lineId, STRANGER).until, FOREVER, "verifier");
        assertEq(nodes.lineMeasurement(lineId, measurement).until, FOREVER, "measurement");
    }
}
