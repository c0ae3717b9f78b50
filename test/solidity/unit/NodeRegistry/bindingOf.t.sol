// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryBindingOfTest is PaymentsBase {
    /// @dev EIP-2935: the contract's address and code.
    address private constant HISTORY = 0x0000F90827F1C53a10cb7A02335B175320002935;
    bytes private constant HISTORY_CODE =
        hex"3373fffffffffffffffffffffffffffffffffffffffe14604657602036036042575f35600143038111604257611fff81430311604257611fff9006545f5260205ff35b5f5ffd5b5f35611fff60014303065500";

    function test_RevertWhen_ChallengeBlockIsNotMinedYet() external {
        vm.roll(1_000);
        _expectStale(1_000, 1_000);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 1_000);
        _expectStale(1_001, 1_000);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 1_001);
    }

    function test_RevertGiven_NoHistory_WhenBlockIsNotAmongTheLast256() external {
        vm.etch(HISTORY, "");
        vm.roll(1_000);
        _expectStale(743, 1_000);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 743);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 744);
    }

    function test_RevertGiven_History_WhenBlockIsNotAmongTheLast8191() external {
        vm.etch(HISTORY, HISTORY_CODE);
        vm.roll(20_000);
        _expectStale(20_000 - 8_192, 20_000);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 20_000 - 8_192);
        // A slot that was never written, as before the fork, is no hash.
        _expectStale(20_000 - 8_191, 20_000);
        nodes.bindingOf(NODE, ENCLAVE, "", 0, 20_000 - 8_191);
    }

    function test_GivenHistory_WhenBlockIsAmongTheLast8191() external {
        bytes32 hash = keccak256("an old block");
        vm.etch(HISTORY, HISTORY_CODE);
        vm.roll(20_000);
        uint64 number = 20_000 - 8_191;
        vm.store(HISTORY, bytes32(uint256(number % 8_191)), hash);
        assertEq(nodes.bindingOf(NODE, ENCLAVE, "", 0, number), _expected("", 0, number, hash), "binding");
    }

    function test_WhenBlockIsAmongTheLast256() external {
        vm.roll(1_000);
        bytes32 domain = keccak256("Freehold enclave binding v1");
        assertEq(domain, 0x251ec35607670f1ee1f863f7f68e1d2a5cfd6c5b77f3bede2d2b9323bb5752bd, "golden domain");
        bytes memory key = _hpkeKey(ENCLAVE);
        assertTrue(blockhash(900) != 0, "block hash");
        bytes32 expected = _expected(key, versionHash, 900, blockhash(900));
        assertEq(nodes.bindingOf(NODE, ENCLAVE, key, versionHash, 900), expected, "binding");
    }

    function _expected(
        bytes memory key,
        bytes32 versionSet,
        uint64 number,
        bytes32 hash
    ) private view returns (bytes32) {
        bytes32 domain = keccak256("Freehold enclave binding v1");
        return
            keccak256(
                abi.encode(
                    domain,
                    block.chainid,
                    address(nodes),
                    NODE,
                    ENCLAVE,
                    keccak256(key),
                    versionSet,
                    uint256(number),
                    hash
                )
            );
    }

    function _expectStale(uint64 number, uint256 current) private {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_StaleChallenge.selector, number, current));
    }
}
