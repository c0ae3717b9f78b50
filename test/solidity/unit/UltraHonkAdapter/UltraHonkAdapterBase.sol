// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IHonkVerifier} from "../../../../contracts/interfaces/IHonkVerifier.sol";
import {ScriptedHonkVerifier} from "../../../../contracts/mocks/ScriptedHonkVerifier.sol";
import {UltraHonkAdapter} from "../../../../contracts/proofs/UltraHonkAdapter.sol";
import {Test} from "../../utils/Test.sol";

/// @dev An adapter whose verifier answers as it is told.
abstract contract UltraHonkAdapterBase is Test {
    /// @dev With a zero byte in front, as one of 48 hashes below R has.
    bytes32 internal constant VK_HASH = 0x00f2c08d694e6b45dfe45955860ce09e30100e41d90d44ed5d4d23f8c1da0373;
    uint256 internal constant R = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001;
    uint256 internal constant COUNT = 5;
    uint256 internal constant GAS_LIMIT = 300_000;
    uint256 internal constant PUBLIC_CHAIN = 8453;

    ScriptedHonkVerifier internal verifier;

    function setUp() public virtual {
        verifier = _scripted(VK_HASH, _aztec(), ScriptedHonkVerifier.Script.Judge);
    }

    function _scripted(
        bytes32 vkHash,
        uint256[4] memory tau,
        ScriptedHonkVerifier.Script script
    ) internal returns (ScriptedHonkVerifier) {
        return new ScriptedHonkVerifier(vkHash, tau, script);
    }

    function _adapterOf(IHonkVerifier asked) internal returns (UltraHonkAdapter) {
        return new UltraHonkAdapter(asked, VK_HASH, COUNT, GAS_LIMIT);
    }

    /// @dev [tau] in G2 of Aztec's reference string, as its verifiers have it.
    function _aztec() internal pure returns (uint256[4] memory tau) {
        tau[0] = 0x260e01b251f6f1c7e7ff4e580791dee8ea51d87a358e038b4efe30fac09383c1;
        tau[1] = 0x0118c4d5b837bcc2bc89b5b398b5974e9f5944073b32078b7e231fec938883b0;
        tau[2] = 0x04fc6369f7110fe3d25156c1bb9a72859cf2a04641f99ba4ee413c80da6a5fe4;
        tau[3] = 0x22febda3c0c0632a56475b4214e5615e11e6dd3f96e6cea2854a87d4dacc5e55;
    }
}
