// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {NodeRegistry} from "../../../../contracts/NodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetSlashersTest is PaymentsBase {
    NodeRegistry private fresh;

    function setUp() public override {
        super.setUp();
        fresh = _newRegistry(false);
    }

    function test_RevertWhen_CallerIsNotTheDeployer() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, STRANGER));
        vm.prank(STRANGER);
        fresh.setSlashers(new address[](1));
    }

    function test_RevertGiven_SlashersWereNamed() external {
        _nameSlasher(fresh, STRANGER);
        vm.expectRevert(INodeRegistry.NodeRegistry_SlashersSet.selector);
        fresh.setSlashers(_two());
        assertFalse(fresh.isSlasher(PAYER), "isSlasher");
    }

    function test_RevertGiven_NobodyWasNamed() external {
        // An empty list is final, too: such a registry slashes nobody.
        fresh.setSlashers(new address[](0));
        vm.expectRevert(INodeRegistry.NodeRegistry_SlashersSet.selector);
        fresh.setSlashers(_two());
    }

    function test_WhenEverythingIsInOrder() external {
        vm.expectEmit(address(fresh));
        emit INodeRegistry.SlashersSet(_two());
        fresh.setSlashers(_two());
        assertTrue(fresh.isSlasher(STRANGER), "first");
        assertTrue(fresh.isSlasher(PAYER), "second");
        assertFalse(fresh.isSlasher(address(this)), "nobody else");
        assertFalse(fresh.isSlasher(address(0)), "nor nobody");

        nodes = fresh;
        _registerNode(NODE, PAYOUT, 10);
        vm.prank(PAYER);
        (uint256 paid, ) = fresh.slash(NODE, STRANGER, 4, 0);
        assertEq(paid, 4, "paid");
    }

    function _two() private view returns (address[] memory slashers) {
        slashers = new address[](2);
        slashers[0] = STRANGER;
        slashers[1] = PAYER;
    }
}
