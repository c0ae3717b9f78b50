// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IAccessManaged} from "@openzeppelin/contracts/access/manager/IAccessManaged.sol";

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistrySetEnclaveTtlTest is PaymentsBase {
    function test_RevertWhen_CallerIsNotGovernance() external {
        vm.expectRevert(abi.encodeWithSelector(IAccessManaged.AccessManagedUnauthorized.selector, NODE));
        vm.prank(NODE);
        nodes.setEnclaveTtl(TeeType.AwsNitro, 1 hours);
    }

    function test_RevertWhen_LifeIsLongerThanTheLongest() external {
        uint32 ttl = MAX_ENCLAVE_TTL + 1;
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_TtlTooLong.selector, ttl, MAX_ENCLAVE_TTL));
        nodes.setEnclaveTtl(TeeType.AwsNitro, ttl);
    }

    function test_WhenItIsSet() external {
        uint40 before = nodes.enclaveOf(ENCLAVE).validUntil;
        vm.expectEmit(address(nodes));
        emit INodeRegistry.EnclaveTtlSet(TeeType.Development, 1 hours);
        nodes.setEnclaveTtl(TeeType.Development, 1 hours);
        _registerEnclave(NODE, OTHER_ENCLAVE);
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, _now() + 1 hours, "later registration");
        assertEq(nodes.enclaveOf(ENCLAVE).validUntil, before, "earlier registration");
        assertEq(nodes.enclaveTtl(TeeType.AwsNitro), MAX_ENCLAVE_TTL, "other family");
    }

    function test_WhenItIsSetToZero() external {
        nodes.setEnclaveTtl(TeeType.AwsNitro, 1 hours);
        nodes.setEnclaveTtl(TeeType.AwsNitro, 0);
        assertEq(nodes.enclaveTtl(TeeType.AwsNitro), MAX_ENCLAVE_TTL, "ttl");
    }
}
