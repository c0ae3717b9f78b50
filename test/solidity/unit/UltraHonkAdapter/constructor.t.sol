// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IHonkVerifier} from "../../../../contracts/interfaces/IHonkVerifier.sol";
import {IUltraHonkAdapter} from "../../../../contracts/interfaces/IUltraHonkAdapter.sol";
import {ScriptedHonkVerifier} from "../../../../contracts/mocks/ScriptedHonkVerifier.sol";
import {UltraHonkAdapter} from "../../../../contracts/proofs/UltraHonkAdapter.sol";
import {UltraHonkAdapterBase} from "./UltraHonkAdapterBase.sol";

contract UltraHonkAdapterConstructorTest is UltraHonkAdapterBase {
    function test_RevertWhen_VerifierHasNoCode() external {
        address nobody = address(0xdead);
        vm.expectRevert(abi.encodeWithSelector(IUltraHonkAdapter.UltraHonkAdapter_NoVerifier.selector, nobody));
        _adapterOf(IHonkVerifier(nobody));
    }

    function test_RevertWhen_VerifierHasAnotherKey() external {
        bytes32 other = bytes32(uint256(VK_HASH) + 1);
        vm.expectRevert(abi.encodeWithSelector(IUltraHonkAdapter.UltraHonkAdapter_ForeignKey.selector, other));
        new UltraHonkAdapter(verifier, other, COUNT, GAS_LIMIT);
    }

    function test_RevertWhen_VerifierAcceptsAnEmptyProof() external {
        verifier.setScript(ScriptedHonkVerifier.Script.AcceptAll);
        vm.expectRevert(
            abi.encodeWithSelector(IUltraHonkAdapter.UltraHonkAdapter_CredulousVerifier.selector, address(verifier))
        );
        _adapterOf(verifier);
    }

    function test_RevertWhen_GasIsLessThanTheVerifierMayUse() external {
        try new UltraHonkAdapter(verifier, VK_HASH, COUNT, type(uint256).max / 2) {
            revert AssertFailed("made");
        } catch (bytes memory reason) {
            assertTrue(bytes4(reason) == IUltraHonkAdapter.UltraHonkAdapter_OutOfGas.selector, "says why");
        }
    }

    function test_RevertWhen_ReferenceStringIsNotAztecs_GivenTheChainIsPublic() external {
        vm.chainId(PUBLIC_CHAIN);
        for (uint256 i = 0; i < 4; ++i) {
            uint256[4] memory tau = _aztec();
            tau[i] += 1;
            ScriptedHonkVerifier other = _scripted(VK_HASH, tau, ScriptedHonkVerifier.Script.Judge);
            vm.expectRevert(
                abi.encodeWithSelector(IUltraHonkAdapter.UltraHonkAdapter_DevelopmentString.selector, PUBLIC_CHAIN)
            );
            _adapterOf(other);
        }
    }

    function test_WhenReferenceStringIsNotAztecs_GivenTheChainIsLocal() external {
        uint256[4] memory tau = _aztec();
        tau[3] += 1;
        for (uint256 i = 0; i < 2; ++i) {
            vm.chainId(i == 0 ? 31337 : 1337);
            UltraHonkAdapter adapter = _adapterOf(_scripted(VK_HASH, tau, ScriptedHonkVerifier.Script.Judge));
            assertTrue(adapter.isDevelopment(), "for development");
        }
    }

    function test_WhenAllIsWell() external {
        vm.chainId(PUBLIC_CHAIN);
        UltraHonkAdapter adapter = _adapterOf(verifier);
        assertEq(address(adapter.VERIFIER()), address(verifier), "verifier");
        assertEq(adapter.VERIFIER_CODE_HASH(), address(verifier).codehash, "code");
        assertEq(adapter.VK_HASH(), VK_HASH, "key");
        assertEq(adapter.PUBLIC_COUNT(), COUNT, "publics");
        assertEq(adapter.GAS_LIMIT(), GAS_LIMIT, "gas");
        assertFalse(adapter.isDevelopment(), "for production");
        assertEq(adapter.keyHash(), _keyHash(VK_HASH, COUNT, GAS_LIMIT), "key hash");
    }

    function testFuzz_KeyHashIsOfAllThatJudges(uint8 count, uint16 gasLimit) external {
        UltraHonkAdapter adapter = new UltraHonkAdapter(verifier, VK_HASH, count, gasLimit);
        assertEq(adapter.keyHash(), _keyHash(VK_HASH, count, gasLimit), "key hash");
    }

    function _keyHash(bytes32 vkHash, uint256 count, uint256 gasLimit) private view returns (bytes32) {
        bytes32 domain = keccak256("Freehold UltraHonk key v1");
        return keccak256(abi.encode(domain, address(verifier).codehash, vkHash, count, gasLimit));
    }
}
