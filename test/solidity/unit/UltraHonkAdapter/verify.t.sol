// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IUltraHonkAdapter} from "../../../../contracts/interfaces/IUltraHonkAdapter.sol";
import {ScriptedHonkVerifier} from "../../../../contracts/mocks/ScriptedHonkVerifier.sol";
import {UltraHonkAdapter} from "../../../../contracts/proofs/UltraHonkAdapter.sol";
import {UltraHonkAdapterBase} from "./UltraHonkAdapterBase.sol";

contract UltraHonkAdapterVerifyTest is UltraHonkAdapterBase {
    bytes private constant PROOF = hex"0102030405060708";

    UltraHonkAdapter private adapter;

    function setUp() public override {
        super.setUp();
        adapter = _adapterOf(verifier);
        verifier.show(PROOF, _words(_publics()));
    }

    function testFuzz_WhenVerifierAcceptsProofAndStatement(bytes calldata proof, uint256[5] calldata seeds) external {
        uint256[] memory publics = new uint256[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) publics[i] = seeds[i] % R;
        assertFalse(adapter.verify(publics, proof), "not yet");
        verifier.show(proof, _words(publics));
        assertTrue(adapter.verify(publics, proof), "as it came");
    }

    function test_WhenProofOrStatementIsAnother() external view {
        assertTrue(adapter.verify(_publics(), PROOF), "its own");
        assertFalse(adapter.verify(_publics(), bytes.concat(PROOF, hex"00")), "longer");
        assertFalse(adapter.verify(_publics(), ""), "none");
        for (uint256 i = 0; i < COUNT; ++i) {
            uint256[] memory publics = _publics();
            publics[i] += 1;
            assertFalse(adapter.verify(publics, PROOF), "another statement");
        }
    }

    function test_Attack_PublicInputPlusTheOrder() external {
        for (uint256 i = 0; i < COUNT; ++i) {
            uint256[] memory publics = _publics();
            for (uint256 k = 0; k < 2; ++k) {
                publics[i] = k == 0 ? publics[i] + R : R;
                verifier.show(PROOF, _words(publics));
                assertFalse(adapter.verify(publics, PROOF), "no element of the field");
            }
        }
    }

    function test_WhenThereAreFewerOrMorePublicInputs() external {
        for (uint256 count = 0; count < 8; ++count) {
            if (count == COUNT) continue;
            verifier.show(PROOF, new bytes32[](count));
            assertFalse(adapter.verify(new uint256[](count), PROOF), "another number");
        }
    }

    function test_WhenVerifierDoesNotAnswerOneWordOfOne() external {
        for (uint256 script = 1; script <= uint256(ScriptedHonkVerifier.Script.AnswerTwo); ++script) {
            verifier.setScript(ScriptedHonkVerifier.Script(script));
            assertFalse(adapter.verify(_publics(), PROOF), "no answer");
        }
    }

    function test_WhenVerifierUsesAllTheGas() external {
        verifier.setScript(ScriptedHonkVerifier.Script.BurnAllGas);
        uint256 before = gasleft();
        assertFalse(adapter.verify(_publics(), PROOF), "false");
        assertLe(before - gasleft(), GAS_LIMIT + 100_000, "and no more");
    }

    function testFuzz_Attack_GasIsCutShort(uint256 gasAtHand) external view {
        uint256[] memory publics = _publics();
        gasAtHand = bound(gasAtHand, 20_000, 2 * GAS_LIMIT);
        // Whatever the gas, an honest proof is never called false.
        try adapter.verify{gas: gasAtHand}(publics, PROOF) returns (bool isValid) {
            assertTrue(isValid, "an honest proof");
            assertLe(GAS_LIMIT, gasAtHand, "with all that the verifier may use");
        } catch (bytes memory reason) {
            assertLe(gasAtHand, GAS_LIMIT + 50_000, "with too little");
            if (reason.length != 0) {
                assertTrue(bytes4(reason) == IUltraHonkAdapter.UltraHonkAdapter_OutOfGas.selector, "says why");
            }
        }
    }

    function test_RevertWhen_LessGasIsLeftThanTheVerifierMayUse() external view {
        try adapter.verify{gas: GAS_LIMIT}(_publics(), PROOF) {
            revert AssertFailed("answered");
        } catch (bytes memory reason) {
            assertTrue(bytes4(reason) == IUltraHonkAdapter.UltraHonkAdapter_OutOfGas.selector, "says why");
        }
    }

    function test_Attack_VerifiersCodeIsReplaced() external {
        bytes memory code = address(verifier).code;
        ScriptedHonkVerifier other = _scripted(bytes32(0), _aztec(), ScriptedHonkVerifier.Script.AcceptAll);
        vm.etch(address(verifier), address(other).code);
        verifier.setScript(ScriptedHonkVerifier.Script.AcceptAll);
        assertFalse(adapter.verify(_publics(), PROOF), "another verifier");
        vm.etch(address(verifier), "");
        assertFalse(adapter.verify(_publics(), PROOF), "none");
        vm.etch(address(verifier), code);
        verifier.setScript(ScriptedHonkVerifier.Script.Judge);
        assertTrue(adapter.verify(_publics(), PROOF), "itself");
    }

    function _publics() private pure returns (uint256[] memory publics) {
        publics = new uint256[](COUNT);
        for (uint256 i = 0; i < COUNT; ++i) publics[i] = 1_000 + i;
        publics[4] = R - 2;
    }

    function _words(uint256[] memory publics) private pure returns (bytes32[] memory words) {
        words = new bytes32[](publics.length);
        for (uint256 i = 0; i < words.length; ++i) words[i] = bytes32(publics[i]);
    }
}
