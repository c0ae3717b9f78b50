// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ModelRegistry} from "../../../../contracts/ModelRegistry.sol";
import {IModelRegistry} from "../../../../contracts/interfaces/IModelRegistry.sol";
import {OwnershipBase} from "../../utils/OwnershipBase.sol";

contract ModelRegistryConstructorTest is OwnershipBase {
    function test_RevertWhen_LeastAgeIsNotBelowTheGreatest() external {
        vm.expectRevert(
            abi.encodeWithSelector(IModelRegistry.ModelRegistry_InvalidCommitmentAges.selector, MAX_AGE, MAX_AGE)
        );
        new ModelRegistry(MAX_AGE, MAX_AGE);
    }

    function test_WhenAgesLeaveTime() external view {
        assertEq(models.minCommitmentAge(), MIN_AGE, "min");
        assertEq(models.maxCommitmentAge(), MAX_AGE, "max");
        assertEq(keccak256(bytes(models.name())), keccak256("Freehold Model"), "name");
        assertEq(keccak256(bytes(models.symbol())), keccak256("FREEHOLD"), "symbol");
    }
}
