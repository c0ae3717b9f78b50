// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {INodeRegistry, Policy, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryRequirePayableTest is PaymentsBase {
    /// @dev A line without policy.
    bytes32 private bare;

    function setUp() public override {
        super.setUp();
        (bare, ) = _openLine(STRANGER, modelId);
    }

    function test_RevertGiven_EnclaveIsUnknown() external {
        _expectRefusal(
            OTHER_ENCLAVE,
            lineId,
            _now(),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownEnclave.selector, OTHER_ENCLAVE)
        );
    }

    function test_RevertGiven_EnclaveIsAnotherNodes() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _registerEnclave(OTHER_NODE, OTHER_ENCLAVE);
        _expectRefusal(
            OTHER_ENCLAVE,
            lineId,
            _now(),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_WrongNode.selector, OTHER_ENCLAVE, NODE)
        );
    }

    function test_RevertWhen_WorkEndedAfterTheEnclaveExpired() external {
        _expectExpiry(nodes.enclaveOf(ENCLAVE).validUntil);
    }

    function test_RevertWhen_WorkEndedAfterTheEnclaveWasRevoked() external {
        skip(100);
        vm.prank(NODE);
        nodes.revokeEnclave(ENCLAVE);
        _expectExpiry(_now());
    }

    function test_RevertGiven_LineHasNoPolicyAndNoPins() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        _expectNotAccepted(bare, _now());
        _expectNotAccepted(keccak256("no line"), _now());
    }

    function test_RevertGiven_LinePinsTheVerifierOnly() external {
        vm.prank(STRANGER);
        nodes.setLineVerifier(bare, address(verifier), _always());
        _expectNotAccepted(bare, _now());
    }

    function test_RevertGiven_LinePinsTheMeasurementOnly() external {
        vm.prank(STRANGER);
        nodes.setLineMeasurement(bare, MEASUREMENT, _always());
        _expectNotAccepted(bare, _now());
    }

    function test_GivenLinePinsBoth_WhenWorkEndedWithinBothWindows() external {
        uint40 start = _now();
        vm.startPrank(STRANGER);
        nodes.setLineVerifier(bare, address(verifier), Window(start, start + 100));
        nodes.setLineMeasurement(bare, MEASUREMENT, Window(start + 10, start + 200));
        vm.stopPrank();
        _expectNotAccepted(bare, start + 9);
        _expectPayable(bare, start + 10);
        _expectPayable(bare, start + 100);
        _expectNotAccepted(bare, start + 101);
    }

    function test_RevertGiven_LinePinsBoth_WhenWorkEndedBehindTheVerifiersSunset() external {
        vm.prank(OWNER);
        nodes.setLineVerifier(lineId, address(verifier), Window(0, _now()));
        _expectPayable(lineId, _now());
        _expectNotAccepted(lineId, _now() + 1);
    }

    function test_RevertGiven_LinePinsBoth_WhenWorkEndedBehindTheMeasurementsSunset() external {
        vm.prank(OWNER);
        nodes.setLineMeasurement(lineId, MEASUREMENT, Window(0, _now()));
        _expectPayable(lineId, _now());
        _expectNotAccepted(lineId, _now() + 1);
    }

    function test_GivenLinePinsBoth_WhenGovernanceRemovesTheVerifier() external {
        nodes.setVerifier(verifier, Window(0, _now()));
        skip(10);
        _expectPayable(lineId, _now());
    }

    function test_RevertGiven_LinePinsBoth_WhenPlatformsStateIsWorse() external {
        ScriptedVerifier scripted = _registerOutdated();
        vm.prank(OWNER);
        nodes.setLineVerifier(lineId, address(scripted), _always());
        _expectRefusal(
            OTHER_ENCLAVE,
            lineId,
            _now(),
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                lineId,
                address(scripted),
                MEASUREMENT
            )
        );
        vm.prank(OWNER);
        nodes.setPolicy(lineId, Policy(false, TcbStatus.ConfigurationAndSwHardeningNeeded));
        assertFalse(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now()), "still worse");
        vm.prank(OWNER);
        nodes.setPolicy(lineId, Policy(false, TcbStatus.OutOfDate));
        assertTrue(nodes.isPayable(NODE, OTHER_ENCLAVE, lineId, _now()), "allowed");
    }

    function test_GivenLineFollowsDefaults_GivenGovernanceAcceptsBoth() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        _setPolicy(true);
        _expectPayable(bare, _now());
    }

    function test_RevertGiven_LineFollowsDefaults_GivenNoSuchMeasurement() external {
        nodes.setDefaultMeasurement(keccak256("another measurement"), _always());
        _setPolicy(true);
        _expectNotAccepted(bare, _now());
    }

    function test_GivenLineFollowsDefaults_WhenGovernanceEndsTheMeasurement() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        _setPolicy(true);
        skip(10);
        nodes.setDefaultMeasurement(MEASUREMENT, Window(0, _now()));
        _expectPayable(bare, _now() - 1);
        _expectPayable(bare, _now());
        _expectNotAccepted(bare, _now() + 1);
    }

    function test_GivenPolicyWasLoosenedSince() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        uint40 workedAt = _now();
        skip(10);
        _setPolicy(true);
        _expectPayable(bare, workedAt);
    }

    function test_GivenPolicyWasTightenedSince() external {
        nodes.setDefaultMeasurement(MEASUREMENT, _always());
        _setPolicy(true);
        uint40 loosened = _now();
        skip(10);
        _setPolicy(false);
        uint40 tightened = _now();
        _expectPayable(bare, loosened + 1);
        _expectPayable(bare, tightened);
        _expectNotAccepted(bare, loosened);
        _expectNotAccepted(bare, tightened + 1);
    }

    function test_RevertWhen_TimeIsZero() external {
        _expectNotAccepted(bare, 0);
        vm.prank(STRANGER);
        nodes.setLineVerifier(bare, address(verifier), _always());
        _expectNotAccepted(bare, 0);
    }

    function _setPolicy(bool followDefaults) private {
        vm.prank(STRANGER);
        nodes.setPolicy(bare, Policy(followDefaults, TcbStatus.UpToDate));
    }

    /// @dev Registers OTHER_ENCLAVE with the same measurement on a platform that is out of date.
    function _registerOutdated() private returns (ScriptedVerifier scripted) {
        scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = scripted;
        registration.evidence = abi.encode(
            TeeReport({
                teeType: TeeType.IntelSgx,
                measurementId: MEASUREMENT,
                binding: _report(NODE, OTHER_ENCLAVE).binding,
                evidenceId: keccak256("evidence"),
                issuedAt: 0,
                validUntil: _now() + 1 days,
                tcbStatus: TcbStatus.OutOfDate,
                platformId: 0,
                basisId: keccak256("basis")
            })
        );
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function _expectPayable(bytes32 line, uint40 workedAt) private view {
        nodes.requirePayable(NODE, ENCLAVE, line, workedAt);
        assertTrue(nodes.isPayable(NODE, ENCLAVE, line, workedAt), "isPayable");
    }

    function _expectExpiry(uint40 validUntil) private {
        _expectPayable(lineId, validUntil);
        _expectRefusal(
            ENCLAVE,
            lineId,
            validUntil + 1,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_EnclaveExpired.selector,
                ENCLAVE,
                validUntil,
                validUntil + 1
            )
        );
    }

    function _expectNotAccepted(bytes32 line, uint40 workedAt) private {
        _expectRefusal(
            ENCLAVE,
            line,
            workedAt,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_NotAcceptedByLine.selector,
                line,
                address(verifier),
                MEASUREMENT
            )
        );
    }

    function _expectRefusal(address receiptKey, bytes32 line, uint40 workedAt, bytes memory reason) private {
        assertFalse(nodes.isPayable(NODE, receiptKey, line, workedAt), "isPayable");
        vm.expectRevert(reason);
        nodes.requirePayable(NODE, receiptKey, line, workedAt);
    }
}
