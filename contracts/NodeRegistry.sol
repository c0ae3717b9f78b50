// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {LinePolicies} from "./abstract/LinePolicies.sol";
import {NodeStakes} from "./abstract/NodeStakes.sol";
import {IDeltaLedger} from "./interfaces/IDeltaLedger.sol";
import {Enclave, INodeRegistry, Registration} from "./interfaces/INodeRegistry.sol";
import {TcbStatus, TeeReport, TeeType} from "./interfaces/ITeeVerifier.sol";

/// @title NodeRegistry
/// @notice Operators, their stake, their attested enclaves, and what each line accepts of them.
/// @dev {multicall} lets an owner set policy, verifiers and measurements of a line in one transaction.
/// @custom:security-contact see SECURITY.md
contract NodeRegistry is NodeStakes, LinePolicies, Multicall {
    /// @dev Purpose of a binding, so that no other hash of the protocol can be one.
    bytes32 private constant BINDING_DOMAIN = keccak256("Freehold enclave binding v1");
    /// @dev X25519 (RFC 7748).
    uint256 private constant HPKE_KEY_LENGTH = 32;

    /// @inheritdoc INodeRegistry
    uint32 public immutable MAX_ENCLAVE_TTL;

    mapping(address receiptKey => Enclave) private _enclaves;
    mapping(bytes32 evidenceId => bool) private _usedEvidence;

    /// @param authority AccessManager of the verifiers and default measurements
    /// @param stakeToken ERC-20 of the stakes
    /// @param ledger says who controls a line
    /// @param minStake stake that a node needs to register an enclave, in the token's smallest unit
    /// @param thawPeriod seconds from {requestThaw} to {withdrawStake}
    /// @param maxEnclaveTtl longest life of an enclave in seconds, shorter than `thawPeriod`
    /// @param production whether development TEEs are refused
    constructor(
        address authority,
        IERC20 stakeToken,
        IDeltaLedger ledger,
        uint256 minStake,
        uint32 thawPeriod,
        uint32 maxEnclaveTtl,
        bool production
    ) NodeStakes(stakeToken, minStake, thawPeriod) LinePolicies(authority, ledger, production) {
        if (thawPeriod <= maxEnclaveTtl) revert NodeRegistry_ThawTooShort(thawPeriod, maxEnclaveTtl);
        MAX_ENCLAVE_TTL = maxEnclaveTtl;
    }

    /// @inheritdoc INodeRegistry
    function registerEnclave(Registration calldata registration) external nonReentrant {
        _requireStaked(msg.sender);
        address verifier = address(registration.verifier);
        address receiptKey = registration.receiptKey;
        if (!_isVerifierAccepted(verifier)) revert NodeRegistry_VerifierNotAccepted(verifier);
        if (receiptKey == address(0)) revert NodeRegistry_ZeroAddress();
        if (_enclaves[receiptKey].node != address(0)) revert NodeRegistry_ReceiptKeyUsed(receiptKey);
        if (registration.hpkePublicKey.length != HPKE_KEY_LENGTH) {
            revert NodeRegistry_InvalidHpkeKey(registration.hpkePublicKey.length);
        }
        bytes32 binding = bindingOf(
            msg.sender,
            receiptKey,
            registration.hpkePublicKey,
            registration.versionSet,
            registration.challengeBlock
        );

        TeeReport memory report = registration.verifier.verify(registration.evidence, registration.aux);
        if (PRODUCTION && report.teeType == TeeType.Development) revert NodeRegistry_DevelopmentTee(verifier);
        if (report.binding != binding) revert NodeRegistry_BindingMismatch(binding, report.binding);
        if (report.validUntil <= block.timestamp || report.tcbStatus == TcbStatus.Revoked) {
            revert NodeRegistry_AttestationExpired(report.validUntil, report.tcbStatus);
        }
        if (_usedEvidence[report.evidenceId]) revert NodeRegistry_EvidenceUsed(report.evidenceId);
        _usedEvidence[report.evidenceId] = true;

        uint40 validUntil = uint40(Math.min(report.validUntil, block.timestamp + MAX_ENCLAVE_TTL));
        _enclaves[receiptKey] = Enclave({
            node: msg.sender,
            verifier: verifier,
            teeType: report.teeType,
            tcbStatus: report.tcbStatus,
            registeredAt: uint40(block.timestamp),
            validUntil: validUntil,
            measurementId: report.measurementId,
            platformId: report.platformId,
            hpkeKeyHash: keccak256(registration.hpkePublicKey)
        });
        emit EnclaveRegistered(
            msg.sender,
            receiptKey,
            report.measurementId,
            verifier,
            registration.hpkePublicKey,
            registration.versionSet,
            validUntil
        );
    }

    /// @inheritdoc INodeRegistry
    /// @dev Restricted to the AccessManager's administrator, who is the deployer until he hands over; used up by then.
    function setSlashers(address[] calldata slashers) external restricted {
        _setSlashers(slashers);
    }

    /// @inheritdoc INodeRegistry
    function revokeEnclave(address receiptKey) external {
        Enclave storage enclave = _known(receiptKey);
        if (enclave.node != msg.sender) revert NodeRegistry_NotOperator(receiptKey, msg.sender);

        uint40 validUntil = uint40(Math.min(enclave.validUntil, block.timestamp));
        enclave.validUntil = validUntil;
        emit EnclaveRevoked(receiptKey, validUntil);
    }

    /// @inheritdoc INodeRegistry
    function requirePayable(address node, address receiptKey, bytes32 lineId, uint40 workedAt) external view {
        Enclave storage enclave = _known(receiptKey);
        if (enclave.node != node) revert NodeRegistry_WrongNode(receiptKey, node);
        if (workedAt > enclave.validUntil) {
            revert NodeRegistry_EnclaveExpired(receiptKey, enclave.validUntil, workedAt);
        }
        if (!_accepts(lineId, enclave, workedAt)) {
            revert NodeRegistry_NotAcceptedByLine(lineId, enclave.verifier, enclave.measurementId);
        }
    }

    /// @inheritdoc INodeRegistry
    function isPayable(address node, address receiptKey, bytes32 lineId, uint40 workedAt) external view returns (bool) {
        try this.requirePayable(node, receiptKey, lineId, workedAt) {
            return true;
        } catch {
            return false;
        }
    }

    /// @inheritdoc INodeRegistry
    function enclaveOf(address receiptKey) external view returns (Enclave memory) {
        return _enclaves[receiptKey];
    }

    /// @inheritdoc INodeRegistry
    function bindingOf(
        address node,
        address receiptKey,
        bytes calldata hpkePublicKey,
        bytes32 versionSet,
        uint64 challengeBlock
    ) public view returns (bytes32) {
        bytes32 challenge = blockhash(challengeBlock);
        if (challenge == 0) revert NodeRegistry_StaleChallenge(challengeBlock, block.number);
        return
            keccak256(
                abi.encode(
                    BINDING_DOMAIN,
                    block.chainid,
                    address(this),
                    node,
                    receiptKey,
                    keccak256(hpkePublicKey),
                    versionSet,
                    challengeBlock,
                    challenge
                )
            );
    }

    function _known(address receiptKey) private view returns (Enclave storage enclave) {
        enclave = _enclaves[receiptKey];
        if (enclave.node == address(0)) revert NodeRegistry_UnknownEnclave(receiptKey);
    }
}
