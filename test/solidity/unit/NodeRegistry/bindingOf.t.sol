// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryBindingOfTest is PaymentsBase {
    function test_RevertWhen_ChallengeBlockIsNotAmongTheLast256() external {
        vm.roll(1_000);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_StaleChallenge.selector, 743, 1_000));
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 743);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_StaleChallenge.selector, 1_000, 1_000));
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 1_000);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 744);
    }

    function test_WhenItIs() external {
        vm.roll(1_000);
        bytes32 domain = keccak256("Freehold enclave binding v1");
        assertEq(domain, 0x251ec35607670f1ee1f863f7f68e1d2a5cfd6c5b77f3bede2d2b9323bb5752bd, "golden domain");
        bytes memory key = _hpkeKey(ENCLAVE);
        bytes32 expected = keccak256(
            abi.encode(
                domain,
                block.chainid,
                address(nodes),
                NODE,
                ENCLAVE,
                keccak256(key),
                versionHash,
                uint256(900),
                blockhash(900)
            )
        );
        assertTrue(blockhash(900) != 0, "block hash");
        assertEq(nodes.bindingOf(NODE, ENCLAVE, key, versionHash, 900), expected, "binding");
    }
}
