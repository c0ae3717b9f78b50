// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {EscrowSettings} from "../../../../contracts/abstract/EscrowBase.sol";
import {InferenceEscrow} from "../../../../contracts/InferenceEscrow.sol";
import {IChannels} from "../../../../contracts/interfaces/IChannels.sol";
import {IDeltaLedger} from "../../../../contracts/interfaces/IDeltaLedger.sol";
import {IInferenceEscrow} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {ISignatureValidator} from "../../../../contracts/interfaces/ISignatureValidator.sol";
import {TestToken} from "../../../../contracts/mocks/TestToken.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract InferenceEscrowConstructorTest is PaymentsBase {
    function test_RevertWhen_LedgerIsZero() external {
        EscrowSettings memory settings = _settings(token);
        settings.ledger = IDeltaLedger(address(0));
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        new InferenceEscrow(settings);
    }

    function test_RevertWhen_ValidatorIsZero() external {
        EscrowSettings memory settings = _settings(token);
        settings.validator = ISignatureValidator(address(0));
        vm.expectRevert(IChannels.InferenceEscrow_ZeroAddress.selector);
        new InferenceEscrow(settings);
    }

    function test_RevertWhen_VestPeriodIsUnderAnHour() external {
        EscrowSettings memory settings = _settings(token);
        settings.vestPeriod = 1 hours - 1;
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_InvalidPeriod.selector, 1 hours - 1));
        new InferenceEscrow(settings);
        settings.vestPeriod = 0;
        vm.expectRevert(abi.encodeWithSelector(IInferenceEscrow.InferenceEscrow_InvalidPeriod.selector, 0));
        new InferenceEscrow(settings);
        settings.vestPeriod = 1 hours;
        assertEq(new InferenceEscrow(settings).VEST_PERIOD(), 1 hours, "VEST_PERIOD");
    }

    function test_RevertWhen_StakeCouldLeaveBeforeTheLastBatch() external {
        EscrowSettings memory settings = _settings(token);
        settings.maxBatchAge = THAW_PERIOD - MAX_ENCLAVE_TTL - 2 * VEST_PERIOD - 4 days;
        new InferenceEscrow(settings);
        ++settings.maxBatchAge;
        _expectThawTooShort(settings, 1);
        settings.maxBatchAge = type(uint32).max;
        settings.vestPeriod = type(uint32).max;
        _expectThawTooShort(settings, MAX_ENCLAVE_TTL + 3 * uint256(type(uint32).max) + 4 days - THAW_PERIOD);

        settings = _settings(token);
        settings.vestPeriod = (THAW_PERIOD - MAX_ENCLAVE_TTL - MAX_BATCH_AGE - 4 days) / 2;
        new InferenceEscrow(settings);
        ++settings.vestPeriod;
        _expectThawTooShort(settings, 2);
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

    function test_WhenStakeIsInAnotherToken() external {
        assertFalse(_newEscrow(new TestToken(6)).OPTIMISTIC(), "OPTIMISTIC");
    }

    function test_WhenEverythingIsInOrder() external view {
        assertEq(escrow.authority(), address(authority), "authority");
        assertEq(escrow.TOKEN(), address(token), "TOKEN");
        assertEq(address(escrow.LEDGER()), address(ledger), "LEDGER");
        assertEq(address(escrow.NODES()), address(nodes), "NODES");
        assertEq(address(escrow.VALIDATOR()), address(validator), "VALIDATOR");
        assertEq(escrow.MAX_BATCH_AGE(), MAX_BATCH_AGE, "MAX_BATCH_AGE");
        assertEq(escrow.VEST_PERIOD(), VEST_PERIOD, "VEST_PERIOD");
        assertTrue(escrow.OPTIMISTIC(), "OPTIMISTIC");
        assertEq(escrow.MAX_DEPOSIT(), 2 ** 56 - 1, "MAX_DEPOSIT");
        assertEq(escrow.MIN_CLOSE_DELAY(), 6 hours, "MIN_CLOSE_DELAY");
        assertEq(escrow.MAX_CLOSE_DELAY(), 30 days, "MAX_CLOSE_DELAY");
        assertFalse(escrow.depositsPaused(), "depositsPaused");
    }

    function _expectThawTooShort(EscrowSettings memory settings, uint256 missing) private {
        vm.expectRevert(
            abi.encodeWithSelector(
                IInferenceEscrow.InferenceEscrow_ThawTooShort.selector,
                THAW_PERIOD,
                THAW_PERIOD + missing
            )
        );
        new InferenceEscrow(settings);
    }

    function _unitOf(uint8 decimals) private returns (uint256) {
        return _newEscrow(new TestToken(decimals)).UNIT();
    }
}
