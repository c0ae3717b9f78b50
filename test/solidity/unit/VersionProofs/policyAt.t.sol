// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {VersionProofsBase} from "./VersionProofsBase.sol";

contract VersionProofsPolicyAtTest is VersionProofsBase {
    function test_GivenLineNeverHadOne() external view {
        assertEq(proofs.policyAt("another line", _now()).circuitId, 0, "circuit");
        assertEq(proofs.policyAt("another line", _now()).since, 0, "since");
    }

    function test_WhenTimeIsBeforeTheFirst() external view {
        uint40 first = proofs.policyAt(lineId, _now()).since;
        assertEq(proofs.policyAt(lineId, first - 1).circuitId, 0, "before");
        assertTrue(proofs.policyAt(lineId, first).circuitId != 0, "from then on");
    }

    function test_GivenSeveralBeganOneAfterTheOther(uint32[8] calldata gaps) external {
        uint40[9] memory since;
        since[0] = proofs.policyAt(lineId, _now()).since;
        for (uint32 i = 0; i < 8; ++i) {
            _setPolicy(i + 1);
            since[i + 1] = _now() + PROOF_NOTICE;
            vm.warp(since[i + 1] + bound(gaps[i], 0, 30 days));
        }
        for (uint32 i = 1; i <= 8; ++i) {
            assertEq(proofs.policyAt(lineId, since[i]).auditShare, i, "at its beginning");
            uint32 before = i == 1 ? _share() : i - 1;
            assertEq(proofs.policyAt(lineId, since[i] - 1).auditShare, before, "a second before");
        }
    }
}
