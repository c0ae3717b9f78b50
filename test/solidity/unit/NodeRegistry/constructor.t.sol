// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {INodeRegistry, RegistrySettings} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {NodeRegistry} from "../../../../contracts/NodeRegistry.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryConstructorTest is PaymentsBase {
    function test_RevertWhen_StakeTokenIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        new NodeRegistry(_settingsOf(IERC20(address(0)), ledger, 2, 1, 0));
    }

    function test_RevertWhen_LedgerIsZero() external {
        vm.expectRevert(INodeRegistry.NodeRegistry_ZeroAddress.selector);
        new NodeRegistry(_settingsOf(token, IDeltaLedger(address(0)), 2, 1, 0));
    }

    function test_RevertWhen_ThawIsNotLongerThanAnEnclavesLife() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_ThawTooShort.selector, 7, 7));
        new NodeRegistry(_settingsOf(token, ledger, 7, 7, 0));
    }

    function test_RevertWhen_BountyIsOverAHundredthOfTheStake() external {
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_BountyTooHigh.selector, 6));
        new NodeRegistry(_settingsOf(token, ledger, 8, 7, 6));
    }

    function test_WhenEverythingIsInOrder() external {
        NodeRegistry registry = new NodeRegistry(_settingsOf(token, ledger, 8, 7, 5));
        assertEq(registry.STAKE_TOKEN(), address(token), "STAKE_TOKEN");
        assertEq(address(registry.LEDGER()), address(ledger), "LEDGER");
        assertEq(registry.MIN_STAKE(), 500, "MIN_STAKE");
        assertEq(registry.RECHECK_BOUNTY(), 5, "RECHECK_BOUNTY");
        assertEq(registry.MAX_EVIDENCE_AGE(), 600, "MAX_EVIDENCE_AGE");
        assertEq(registry.THAW_PERIOD(), 8, "THAW_PERIOD");
        assertEq(registry.MAX_ENCLAVE_TTL(), 7, "MAX_ENCLAVE_TTL");
        assertTrue(registry.PRODUCTION(), "PRODUCTION");
        assertEq(registry.authority(), address(authority), "authority");
    }

    function _settingsOf(
        IERC20 stakeToken,
        IDeltaLedger lines,
        uint32 thawPeriod,
        uint32 maxEnclaveTtl,
        uint256 recheckBounty
    ) private view returns (RegistrySettings memory) {
        return
            RegistrySettings({
                authority: address(authority),
                stakeToken: stakeToken,
                ledger: lines,
                minStake: 500,
                recheckBounty: recheckBounty,
                thawPeriod: thawPeriod,
                maxEnclaveTtl: maxEnclaveTtl,
                maxEvidenceAge: 600,
                production: true
            });
    }
}
