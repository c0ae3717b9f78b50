// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {DevelopmentReport} from "../../../../contracts/attestation/DevelopmentTeeVerifier.sol";
import {Enclave, INodeRegistry, Registration, Window} from "../../../../contracts/interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "../../../../contracts/interfaces/ITeeVerifier.sol";
import {ScriptedVerifier} from "../../../../contracts/mocks/ScriptedVerifier.sol";
import {PaymentsBase} from "../../utils/PaymentsBase.sol";

contract NodeRegistryRegisterEnclaveTest is PaymentsBase {
    ScriptedVerifier private scripted;

    function setUp() public override {
        super.setUp();
        scripted = new ScriptedVerifier();
        nodes.setVerifier(scripted, _always());
    }

    function test_RevertGiven_CallerIsNotRegistered() external {
        _expectRefusal(
            STRANGER,
            _registration(STRANGER, OTHER_ENCLAVE),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_UnknownNode.selector, STRANGER)
        );
    }

    function test_RevertGiven_StakeIsTooLow() external {
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE - 1);
        _expectRefusal(
            OTHER_NODE,
            _registration(OTHER_NODE, OTHER_ENCLAVE),
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_StakeTooLow.selector,
                OTHER_NODE,
                MIN_STAKE - 1,
                MIN_STAKE
            )
        );
    }

    function test_RevertGiven_TooMuchOfTheStakeThaws() external {
        vm.prank(NODE);
        nodes.requestThaw(1);
        // A thaw that has ended counts no more than one that runs.
        skip(THAW_PERIOD);
        _expectRefusal(
            NODE,
            _registration(NODE, OTHER_ENCLAVE),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_StakeTooLow.selector, NODE, MIN_STAKE - 1, MIN_STAKE)
        );
    }

    function test_RevertGiven_GovernanceNeverAcceptedTheVerifier() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = new ScriptedVerifier();
        _expectRefusal(
            NODE,
            registration,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_VerifierNotAccepted.selector,
                address(registration.verifier)
            )
        );
    }

    function test_RevertGiven_VerifiersWindowHasEnded() external {
        nodes.setVerifier(verifier, Window(0, _now()));
        skip(1);
        _expectRefusal(
            NODE,
            _registration(NODE, OTHER_ENCLAVE),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_VerifierNotAccepted.selector, address(verifier))
        );
    }

    function test_RevertWhen_ReceiptKeyIsZero() external {
        _expectRefusal(
            NODE,
            _registration(NODE, address(0)),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_ZeroAddress.selector)
        );
    }

    function test_RevertGiven_ReceiptKeyWasUsed() external {
        skip(1);
        bytes memory used = abi.encodeWithSelector(INodeRegistry.NodeRegistry_ReceiptKeyUsed.selector, ENCLAVE);
        _expectRefusal(NODE, _registration(NODE, ENCLAVE), used);
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _expectRefusal(OTHER_NODE, _registration(OTHER_NODE, ENCLAVE), used);
        skip(MAX_ENCLAVE_TTL);
        _expectRefusal(NODE, _registration(NODE, ENCLAVE), used);
    }

    function test_RevertWhen_HpkeKeyIsNot32BytesLong() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.hpkePublicKey = new bytes(31);
        _expectRefusal(
            NODE,
            registration,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidHpkeKey.selector, 31)
        );
        registration.hpkePublicKey = new bytes(33);
        _expectRefusal(
            NODE,
            registration,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_InvalidHpkeKey.selector, 33)
        );
    }

    function test_RevertWhen_ChallengeBlockIsForgotten() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        uint256 challenge = registration.challengeBlock;
        vm.roll(challenge + 8_192);
        _expectRefusal(
            NODE,
            registration,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_StaleChallenge.selector, challenge, challenge + 8_192)
        );
        vm.roll(challenge + 256);
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_RevertWhen_EvidencesTimeIsTooLongAgo() external {
        skip(1 hours);
        TeeReport memory report = _teeReport();
        report.issuedAt = _now() - MAX_EVIDENCE_AGE - 1;
        report.validUntil = _now() + 1 days;
        _expectRefusal(
            NODE,
            _scripted(report),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EvidenceTime.selector, report.issuedAt, _now())
        );
        report.issuedAt = _now() - MAX_EVIDENCE_AGE;
        Registration memory registration = _scripted(report);
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_RevertWhen_EvidencesTimeIsInTheFuture() external {
        TeeReport memory report = _teeReport();
        report.issuedAt = _now() + 61;
        _expectRefusal(
            NODE,
            _scripted(report),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EvidenceTime.selector, report.issuedAt, _now())
        );
        report.issuedAt = _now() + 60;
        Registration memory registration = _scripted(report);
        vm.prank(NODE);
        nodes.registerEnclave(registration);
    }

    function test_Attack_MillisecondsAreNoSeconds() external {
        TeeReport memory report = _teeReport();
        report.issuedAt = uint64(_now()) * 1_000;
        _expectRefusal(
            NODE,
            _scripted(report),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EvidenceTime.selector, report.issuedAt, _now())
        );
    }

    function test_RevertWhen_ChallengeBlockIsNotMinedYet() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        registration.challengeBlock = uint64(vm.getBlockNumber());
        _expectRefusal(
            NODE,
            registration,
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_StaleChallenge.selector,
                vm.getBlockNumber(),
                vm.getBlockNumber()
            )
        );
    }

    function test_RevertWhen_EvidenceCommitsToSomethingElse() external {
        Registration memory registration = _registration(NODE, OTHER_ENCLAVE);
        bytes32 committed = _report(NODE, OTHER_ENCLAVE).binding;

        registration.versionSet = keccak256("other versions");
        _expectMismatch(NODE, registration, committed);
        registration = _registration(NODE, OTHER_ENCLAVE);
        registration.hpkePublicKey = _hpkeKey(STRANGER);
        _expectMismatch(NODE, registration, committed);
        registration = _registration(NODE, OTHER_ENCLAVE);
        registration.receiptKey = STRANGER;
        _expectMismatch(NODE, registration, committed);
        registration = _registration(NODE, OTHER_ENCLAVE);
        registration.challengeBlock -= 1;
        _expectMismatch(NODE, registration, committed);
        _registerNode(OTHER_NODE, PAYOUT, MIN_STAKE);
        _expectMismatch(OTHER_NODE, _registration(NODE, OTHER_ENCLAVE), committed);
    }

    function test_RevertGiven_ProductionAndDevelopmentReport() external {
        _useProduction();
        TeeReport memory report = _teeReport();
        report.teeType = TeeType.Development;
        _expectRefusal(
            NODE,
            _scripted(report),
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_DevelopmentTee.selector, address(scripted))
        );
    }

    function test_GivenProductionAndVendorsReport() external {
        _useProduction();
        Registration memory registration = _scripted(_teeReport());
        vm.prank(NODE);
        nodes.registerEnclave(registration);
        assertEq(uint256(nodes.enclaveOf(OTHER_ENCLAVE).teeType), uint256(TeeType.IntelTdx), "teeType");
    }

    function test_RevertWhen_AttestationHasExpired() external {
        TeeReport memory report = _teeReport();
        report.validUntil = _now();
        _expectRefusal(
            NODE,
            _scripted(report),
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_AttestationExpired.selector,
                _now(),
                TcbStatus.SwHardeningNeeded
            )
        );
    }

    function test_RevertWhen_PlatformIsRevoked() external {
        TeeReport memory report = _teeReport();
        report.tcbStatus = TcbStatus.Revoked;
        _expectRefusal(
            NODE,
            _scripted(report),
            abi.encodeWithSelector(
                INodeRegistry.NodeRegistry_AttestationExpired.selector,
                report.validUntil,
                TcbStatus.Revoked
            )
        );
    }

    function test_RevertGiven_EvidenceWasUsed() external {
        Registration memory first = _scripted(_teeReport());
        vm.prank(NODE);
        nodes.registerEnclave(first);
        TeeReport memory report = _teeReport();
        report.binding = _report(NODE, STRANGER).binding;
        Registration memory second = _scripted(report);
        second.receiptKey = STRANGER;
        second.hpkePublicKey = _hpkeKey(STRANGER);
        _expectRefusal(
            NODE,
            second,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_EvidenceUsed.selector, report.evidenceId)
        );
    }

    function test_WhenAttestationEndsBeforeTheLongestLife() external {
        DevelopmentReport memory report = _report(NODE, OTHER_ENCLAVE);
        report.validUntil = _now() + 60;
        Registration memory registration = _registrationOf(OTHER_ENCLAVE, report);
        vm.prank(NODE);
        nodes.registerEnclave(registration);
        assertEq(nodes.enclaveOf(OTHER_ENCLAVE).validUntil, _now() + 60, "validUntil");
    }

    function test_WhenAttestationLastsLonger() external {
        TeeReport memory report = _teeReport();
        report.validUntil = type(uint64).max;
        Registration memory registration = _scripted(report);
        vm.expectEmit(address(nodes));
        emit INodeRegistry.EnclaveRegistered(
            NODE,
            OTHER_ENCLAVE,
            report.measurementId,
            address(scripted),
            registration.hpkePublicKey,
            registration.versionSet,
            report.platformId,
            _now() + MAX_ENCLAVE_TTL
        );
        vm.prank(NODE);
        nodes.registerEnclave(registration);

        Enclave memory enclave = nodes.enclaveOf(OTHER_ENCLAVE);
        assertEq(enclave.node, NODE, "node");
        assertEq(enclave.verifier, address(scripted), "verifier");
        assertEq(uint256(enclave.teeType), uint256(TeeType.IntelTdx), "teeType");
        assertEq(uint256(enclave.tcbStatus), uint256(TcbStatus.SwHardeningNeeded), "tcbStatus");
        assertEq(enclave.registeredAt, _now(), "registeredAt");
        assertEq(enclave.validUntil, _now() + MAX_ENCLAVE_TTL, "validUntil");
        assertEq(enclave.measurementId, report.measurementId, "measurementId");
        assertEq(enclave.promisedUntil, enclave.validUntil, "promisedUntil");
        assertEq(enclave.basisId, report.basisId, "basisId");
        assertEq(enclave.hpkeKeyHash, keccak256(registration.hpkePublicKey), "hpkeKeyHash");
    }

    /// @dev A production registry in place of the other, with a verifier that says it is no development one.
    function _useProduction() private {
        _replaceRegistry(true);
        nodes.setVerifier(scripted, _always());
        _registerNode(NODE, PAYOUT, MIN_STAKE);
    }

    function _teeReport() private view returns (TeeReport memory) {
        return
            TeeReport({
                teeType: TeeType.IntelTdx,
                measurementId: keccak256("tdx measurement"),
                binding: _report(NODE, OTHER_ENCLAVE).binding,
                evidenceId: keccak256("evidence"),
                issuedAt: 0,
                validUntil: _now() + 1 days,
                tcbStatus: TcbStatus.SwHardeningNeeded,
                platformId: keccak256("platform"),
                basisId: keccak256("basis")
            });
    }

    function _scripted(TeeReport memory report) private view returns (Registration memory registration) {
        registration = _registration(NODE, OTHER_ENCLAVE);
        registration.verifier = scripted;
        registration.evidence = abi.encode(report);
    }

    function _expectMismatch(address node, Registration memory registration, bytes32 committed) private {
        bytes32 expected = nodes.bindingOf(
            node,
            registration.receiptKey,
            registration.hpkePublicKey,
            registration.versionSet,
            registration.challengeBlock
        );
        _expectRefusal(
            node,
            registration,
            abi.encodeWithSelector(INodeRegistry.NodeRegistry_BindingMismatch.selector, expected, committed)
        );
    }

    function _expectRefusal(address node, Registration memory registration, bytes memory reason) private {
        vm.expectRevert(reason);
        vm.prank(node);
        nodes.registerEnclave(registration);
    }
}
