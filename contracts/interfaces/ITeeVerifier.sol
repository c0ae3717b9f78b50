// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice Family of a trusted execution environment.
/// @custom:value0 Development the test root: worth nothing, refused by production deployments
enum TeeType {
    Development,
    AwsNitro,
    IntelSgx,
    IntelTdx
}

/// @notice State of the platform's trusted computing base, in Intel's words; lower is better.
/// @custom:value0 UpToDate no known weakness
enum TcbStatus {
    UpToDate,
    SwHardeningNeeded,
    ConfigurationNeeded,
    ConfigurationAndSwHardeningNeeded,
    OutOfDate,
    OutOfDateConfigurationNeeded,
    Revoked
}

/// @notice What a verifier says of one piece of evidence.
/// @param teeType family of the environment
/// @param measurementId identity of the code: a hash over the family's measurement registers
/// @param binding the 32 bytes that the enclave committed to; see INodeRegistry.bindingOf
/// @param evidenceId unique per piece of evidence, never derived from a malleable signature
/// @param issuedAt Unix seconds; 0 when the evidence carries no time
/// @param validUntil Unix seconds: the earliest end of all certificates and collateral
/// @param tcbStatus state of the platform
/// @param platformId identity of the machine, zero when the family has none
/// @param basisId what the verdict rests on (certificates, security versions): {ITeeVerifier.recheck} judges it anew
struct TeeReport {
    TeeType teeType;
    bytes32 measurementId;
    bytes32 binding;
    bytes32 evidenceId;
    uint64 issuedAt;
    uint64 validUntil;
    TcbStatus tcbStatus;
    bytes32 platformId;
    bytes32 basisId;
}

/// @title ITeeVerifier
/// @notice Verifies the attestation of one family of environments. Holds no policy: INodeRegistry does.
interface ITeeVerifier {
    /// @notice Verifies evidence down to the vendor's root. Reverts when it is not genuine, expired, revoked, or from
    /// an enclave in debug mode.
    /// @param evidence what the enclave's platform produced
    /// @param aux hints and cached certificates, which may make the call revert but never make it accept
    function verify(bytes calldata evidence, bytes calldata aux) external returns (TeeReport memory report);

    /// @notice Judges anew what an earlier report rested on, against the certificates, revocations and collateral of now.
    /// Reverts when `aux` does not belong to `basisId`, so that nobody can make a sound enclave look fallen.
    /// @param basisId of the report
    /// @param aux what the verifier needs to take `basisId` apart, in its own format
    /// @return validUntil Unix seconds; 0 when it has fallen out: revoked, expired, or at no accepted level any more
    /// @return tcbStatus state of the platform by the collateral of now
    function recheck(
        bytes32 basisId,
        bytes calldata aux
    ) external view returns (uint64 validUntil, TcbStatus tcbStatus);

    /// @notice Whether the root of trust is a test root.
    function isDevelopment() external view returns (bool);
}
