// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {CachedCertificate, CertificateRole, INitroCertStore} from "../interfaces/INitroCertStore.sol";
import {IRiscZeroVerifier, IRiscZeroVerifierRouter} from "../interfaces/IRiscZeroVerifier.sol";
import {ISP1Verifier, ISP1VerifierGateway} from "../interfaces/ISP1Verifier.sol";
import {ITeeVerifier, TcbStatus, TeeReport, TeeType} from "../interfaces/ITeeVerifier.sol";
import {IZkTeeVerifier, ProofSystem} from "../interfaces/IZkTeeVerifier.sol";
import {AwsNitro} from "./libraries/AwsNitro.sol";

/// @title ZkTeeVerifier
/// @notice See {IZkTeeVerifier}.
/// @custom:security-contact see SECURITY.md
contract ZkTeeVerifier is IZkTeeVerifier {
    bytes32 private constant JOURNAL_TYPE = keccak256("Freehold ZkTee journal AwsNitro v1");
    /// @dev Where the registers, the time and the chain begin.
    uint256 private constant PCRS = 160;
    uint256 private constant TIMESTAMP = 304;
    uint256 private constant CHAIN = 312;
    /// @dev SHA-384.
    uint256 private constant PCR_LENGTH = 48;
    /// @dev Of the chain: leaf, window, number of links; then its links.
    uint256 private constant CHAIN_HEAD = 49;
    uint256 private constant LINK = 64;
    /// @dev As deep as NitroCertStore goes.
    uint256 private constant MAX_LINKS = 6;
    /// @dev Seconds by which a platform's clock may be ahead of the chain's; as in NodeRegistry.
    uint256 private constant CLOCK_SKEW = 60;
    /// @dev A failed pairing takes all the gas that it is given.
    uint256 private constant PROBE_GAS = 1_000_000;

    /// @inheritdoc IZkTeeVerifier
    ProofSystem public immutable SYSTEM;
    /// @inheritdoc IZkTeeVerifier
    address public immutable GATEWAY;
    /// @inheritdoc IZkTeeVerifier
    bytes4 public immutable ROUTE;
    /// @inheritdoc IZkTeeVerifier
    address public immutable VERIFIER;
    /// @inheritdoc IZkTeeVerifier
    bytes32 public immutable VERIFIER_CODE_HASH;
    /// @inheritdoc IZkTeeVerifier
    bytes32 public immutable PROGRAM_ID;
    /// @inheritdoc IZkTeeVerifier
    INitroCertStore public immutable STORE;
    bytes32 private immutable ROOT_HASH;

    /// @param system whose zkVM proves
    /// @param gateway its router on this chain
    /// @param route first 4 bytes of the proofs that count
    /// @param programId the program that proves what {IZkTeeVerifier} has
    /// @param store of revocations; its root is the only one
    constructor(ProofSystem system, address gateway, bytes4 route, bytes32 programId, INitroCertStore store) {
        if (programId == 0) revert ZkTeeVerifier_ZeroProgram();
        (SYSTEM, GATEWAY, ROUTE, PROGRAM_ID) = (system, gateway, route, programId);
        (STORE, ROOT_HASH) = (store, store.ROOT_HASH());

        address verifier = _routed(system, gateway, route);
        if (verifier.code.length == 0) revert ZkTeeVerifier_NoVerifier(verifier);
        (VERIFIER, VERIFIER_CODE_HASH) = (verifier, verifier.codehash);
        // Whatever has a silent fallback would prove everything.
        bytes memory nonsense = abi.encodePacked(route, new bytes(512));
        (bool accepted, ) = verifier.staticcall{gas: PROBE_GAS}(_proofCall(system, programId, "", nonsense));
        if (accepted) revert ZkTeeVerifier_CredulousVerifier(verifier);
    }

    /// @inheritdoc ITeeVerifier
    function verify(bytes calldata evidence, bytes calldata aux) external view returns (TeeReport memory report) {
        if (aux.length != 0) revert ZkTeeVerifier_UnexpectedAux(aux.length);
        (bytes calldata journal, bytes calldata proof) = _split(evidence);
        if (bytes32(journal[0:32]) != JOURNAL_TYPE) revert ZkTeeVerifier_UnknownJournal(bytes32(journal[0:32]));
        if (bytes32(journal[32:64]) != ROOT_HASH) revert ZkTeeVerifier_ForeignRoot(bytes32(journal[32:64]));
        _requireProven(journal, proof);

        bytes calldata chain = journal[CHAIN:];
        report.teeType = TeeType.AwsNitro;
        report.evidenceId = bytes32(journal[64:96]);
        report.binding = bytes32(journal[96:128]);
        report.platformId = bytes32(journal[128:160]);
        report.measurementId = _measurementOf(journal[PCRS:TIMESTAMP]);
        (report.issuedAt, report.validUntil) = _timesOf(uint64(bytes8(journal[TIMESTAMP:CHAIN])), chain);
        report.tcbStatus = TcbStatus.UpToDate;
        report.basisId = keccak256(chain);

        (bool revoked, bytes32 authority, uint256 serial) = _revocationOf(chain);
        if (revoked) revert ZkTeeVerifier_Revoked(authority, serial);
        if (_contradictsStore(chain)) revert ZkTeeVerifier_ContradictsStore(bytes32(chain[0:32]));
    }

    /// @inheritdoc ITeeVerifier
    function recheck(
        bytes32 basisId,
        bytes calldata aux
    ) external view returns (uint64 validUntil, TcbStatus tcbStatus) {
        if (keccak256(aux) != basisId) revert ZkTeeVerifier_ForeignAux(basisId);
        if (aux.length < CHAIN_HEAD) revert ZkTeeVerifier_Truncated(aux.length, CHAIN_HEAD);
        (uint64 notBefore, uint64 notAfter) = _windowOf(aux);
        (bool revoked, , ) = _revocationOf(aux);
        bool valid = !revoked && _isNow(notBefore, notAfter) && !_contradictsStore(aux);
        return (valid ? notAfter : 0, TcbStatus.UpToDate);
    }

    /// @inheritdoc ITeeVerifier
    /// @dev Whatever is not AWS's root is a test's.
    function isDevelopment() external view returns (bool) {
        return ROOT_HASH != AwsNitro.ROOT_HASH;
    }

    /// @dev The pinned verifier is asked, while the gateway still leads to it: so the gateway's owner can close the route, and nothing else.
    function _requireProven(bytes calldata journal, bytes calldata proof) private view {
        if (bytes4(proof) != ROUTE || proof.length < 4) revert ZkTeeVerifier_ForeignRoute(bytes4(proof));
        address verifier = _routed(SYSTEM, GATEWAY, ROUTE);
        if (verifier != VERIFIER || verifier.codehash != VERIFIER_CODE_HASH)
            revert ZkTeeVerifier_RouteChanged(verifier);
        (bool success, bytes memory answer) = verifier.staticcall(_proofCall(SYSTEM, PROGRAM_ID, journal, proof));
        // Genuine verifiers answer nothing: whoever says "false" must not be taken for one.
        if (!success || answer.length != 0) revert ZkTeeVerifier_InvalidProof();
    }

    /// @dev Seconds of the document and of the chain's end, which hold now.
    function _timesOf(uint64 timestamp, bytes calldata chain) private view returns (uint64 issuedAt, uint64 notAfter) {
        uint64 notBefore;
        (notBefore, notAfter) = _windowOf(chain);
        issuedAt = timestamp / 1000;
        if (!_isNow(notBefore, notAfter)) revert ZkTeeVerifier_OutOfDate(notBefore, notAfter, block.timestamp);
        // Zero would mean "carries no time" to a registry.
        if (issuedAt < notBefore || issuedAt > notAfter || issuedAt == 0) {
            revert ZkTeeVerifier_OutsideChain(timestamp, notBefore, notAfter);
        }
        if (issuedAt > block.timestamp + CLOCK_SKEW) revert ZkTeeVerifier_FutureDocument(timestamp, block.timestamp);
    }

    function _isNow(uint64 notBefore, uint64 notAfter) private view returns (bool) {
        return block.timestamp >= notBefore && block.timestamp <= notAfter;
    }

    /// @dev The uppermost revoked certificate. By authority and serial number, as the store records them: for ever, and whether it has seen the
    /// certificate or not.
    function _revocationOf(
        bytes calldata chain
    ) private view returns (bool revoked, bytes32 authority, uint256 serial) {
        for (bytes calldata links = chain[CHAIN_HEAD:]; links.length != 0; links = links[LINK:]) {
            (authority, serial) = (bytes32(links[0:32]), uint256(bytes32(links[32:64])));
            if (STORE.isRevoked(authority, serial)) return (true, authority, serial);
        }
        return (false, 0, 0);
    }

    /// @dev What the store verified itself, it knows better than any program.
    function _contradictsStore(bytes calldata chain) private view returns (bool) {
        CachedCertificate memory known = STORE.certificateOf(bytes32(chain[0:32]));
        if (known.role == CertificateRole.None) return false;
        (uint64 notBefore, uint64 notAfter) = _windowOf(chain);
        bytes32 revocationId = keccak256(chain[chain.length - LINK:]);
        return
            known.role != CertificateRole.Leaf ||
            known.depth != uint8(chain[CHAIN_HEAD - 1]) ||
            known.notBefore != notBefore ||
            known.notAfter != notAfter ||
            known.revocationId != revocationId;
    }

    /// @dev The verifier that a route leads to. Reverts where it leads nowhere, or the gateway says anything else.
    function _routed(ProofSystem system, address gateway, bytes4 route) private view returns (address) {
        bool isSp1 = system == ProofSystem.Sp1;
        bytes memory question =
            isSp1
                ? abi.encodeCall(ISP1VerifierGateway.routes, (route))
                : abi.encodeCall(IRiscZeroVerifierRouter.getVerifier, (route));
        (bool success, bytes memory answer) = gateway.staticcall(question);
        uint256 verifier;
        uint256 frozen;
        if (success && answer.length == (isSp1 ? 64 : 32)) {
            assembly ("memory-safe") {
                verifier := mload(add(answer, 0x20))
                if isSp1 {
                    frozen := mload(add(answer, 0x40))
                }
            }
        }
        if (verifier == 0 || verifier > type(uint160).max || frozen != 0) revert ZkTeeVerifier_RouteClosed(route);
        return address(uint160(verifier));
    }

    function _proofCall(
        ProofSystem system,
        bytes32 programId,
        bytes memory journal,
        bytes memory proof
    ) private pure returns (bytes memory) {
        return
            system == ProofSystem.Sp1
                ? abi.encodeCall(ISP1Verifier.verifyProof, (programId, journal, proof))
                : abi.encodeCall(IRiscZeroVerifier.verify, (proof, programId, sha256(journal)));
    }

    /// @dev The journal has the length that its number of links says; what follows is the proof.
    function _split(bytes calldata evidence) private pure returns (bytes calldata journal, bytes calldata proof) {
        uint256 end = CHAIN + CHAIN_HEAD;
        if (evidence.length < end) revert ZkTeeVerifier_Truncated(evidence.length, end);
        uint256 links = uint8(evidence[end - 1]);
        if (links == 0 || links > MAX_LINKS) revert ZkTeeVerifier_InvalidChainLength(links);
        end += links * LINK;
        if (evidence.length < end) revert ZkTeeVerifier_Truncated(evidence.length, end);
        return (evidence[:end], evidence[end:]);
    }

    function _measurementOf(bytes calldata pcrs) private pure returns (bytes32) {
        for (uint256 i = 0; i < pcrs.length; i += PCR_LENGTH) {
            bytes calldata pcr = pcrs[i:i + PCR_LENGTH];
            if (bytes32(pcr) == 0 && bytes16(pcr[32:]) == 0) revert ZkTeeVerifier_DebugMode();
        }
        return keccak256(abi.encode(AwsNitro.MEASUREMENT_TYPE, keccak256(pcrs)));
    }

    function _windowOf(bytes calldata chain) private pure returns (uint64 notBefore, uint64 notAfter) {
        return (uint64(bytes8(chain[32:40])), uint64(bytes8(chain[40:48])));
    }
}
