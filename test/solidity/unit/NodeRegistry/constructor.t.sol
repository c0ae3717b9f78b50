// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {NodeRegistry} from "../../../../contracts/NodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryConstructorTest is PaymentsBase {
    function test_RevertWhen_StakeTokenIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        new NodeRegistry(address(authority), IERC20(address(0)), ledger, 1, 2, 1, false);
    }

    function test_RevertWhen_LedgerIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        new NodeRegistry(address(authority), token, IDeltaLedger(address(0)), 1, 2, 1, false);
    }

    function test_RevertWhen_ThawIsNotLongerThanAnEnclavesLife() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_ThawTooShort.selector, 7, 7));
        new NodeRegistry(address(authority), token, ledger, 1, 7, 7, false);
    }

    function test_WhenEverythingIsInOrder() external {
        NodeRegistry registry = new NodeRegistry(address(authority), token, ledger, 5, 8, 7, true);
        assertEq(registry.STAKE_TOKEN(), address(token), "STAKE_TOKEN");
        assertEq(address(registry.LEDGER()), address(ledger), "LEDGER");
        assertEq(registry.MIN_STAKE(), 5, "MIN_STAKE");
        assertEq(registry.THAW_PERIOD(), 8, "THAW_PERIOD");
        assertEq(registry.MAX_ENCLAVE_TTL(), 7, "MAX_ENCLAVE_TTL");
        assertTrue(registry.PRODUCTION(), "PRODUCTION");
        assertEq(registry.authority(), address(authority), "authority");
    }
}
