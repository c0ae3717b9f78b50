// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Visibility} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {ModelBase} from "./ModelBase.sol";

contract ModelRegistryMayFineTuneTest is ModelBase {
    function test_GivenModelIsUnknown() external view {
        assertFalse(models.mayFineTune(UNKNOWN, owner), "unknown");
    }

    function testFuzz_ForEveryVisibilityAndAccount(
        uint8 visibility,
        uint64 expiry,
        bool isOwner,
        uint32 wait
    ) external {
        address account = isOwner ? owner : stranger;
        setVisibility(Visibility(visibility % 3));
        grant(stranger, expiry);
        vm.warp(vm.getBlockTimestamp() + wait);
        bool may = models.mayFineTune(modelId, account);
        bool expected = isOwner || visibility % 3 == 0 || (visibility % 3 == 1 && expiry >= vm.getBlockTimestamp());
        assertEq(may, expected, "may");
        try models.requireFineTune(modelId, account) {
            assertTrue(may, "required");
        } catch {
            assertFalse(may, "refused");
        }
        lockAccount(account);
        assertEq(models.mayFineTune(modelId, account), may, "locks aside");
    }
}
