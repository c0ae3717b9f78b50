// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DevelopmentReport} from "../../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {Batch, IInferenceEscrow, Row} from "../../../../contracts/interfaces/IInferenceEscrow.sol";
import {INodeRegistry, Policy, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

/// @notice Attacks of nodes, enclaves and line owners on what is billed. Numbered as in the threat list.
contract InferenceEscrowMeteringAttacksTest is PaymentsBase {
    uint256 private channel;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, NODE, 100);
    }

    function test_Attack34_StolenEnclaveKeyBillsEverybody() external {
        Row memory row = _row(PAYER_KEY, channel, 30, 30);
        row.metered = type(uint64).max;
        _expectPaid(_rows(row), 30, 0);
        // Without a voucher, nothing.
        row.signed = 100;
        _expectPaid(_rows(row), 0, 1);
    }

    function test_Attack35_OperatorClaimsMoreThanTheMeter() external {
        Batch memory batch = _batch(_now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 10, 90));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        rows[0].metered = 90;
        (bool success, ) = address(escrow).call(abi.encodeCall(escrow.settle, (batch, rows, signature)));
        assertFalse(success, "a changed meter must break the enclave's signature");
        // His own signature is no enclave's.
        signature = _signBatch(NODE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, NODE));
        escrow.settle(batch, rows, signature);
    }

    function test_Attack35_OperatorAddsOrDropsRows() external {
        uint256 other = _open(OTHER_PAYER_KEY, NODE, 100);
        Batch memory batch = _batch(_now());
        Row[] memory two = _rows(_row(PAYER_KEY, channel, 10, 90), _row(OTHER_PAYER_KEY, other, 10, 90));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, two);
        vm.expectRevert();
        escrow.settle(batch, _rows(two[0]), signature);
        vm.expectRevert();
        escrow.settle(batch, _rows(two[1], two[0]), signature);
    }

    function test_Attack36_MeterAboveVoucherIsClipped() external {
        _expectPaid(_rows(_row(PAYER_KEY, channel, 90, 10)), 10, 0);
        _expectPaid(_rows(_row(PAYER_KEY, channel, 20, 90)), 10, 0);
    }

    function test_Attack37_PartialPaymentConsumesTheRemainder() external {
        Row memory row = _row(PAYER_KEY, channel, 150, 150);
        _expectPaid(_rows(row), 100, 0);
        token.mint(PAYER, 80);
        vm.startPrank(PAYER);
        token.approve(address(escrow), 80);
        escrow.topUp(NODE, channel, 80);
        vm.stopPrank();
        _expectPaid(_rows(row), 50, 0);
    }

    function test_Attack40_StaleVersionIsBilled() external {
        Batch memory batch = _batch(_now());
        batch.versionHash = staleHash;
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                IInferenceEscrow.InferenceEscrow_VersionNotPayable.selector,
                lineId,
                staleHash,
                batch.lastAt,
                ledger.payableUntil(lineId, staleHash)
            )
        );
        escrow.settle(batch, rows, signature);
    }

    /// @dev The node makes a line of its own, on which the stale version is active and its own code is accepted.
    function test_Attack40_VoucherIsCashedThroughTheNodesOwnLine() external {
        bytes32 rogueCode = keccak256("measurement of code that signs anything");
        (bytes32 rogueLine, bytes32 rogueHash) = _openLine(NODE, modelId);
        assertEq(rogueHash, staleHash, "the same stale version");
        _pin(NODE, rogueLine, rogueCode);
        DevelopmentReport memory report = _report(NODE, OTHER_ENCLAVE);
        report.measurementId = rogueCode;
        Registration memory registration = _registrationOf(OTHER_ENCLAVE, report);
        vm.prank(NODE);
        nodes.registerEnclave(registration);

        Batch memory batch = Batch(NODE, rogueLine, rogueHash, _now());
        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(OTHER_ENCLAVE_KEY, batch, rows);
        (uint64 total, uint256 skipped) = escrow.settle(batch, rows, signature);
        assertEq(total, 0, "the payer's voucher names his line");
        assertEq(skipped, 1, "skipped");

        batch.lineId = lineId;
        signature = _signBatch(OTHER_ENCLAVE_KEY, batch, rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                lineId,
                address(verifier),
                rogueCode
            )
        );
        escrow.settle(batch, rows, signature);
    }

    function test_Attack41_NodeChangesItsRecordToFreezeExits() external {
        vm.startPrank(NODE);
        nodes.update("", address(0xdead));
        nodes.requestThaw(MIN_STAKE);
        nodes.revokeEnclave(ENCLAVE);
        vm.stopPrank();
        vm.startPrank(PAYER);
        escrow.requestClose(NODE, channel);
        vm.warp(_now() + CLOSE_DELAY);
        assertEq(escrow.withdrawChannel(NODE, channel, PAYER), 100, "refund");
        vm.stopPrank();
    }

    function test_Attack41_OwnerTakesBackAcceptanceAfterTheWork() external {
        uint40 workedAt = _now();
        skip(1 hours);
        vm.startPrank(OWNER);
        nodes.setLineMeasurement(lineId, MEASUREMENT, Window(0, _now()));
        nodes.setLineVerifier(lineId, address(verifier), Window(0, _now()));
        vm.stopPrank();
        skip(1);
        (uint64 total, ) = _settle(_batch(workedAt), _rows(_row(PAYER_KEY, channel, 40, 40)));
        assertEq(total, 40, "work before stays payable");

        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 50, 50));
        bytes memory signature = _signBatch(ENCLAVE_KEY, _batch(_now()), rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                lineId,
                address(verifier),
                MEASUREMENT
            )
        );
        escrow.settle(_batch(_now()), rows, signature);
    }

    function test_Attack41_OwnerTightensPolicyAfterTheWork() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        (bytes32 line, bytes32 hash) = _openLine(STRANGER, modelId);
        vm.prank(STRANGER);
        nodes.setPolicy(line, Policy(true, TcbStatus.UpToDate));
        skip(1 hours);
        uint40 workedAt = _now();
        skip(1 hours);
        vm.prank(STRANGER);
        nodes.setPolicy(line, Policy(false, TcbStatus.UpToDate));
        skip(1 hours);
        // A second change must not push the first out of memory.
        vm.prank(STRANGER);
        nodes.setPolicy(line, Policy(false, TcbStatus.OutOfDate));

        Batch memory batch = Batch(NODE, line, hash, workedAt);
        (uint64 total, ) = _settle(batch, _rows(_rowFor(PAYER_KEY, NODE, line, channel, 40, 40)));
        assertEq(total, 40, "work before stays payable");
        assertFalse(nodes.isPayable(NODE, ENCLAVE, line, _now()), "later work is not");
    }

    function test_Attack42_EnclaveRevokedWithUnsettledWork() external {
        uint40 workedAt = _now();
        skip(1 hours);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        uint40 revokedAt = _now();
        skip(1 hours);
        (uint64 total, ) = _settle(_batch(workedAt), _rows(_row(PAYER_KEY, channel, 40, 40)));
        assertEq(total, 40, "work before stays payable");

        Row[] memory rows = _rows(_row(PAYER_KEY, channel, 50, 50));
        bytes memory signature = _signBatch(ENCLAVE_KEY, _batch(_now()), rows);
        vm.expectRevert(
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EnclaveExpired.selector, ENCLAVE, revokedAt, _now())
        );
        escrow.settle(_batch(_now()), rows, signature);
    }

    function _expectPaid(Row[] memory rows, uint64 pay, uint256 bitmap) private {
        (uint64 total, uint256 skipped) = _settle(_batch(_now()), rows);
        assertEq(total, pay, "total");
        assertEq(skipped, bitmap, "skipped");
    }
}
