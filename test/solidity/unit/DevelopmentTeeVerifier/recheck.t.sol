// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract DevelopmentTeeVerifierRecheckTest is PaymentsBase {
    function testFuzz_WhenReportStillCounts(uint64 validUntil, bytes calldata aux) external view {
        validUntil = uint64(bound(validUntil, _now(), type(uint64).max));
        (uint64 until, TcbStatus status) = verifier.recheck(bytes32(uint256(validUntil)), aux);
        assertEq(until, validUntil, "validUntil");
        assertEq(uint256(status), uint256(TcbStatus.UpToDate), "status");
    }

    function testFuzz_WhenReportHasExpired(uint64 validUntil) external view {
        validUntil = uint64(bound(validUntil, 0, _now() - 1));
        (uint64 until, TcbStatus status) = verifier.recheck(bytes32(uint256(validUntil)), "");
        assertEq(until, 0, "validUntil");
        assertEq(uint256(status), uint256(TcbStatus.UpToDate), "status");
    }

    function test_WhenReportsOwnBasisIsJudged() external {
        bytes32 basisId = nodes.enclaveOf(ENCLAVE).basisId;
        (uint64 until, ) = verifier.recheck(basisId, "");
        assertEq(until, _now() + 365 days, "what the report said");
        // No report of the test root falls out before its enclave ends.
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_NothingChanged.selector, ENCLAVE));
        nodes.recheck(ENCLAVE, "");
    }
}
