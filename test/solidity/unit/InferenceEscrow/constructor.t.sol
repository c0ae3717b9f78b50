// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowConstructorTest is PaymentsBase {
    function test_RevertWhen_LedgerIsZero() external {
        vm.expectRevert(IInferenceEscrow.InferenceEscrow_ZeroAddress.selector);
        new InferenceEscrow(address(authority), token, IDeltaLedger(address(0)), nodes, CLOSE_DELAY, MAX_BATCH_AGE);
    }

    function test_RevertWhen_StakeCouldLeaveBeforeTheLastBatch() external {
        uint32 age = THAW_PERIOD - MAX_ENCLAVE_TTL;
        new InferenceEscrow(address(authority), token, ledger, nodes, CLOSE_DELAY, age);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInferenceEscrow.InferenceEscrow_ThawTooShort.selector,
                THAW_PERIOD,
                uint256(THAW_PERIOD) + 1
            )
        );
        new InferenceEscrow(address(authority), token, ledger, nodes, CLOSE_DELAY, age + 1);
    }

    function test_WhenTokenHasMoreThanSixDecimals() external {
        assertEq(_unitOf(7), 10, "7 decimals");
        assertEq(_unitOf(18), 1e12, "18 decimals");
    }

    function test_WhenTokenHasSixDecimalsOrFewer() external {
        assertEq(_unitOf(6), 1, "6 decimals");
        assertEq(_unitOf(2), 1, "2 decimals");
        assertEq(_unitOf(0), 1, "no decimals");
    }

    function _unitOf(uint8 decimals) private returns (uint256) {
        TestToken money = new TestToken(decimals);
        return new InferenceEscrow(address(authority), money, ledger, nodes, CLOSE_DELAY, MAX_BATCH_AGE).UNIT();
    }
}
