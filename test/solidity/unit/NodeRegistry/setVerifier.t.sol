// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {INodeRegistry, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {ITeeVerifier} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {NodeRegistry} from "../../../../contracts/NodeRegistry.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetVerifierTest is PaymentsBase {
    function test_RevertWhen_CallerIsNotGovernance() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        nodes.setVerifier(verifier, _always());
    }

    function test_RevertWhen_VerifierIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        nodes.setVerifier(ITeeVerifier(address(0)), _always());
    }

    function test_RevertGiven_ProductionAndDevelopmentVerifier() external {
        NodeRegistry production = _newRegistry(true);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_DevelopmentTee.selector, address(verifier)));
        production.setVerifier(verifier, _always());
    }

    function test_GivenProductionAndVendorsVerifier() external {
        NodeRegistry production = _newRegistry(true);
        ScriptedVerifier vendor = new ScriptedVerifier();
        production.setVerifier(vendor, _always());
        assertEq(production.verifierWindow(address(vendor)).until, FOREVER, "until");
    }

    function test_RevertWhen_WindowTakesBackPastTime() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidWindow.selector, 0, _now() - 1));
        nodes.setVerifier(verifier, Window(0, _now() - 1));
    }

    function test_WhenEverythingIsInOrder() external {
        ScriptedVerifier other = new ScriptedVerifier();
        Window memory window = Window(_now() + 1, _now() + 9);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.VerifierAccepted(address(other), window);
        nodes.setVerifier(other, window);
        assertEq(nodes.verifierWindow(address(other)).from, window.from, "from");
        assertEq(nodes.verifierWindow(address(other)).until, window.until, "until");
    }
}
