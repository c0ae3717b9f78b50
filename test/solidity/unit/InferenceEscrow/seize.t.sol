// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ICustody} from "../../../../contracts/interfaces/ICustody.sol";
import {CustodyBase} from "./CustodyBase.sol";

contract InferenceEscrowSeizeTest is CustodyBase {
    /// @dev 100 earned, 20 maturing, 3 vesting.
    function _earnAll() private {
        vm.warp((_now() / VEST_PERIOD + 1) * VEST_PERIOD);
        _settleAmount(optimistic, 20);
        vm.warp(_now() + VEST_PERIOD);
        _settleAmount(optimistic, 3);
        _settleVoucher(PAYER_KEY, channel, DEPOSIT);
    }

    function test_RevertWhen_CallerIsNoSlasher() external {
        vm.expectRevert(_notSlasher(NODE));
        vm.prank(NODE);
        escrow.seize(NODE, lineId, 1);
    }

    function test_WhenVestingIsEnough() external {
        _earnAll();
        _expectSeized(2, 2, 100, 21);
    }

    function test_WhenMaturingIsNeeded() external {
        _earnAll();
        _expectSeized(8, 8, 100, 15);
        // What is left matures on.
        vm.warp(_now() + VEST_PERIOD);
        assertEq(_earnings().earned, 115, "earned an epoch later");
    }

    function test_WhenEarnedIsNeeded() external {
        _earnAll();
        _expectSeized(43, 43, 80, 0);
    }

    function test_WhenThereIsLess() external {
        _earnAll();
        _expectSeized(type(uint64).max, 123, 0, 0);
    }

    function test_GivenPayHasVestedSince() external {
        _earnAll();
        vm.warp(_now() + 2 * VEST_PERIOD);
        _expectSeized(8, 8, 115, 0);
    }

    function test_GivenNodeHasNothing() external {
        _expectSeized(7, 0, 0, 0);
    }

    function test_GivenCallerHoldsMore() external {
        _earnAll();
        _seize(2);
        _seize(3);
        assertEq(_earnings().held, 5, "held");
        vm.prank(slasher);
        escrow.restore(NODE, lineId, 5);
        assertEq(_earnings().held, 0, "held no more");
    }

    function test_GivenAnotherSlasherHoldsSome() external {
        address[] memory slashers = new address[](2);
        (slashers[0], slashers[1]) = (slasher, STRANGER);
        nodes = _newRegistry(false);
        nodes.setSlashers(slashers);
        escrow = _newEscrow(token);
        nodes.setVerifier(verifier, _always());
        _pin(OWNER, lineId, MEASUREMENT);
        _registerNode(NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(NODE, ENCLAVE);
        _setShare(MOST_STAKE);
        optimistic = _openOptimistic(PAYER_KEY, NODE, 10_000);
        _settleAmount(optimistic, 20);
        _seize(7);

        vm.startPrank(STRANGER);
        assertEq(escrow.seize(NODE, lineId, 7), 0, "nothing for another");
        vm.expectRevert(_nothingOwed(STRANGER));
        escrow.restore(NODE, lineId, 7);
        vm.stopPrank();
        vm.prank(slasher);
        escrow.assign(NODE, lineId, PAYER, 7);
        vm.prank(STRANGER);
        assertEq(escrow.seize(NODE, lineId, 7), 7, "afterwards");
        assertEq(_earnings().held, 7, "held");
    }

    function _expectSeized(uint64 units, uint64 seized, uint64 earned, uint64 vesting) private {
        vm.expectEmit(address(escrow));
        emit ICustody.EarningsSeized(NODE, lineId, slasher, seized);
        assertEq(_seize(units), seized, "seized");
        assertEq(_earnings().held, seized, "held");
        assertEq(escrow.owed(slasher), 0, "owed to nobody");
        assertEq(_earnings().earned, earned, "earned");
        assertEq(_earnings().vesting, vesting, "vesting");
    }
}
