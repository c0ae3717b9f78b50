// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ECDSA} from "@openzeppelin/contracts/utils/cryptography/ECDSA.sol";
import {EIP712} from "@openzeppelin/contracts/utils/cryptography/EIP712.sol";

import {ITeeVerifier, TcbStatus, TeeReport, TeeType} from "../interfaces/ITeeVerifier.sol";

/// @notice What the test root signs in place of a vendor.
/// @param measurementId identity of the code
/// @param binding see INodeRegistry.bindingOf
/// @param issuedAt Unix seconds
/// @param validUntil Unix seconds, the last at which it counts
/// @param debug whether the enclave could be read from outside
/// @param platformId identity of the machine
struct DevelopmentReport {
    bytes32 measurementId;
    bytes32 binding;
    uint64 issuedAt;
    uint64 validUntil;
    bool debug;
    bytes32 platformId;
}

/// @title DevelopmentTeeVerifier
/// @notice Stands for a vendor's root of trust where there is no hardware. Proves nothing: whoever has the test root's
/// key makes any report. Production deployments refuse it.
/// @dev Evidence is `abi.encode(DevelopmentReport, bytes signature)`, the signature being the test root's ECDSA over the
/// EIP-712 digest of the report in this contract's domain. `aux` is ignored.
contract DevelopmentTeeVerifier is ITeeVerifier, EIP712 {
    /// @dev Report (6 words), offset, length and 65 bytes of signature, padded.
    uint256 private constant EVIDENCE_LENGTH = 11 * 32;

    bytes32 private constant REPORT_TYPEHASH = keccak256(
        "DevelopmentReport(bytes32 measurementId,bytes32 binding,uint64 issuedAt,uint64 validUntil,bool debug,bytes32 platformId)"
    );

    /// @notice Address of the test root's key.
    address public immutable TEST_ROOT;

    /// @notice Thrown when the test root is zero.
    error DevelopmentTeeVerifier_ZeroRoot();
    /// @notice Thrown when the evidence cannot be a report and a signature.
    error DevelopmentTeeVerifier_InvalidEvidence(uint256 length);
    /// @notice Thrown when `signer` is not {TEST_ROOT}.
    error DevelopmentTeeVerifier_WrongRoot(address signer);
    /// @notice Thrown when the enclave runs in debug mode.
    error DevelopmentTeeVerifier_DebugMode(bytes32 measurementId);
    /// @notice Thrown when the report is not valid now; Unix seconds.
    error DevelopmentTeeVerifier_OutOfDate(uint64 issuedAt, uint64 validUntil, uint256 nowAt);

    constructor(address testRoot) EIP712("Freehold Development TEE", "1") {
        if (testRoot == address(0)) revert DevelopmentTeeVerifier_ZeroRoot();
        TEST_ROOT = testRoot;
    }

    /// @inheritdoc ITeeVerifier
    function verify(bytes calldata evidence, bytes calldata) external view returns (TeeReport memory) {
        if (evidence.length != EVIDENCE_LENGTH) revert DevelopmentTeeVerifier_InvalidEvidence(evidence.length);
        (DevelopmentReport memory report, bytes memory signature) = abi.decode(evidence, (DevelopmentReport, bytes));

        bytes32 digest = reportDigest(report);
        (address signer, , ) = ECDSA.tryRecover(digest, signature);
        if (signer != TEST_ROOT) revert DevelopmentTeeVerifier_WrongRoot(signer);
        if (report.debug) revert DevelopmentTeeVerifier_DebugMode(report.measurementId);
        if (report.issuedAt > block.timestamp || report.validUntil < block.timestamp) {
            revert DevelopmentTeeVerifier_OutOfDate(report.issuedAt, report.validUntil, block.timestamp);
        }

        return
            TeeReport({
                teeType: TeeType.Development,
                measurementId: report.measurementId,
                binding: report.binding,
                evidenceId: digest,
                issuedAt: report.issuedAt,
                validUntil: report.validUntil,
                tcbStatus: TcbStatus.UpToDate,
                platformId: report.platformId,
                basisId: bytes32(uint256(report.validUntil))
            });
    }

    /// @inheritdoc ITeeVerifier
    /// @dev Nothing revokes what the test root signs: the basis is the end of the report itself.
    function recheck(bytes32 basisId, bytes calldata) external view returns (uint64 validUntil, TcbStatus tcbStatus) {
        uint64 end = uint64(uint256(basisId));
        return (end < block.timestamp ? 0 : end, TcbStatus.UpToDate);
    }

    /// @inheritdoc ITeeVerifier
    function isDevelopment() external pure returns (bool) {
        return true;
    }

    /// @notice EIP-712 digest that the test root signs.
    function reportDigest(DevelopmentReport memory report) public view returns (bytes32) {
        return _hashTypedDataV4(keccak256(abi.encode(REPORT_TYPEHASH, report)));
    }
}
