// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DevelopmentReport} from "../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {INodeRegistry, Registration} from "../../../contracts/interfaces/INodeRegistry.sol";
import {Batch, ISettlements, Lane} from "../../../contracts/interfaces/ISettlements.sol";
import {AttackBase, Row} from "./AttackBase.sol";

/// @notice Attacks of nodes, enclaves and payers on what is billed. Numbered as in the threat list.
contract MeteringAttacksTest is AttackBase {
    uint256 private channel;
    uint256 private optimistic;

    function setUp() public override {
        super.setUp();
        channel = _open(PAYER_KEY, 100);
        optimistic = _openOptimistic(OTHER_PAYER_KEY, 100);
    }

    /// @notice A node pays itself through a channel of its own, in both lanes: it gets its own deposit back, never the others' money.
    function test_Attack07_NodePaysItself() external {
        uint256 own = _openOptimistic(NODE_KEY, 50);
        _debit(own, 20);
        _expectPaid(_rows(_claim(NODE_KEY, own, type(uint64).max, type(uint64).max)), 30, 0);
        skip(2 * VEST_PERIOD);
        assertEq(escrow.collect(NODE, lineId), 50 * escrow.UNIT(), "no more than its own deposit");
        assertEq(token.balanceOf(address(escrow)), 200 * escrow.UNIT(), "the others' money");
        _requestClose(channel);
        _requestClose(optimistic);
        assertEq(_withdraw(channel), 100, "the other payers' rests");
        assertEq(_withdraw(optimistic), 100, "the other payers' rests");
    }

    /// @notice A thief with the enclave's key bills everybody in lane V: each pays what he signed, and who signed nothing, nothing.
    function test_Attack34_StolenEnclaveKeyBillsVouchers() external {
        Row memory row = _claim(PAYER_KEY, channel, type(uint64).max, 30);
        Row memory forged = _claim(ENCLAVE_KEY, optimistic, 100, 100);
        _expectPaid(_rows(row, forged), 30, 2);
        // Nor does a higher number behind the same signature help.
        row.data = bytes.concat(_head(row.data, 64), abi.encodePacked(uint64(100), uint64(100)));
        _expectPaid(_rows(row), 0, 1);
        // A channel that lane O was never allowed on is out of its reach.
        _expectPaid(Lane.Optimistic, _rows(_amount(channel, 70)), 0, 1);
    }

    /// @notice An operator bills more than his enclave metered: a changed row is not signed, and his own key is no enclave's.
    function test_Attack35_OperatorClaimsMoreThanTheMeter() external {
        (Batch memory batch, bytes memory rows) = (_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 10, 90)));
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        bytes memory higher = _rows(_claim(PAYER_KEY, channel, 90, 90));
        _expectUnknown(batch, higher, signature);
        Batch memory other = _batch(Lane.Optimistic);
        _expectUnknown(other, rows, signature);
        signature = _signBatch(NODE_KEY, batch, rows);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, NODE));
        escrow.settle(batch, rows, signature);
    }

    /// @notice He drops, adds or turns round rows of a signed batch.
    function test_Attack35_OperatorAddsOrDropsRows() external {
        Row memory first = _claim(PAYER_KEY, channel, 10, 90);
        Row memory second = _claim(OTHER_PAYER_KEY, optimistic, 10, 90);
        Batch memory batch = _batch(Lane.Voucher);
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, _rows(first, second));
        _expectUnknown(batch, _rows(first), signature);
        _expectUnknown(batch, _rows(second, first), signature);
        _expectUnknown(batch, bytes.concat(_rows(first, second), _rows(first)), signature);
    }

    /// @notice Meter above voucher, voucher above meter, both above the deposit: the least of the three is paid.
    function testFuzz_Attack36_TheLeastIsPaid(uint64 metered, uint64 signed, bool lower) external {
        if (lower) (metered, signed) = (metered % 200, signed % 200);
        uint64 least = metered < signed ? metered : signed;
        if (least > 100) least = 100;
        _expectPaid(_rows(_claim(PAYER_KEY, channel, metered, signed)), least, least == 0 ? 1 : 0);
    }

    /// @notice A row pays in part, and the rest is lost: after a top-up the same voucher pays what is missing.
    function test_Attack37_PartialPaymentConsumesTheRemainder() external {
        Row memory row = _claim(PAYER_KEY, channel, 150, 150);
        _expectPaid(_rows(row), 100, 0);
        _topUp(PAYER, channel, 80);
        _expectPaid(_rows(row), 50, 0);
        assertEq(_channel(channel).paid, 150, "paid");
    }

    /// @notice The same in lane O: what did not fit is billed again, by a voucher or an amount.
    function test_Attack37_PartialDebitConsumesTheRemainder() external {
        _expectPaid(Lane.Optimistic, _rows(_amount(optimistic, 150)), 100, 0);
        _topUp(OTHER_PAYER, optimistic, 80);
        _expectPaid(Lane.Optimistic, _rows(_amount(optimistic, 30)), 30, 0);
        _expectPaid(_rows(_claim(OTHER_PAYER_KEY, optimistic, 150, 150)), 20, 0);
        assertEq(_channel(optimistic).paid, 150, "paid");
    }

    /// @notice A node bills work on a version that is not active, nor in grace, in either lane.
    function test_Attack40_StaleVersionIsBilled() external {
        _expectNotPayable(_batch(Lane.Voucher), _rows(_claim(PAYER_KEY, channel, 40, 40)), staleHash);
        _expectNotPayable(_batch(Lane.Optimistic), _rows(_amount(optimistic, 40)), staleHash);
        _expectNotPayable(_batch(Lane.Optimistic), _rows(_amount(optimistic, 40)), keccak256("never appended"));
        _expectNotPayable(_batch(Lane.Optimistic), _rows(_amount(optimistic, 40)), 0);
    }

    /// @notice Earned work is not lost when its version is superseded; later work on it is not billed as earlier.
    function test_Attack40_VersionIsSupersededWithUnsettledWork() external {
        bytes32 superseded = versionHash;
        _appendAndActivate(OWNER, modelId, "second delta");
        (bytes32 active, uint40 until) = (versionHash, _now() + GRACE);
        vm.warp(until + 1);
        versionHash = superseded;
        Batch memory batch = _batch(Lane.Optimistic);
        batch.lastAt = until;
        (uint64 total, ) = _settle(batch, _rows(_amount(optimistic, 40)));
        assertEq(total, 40, "work in grace");
        _expectNotPayable(_batch(Lane.Optimistic), _rows(_amount(optimistic, 40)), superseded);
        versionHash = active;
    }

    /// @notice The node makes a line of its own, on which the stale version is active and its own code is accepted.
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

        Batch memory batch = Batch(NODE, rogueLine, rogueHash, Lane.Voucher, 0, _now());
        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 40, 40));
        bytes memory signature = _signBatch(OTHER_ENCLAVE_KEY, batch, rows);
        (uint64 total, ) = escrow.settle(batch, rows, signature);
        assertEq(total, 0, "the payer's channel is his line's");

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

    /// @notice An enclave is revoked, or expires, with unsettled work: that stays payable, later work is not.
    function test_Attack42_EnclaveRevokedWithUnsettledWork() external {
        skip(1 hours);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        uint40 revokedAt = _now();
        skip(1 hours);
        Batch memory batch = _batch(Lane.Voucher);
        batch.lastAt = revokedAt;
        (uint64 total, ) = _settle(batch, _rows(_claim(PAYER_KEY, channel, 40, 40)));
        assertEq(total, 40, "work before stays payable");
        batch = _batch(Lane.Optimistic);
        batch.lastAt = revokedAt;
        (total, ) = _settle(batch, _rows(_amount(optimistic, 40)));
        assertEq(total, 40, "work before stays payable");

        bytes memory rows = _rows(_claim(PAYER_KEY, channel, 50, 50));
        batch = _batch(Lane.Voucher);
        batch.lastAt = revokedAt + 1;
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_EnclaveExpired.selector,
                ENCLAVE,
                revokedAt,
                revokedAt + 1
            )
        );
        escrow.settle(batch, rows, signature);
    }

    /// @notice A node serves itself to look busy: fees go round in a circle, and nothing is minted for it anywhere.
    function test_Attack65_NodeServesItselfForRewards() external {
        uint256 supply = token.totalSupply();
        uint256 own = _openOptimistic(NODE_KEY, 50);
        for (uint256 i = 0; i < 5; ++i) _debit(own, 10);
        skip(2 * VEST_PERIOD);
        escrow.collect(NODE, lineId);
        assertEq(token.totalSupply(), supply + 50, "its own deposit, and nothing new");
        assertEq(token.balanceOf(PAYOUT), 50, "the deposit came back");
        assertEq(nodes.nodeOf(NODE).stake, MIN_STAKE, "stake");
    }

    function _topUp(address payer, uint256 index, uint64 amount) private {
        _fund(payer, amount);
        vm.prank(payer);
        escrow.topUp(NODE, lineId, index, amount);
    }

    function _head(bytes memory data, uint256 length) private pure returns (bytes memory head) {
        head = bytes.concat(data);
        assembly ("memory-safe") {
            mstore(head, length)
        }
    }

    function _expectUnknown(Batch memory batch, bytes memory rows, bytes memory signature) private {
        address nobody = _recover(escrow.batchDigest(batch, keccak256(rows)), signature);
        vm.expectRevert(abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, nobody));
        escrow.settle(batch, rows, signature);
    }

    function _expectNotPayable(Batch memory batch, bytes memory rows, bytes32 version) private {
        batch.versionHash = version;
        bytes memory signature = _signBatch(ENCLAVE_KEY, batch, rows);
        vm.expectRevert(
            abi.encodeWithSelector(
                ISettlements.InferenceEscrow_VersionNotPayable.selector,
                lineId,
                version,
                batch.lastAt,
                ledger.payableUntil(lineId, version)
            )
        );
        escrow.settle(batch, rows, signature);
    }
}
