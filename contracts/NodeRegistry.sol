// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Blockhash} from "@openzeppelin/contracts/utils/Blockhash.sol";
import {Math} from "@openzeppelin/contracts/utils/math/Math.sol";
import {Multicall} from "@openzeppelin/contracts/utils/Multicall.sol";

import {LinePolicies} from "./abstract/LinePolicies.sol";
import {NodeStakes} from "./abstract/NodeStakes.sol";
import {Enclave, INodeRegistry, Registration, RegistrySettings} from "./interfaces/INodeRegistry.sol";
import {ITeeVerifier, TcbStatus, TeeReport, TeeType} from "./interfaces/ITeeVerifier.sol";

/// @title NodeRegistry
/// @notice Operators, their stake, their attested enclaves, and what each line accepts of them.
/// @dev {multicall} lets an owner set policy, verifiers and measurements of a line in one transaction.
/// @custom:security-contact see SECURITY.md
contract NodeRegistry is NodeStakes, LinePolicies, Multicall {
    /// @dev Purpose of a binding, so that no other hash of the protocol can be one.
    bytes32 private constant BINDING_DOMAIN = keccak256("Freehold enclave binding v1");
    /// @dev X25519 (RFC 7748).
    uint256 private constant HPKE_KEY_LENGTH = 32;

    /// @dev Blocks whose hashes EIP-2935 keeps.
    uint256 private constant HISTORY_WINDOW = 8191;
    /// @dev Seconds by which a platform's clock may be ahead of the chain's.
    uint256 private constant CLOCK_SKEW = 60;

    /// @inheritdoc INodeRegistry
    uint32 public immutable MAX_ENCLAVE_TTL;
    /// @inheritdoc INodeRegistry
    uint32 public immutable MAX_EVIDENCE_AGE;
    /// @inheritdoc INodeRegistry
    uint256 public immutable RECHECK_BOUNTY;

    mapping(address receiptKey => Enclave) private _enclaves;
    mapping(bytes32 evidenceId => bool) private _usedEvidence;
    mapping(TeeType teeType => uint32) private _ttls;

    constructor(
        RegistrySettings memory settings
    )
        NodeStakes(settings.stakeToken, settings.minStake, settings.thawPeriod)
        LinePolicies(settings.authority, settings.ledger, settings.production)
    {
        if (settings.thawPeriod <= settings.maxEnclaveTtl) {
            revert NodeRegistry_ThawTooShort(settings.thawPeriod, settings.maxEnclaveTtl);
        }
        // Bounties leave before a thaw: they must stay small against what slashes could take.
        if (settings.recheckBounty > settings.minStake / 100) {
            revert NodeRegistry_BountyTooHigh(settings.recheckBounty);
        }
        MAX_ENCLAVE_TTL = settings.maxEnclaveTtl;
        MAX_EVIDENCE_AGE = settings.maxEvidenceAge;
        RECHECK_BOUNTY = settings.recheckBounty;
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
        _requireFresh(report.issuedAt);
        if (_usedEvidence[report.evidenceId]) revert NodeRegistry_EvidenceUsed(report.evidenceId);
        _usedEvidence[report.evidenceId] = true;

        uint40 validUntil = uint40(Math.min(report.validUntil, block.timestamp + enclaveTtl(report.teeType)));
        _enclaves[receiptKey] = Enclave({
            node: msg.sender,
            registeredAt: uint40(block.timestamp),
            promisedUntil: validUntil,
            verifier: verifier,
            teeType: report.teeType,
            tcbStatus: report.tcbStatus,
            validUntil: validUntil,
            measurementId: report.measurementId,
            hpkeKeyHash: keccak256(registration.hpkePublicKey),
            basisId: report.basisId
        });
        emit EnclaveRegistered(
            msg.sender,
            receiptKey,
            report.measurementId,
            verifier,
            registration.hpkePublicKey,
            registration.versionSet,
            report.platformId,
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
        // A recheck leaves him his promise; his own word ends it.
        enclave.promisedUntil = uint40(Math.min(enclave.promisedUntil, block.timestamp));
        emit EnclaveRevoked(receiptKey, validUntil);
    }

    /// @inheritdoc INodeRegistry
    function recheck(address receiptKey, bytes calldata aux) external nonReentrant {
        Enclave storage enclave = _known(receiptKey);
        uint40 validUntil = enclave.validUntil;
        bytes32 basisId = enclave.basisId;
        if (validUntil <= block.timestamp || basisId == 0) revert NodeRegistry_EnclaveEnded(receiptKey, validUntil);

        (uint64 until, TcbStatus status) = ITeeVerifier(enclave.verifier).recheck(basisId, aux);
        bool hasFallen = until < block.timestamp || status == TcbStatus.Revoked;
        uint40 lowered = hasFallen ? uint40(block.timestamp) : uint40(Math.min(validUntil, until));
        bool isWorse = !hasFallen && status > enclave.tcbStatus;
        if (!hasFallen && !isWorse && lowered == validUntil) revert NodeRegistry_NothingChanged(receiptKey);

        enclave.validUntil = lowered;
        // Nothing is left to be judged: no second bounty, in this second neither.
        if (hasFallen) enclave.basisId = 0;
        if (isWorse) {
            _noteWorse(receiptKey, enclave.tcbStatus, status);
            enclave.tcbStatus = status;
        }
        uint256 bounty = hasFallen ? _payBounty(enclave.node) : 0;
        emit EnclaveRechecked(receiptKey, msg.sender, lowered, enclave.tcbStatus, bounty);
    }

    /// @inheritdoc INodeRegistry
    function setEnclaveTtl(TeeType teeType, uint32 ttl) external restricted {
        if (ttl > MAX_ENCLAVE_TTL) revert NodeRegistry_TtlTooLong(ttl, MAX_ENCLAVE_TTL);
        _ttls[teeType] = ttl;
        emit EnclaveTtlSet(teeType, ttl);
    }

    /// @inheritdoc INodeRegistry
    function requirePayable(address node, address receiptKey, bytes32 lineId, uint40 workedAt) external view {
        Enclave storage enclave = _known(receiptKey);
        if (enclave.node != node) revert NodeRegistry_WrongNode(receiptKey, node);
        if (workedAt > enclave.validUntil) {
            revert NodeRegistry_EnclaveExpired(receiptKey, enclave.validUntil, workedAt);
        }
        if (!_accepts(lineId, receiptKey, enclave, workedAt)) {
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
    function enclaveTtl(TeeType teeType) public view returns (uint32) {
        uint32 ttl = _ttls[teeType];
        return ttl == 0 ? MAX_ENCLAVE_TTL : ttl;
    }

    /// @inheritdoc INodeRegistry
    function bindingOf(
        address node,
        address receiptKey,
        bytes calldata hpkePublicKey,
        bytes32 versionSet,
        uint64 challengeBlock
    ) public view returns (bytes32) {
        // Bounds of our own: what a chain's history contract says beyond them is not specified.
        bool isPast = challengeBlock < block.number && block.number - challengeBlock <= HISTORY_WINDOW;
        bytes32 challenge = isPast ? Blockhash.blockHash(challengeBlock) : bytes32(0);
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

    /// @dev The finder is owed the bounty, and as much is burned. A node that has not enough pays what it can, and half of that is burned.
    function _payBounty(address node) private returns (uint256 bounty) {
        (bounty, ) = _slash(node, msg.sender, RECHECK_BOUNTY, RECHECK_BOUNTY);
    }

    /// @dev Quotes carry no time: the block hash in their binding makes them fresh.
    function _requireFresh(uint64 issuedAt) private view {
        if (issuedAt == 0) return;
        bool isFuture = issuedAt > block.timestamp + CLOCK_SKEW;
        if (isFuture || issuedAt + MAX_EVIDENCE_AGE < block.timestamp) {
            revert NodeRegistry_EvidenceTime(issuedAt, block.timestamp);
        }
    }

    function _known(address receiptKey) private view returns (Enclave storage enclave) {
        enclave = _enclaves[receiptKey];
        if (enclave.node == address(0)) revert NodeRegistry_UnknownEnclave(receiptKey);
    }
}
