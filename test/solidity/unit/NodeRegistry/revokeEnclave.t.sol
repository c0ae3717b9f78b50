// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryRevokeEnclaveTest is PaymentsBase {
    function test_RevertGiven_EnclaveIsUnknown() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, OTHER_ENCLAVE));
        vm.prank(NODE);
        nodes.revokeEnclave(OTHER_ENCLAVE);
    }

    function test_RevertWhen_CallerIsNotItsOperator() external {
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_NotOperator.selector, ENCLAVE, address(this))
        );
        nodes.revokeEnclave(ENCLAVE);
    }

    function test_GivenEnclaveIsValid() external {
        skip(1 hours);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.EnclaveRevoked(ENCLAVE, _now());
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        assertEq(nodes.enclaveOf(ENCLAVE).validUntil, _now(), "validUntil");
        assertEq(nodes.enclaveOf(ENCLAVE).promisedUntil, _now(), "promisedUntil");
    }

    function test_GivenEnclaveHasExpired() external {
        uint40 validUntil = nodes.enclaveOf(ENCLAVE).validUntil;
        vm.warp(validUntil + 1 hours);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        assertEq(nodes.enclaveOf(ENCLAVE).validUntil, validUntil, "validUntil");
        assertEq(nodes.enclaveOf(ENCLAVE).promisedUntil, validUntil, "promisedUntil");
    }
}
