// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a certificate that the root issued is for.
/// @custom:value0 None not known
/// @custom:value1 PckCa issues certificates of attestation keys, and revokes them
/// @custom:value2 TcbSigning signs TCB info and identities of quoting enclaves
enum IssuerRole {
    None,
    PckCa,
    TcbSigning
}

/// @notice What the certificate of the root says.
/// @param x of its key, on P-256
/// @param y of its key
/// @param subjectHash keccak256 of its name in DER
/// @param keyIdHash keccak256 of its subject key identifier
/// @param notAfter Unix seconds
struct DcapRoot {
    uint256 x;
    uint256 y;
    bytes32 subjectHash;
    bytes32 keyIdHash;
    uint64 notAfter;
}

/// @notice What a quote's verdict rests on, as it stands now.
/// @param x of the attestation key's certified key, on P-256
/// @param y of the same key
/// @param svns of the 16 components of the platform's CPUSVN
/// @param pceSvn of its provisioning enclave
/// @param tcbInfoHash keccak256 of the packed TCB info (TcbInfo)
/// @param qeIdentityHash keccak256 of the packed identity of the quoting enclave (QeIdentity)
/// @param validUntil Unix seconds: the earliest end of certificates, revocation lists and collateral; 0 when any of them is absent or revoked
/// @param ppid identity of the platform
struct DcapPlatform {
    uint256 x;
    uint256 y;
    bytes16 svns;
    uint16 pceSvn;
    bytes32 tcbInfoHash;
    bytes32 qeIdentityHash;
    uint64 validUntil;
    bytes16 ppid;
}

/// @title IDcapCollateral
/// @notice Intel's certificates, revocation lists, TCB info and identities of quoting enclaves. Anybody brings them; what Intel did not sign is
/// refused, and so is what is older than what is known. Nobody administers anything.
/// @dev Large collateral is kept as a hash, and emitted once: whoever needs it brings it along. What Intel revoked stays revoked.
interface IDcapCollateral {
    /// @notice Emitted for a certificate that the root issued.
    event IssuerAdded(bytes10 indexed issuerId, IssuerRole role, uint64 notAfter);
    event RootCrlUpdated(uint256 number, uint64 thisUpdate, uint64 nextUpdate);
    event IssuerRevoked(bytes10 indexed issuerId);
    event PckCrlUpdated(
        bytes10 indexed issuerId,
        uint256 number,
        uint64 thisUpdate,
        uint64 nextUpdate,
        bytes32 crlHash
    );
    /// @notice Emitted when a certificate was held against a revocation list, the first time or again.
    event PckChecked(bytes32 indexed pckId, bytes10 indexed issuerId, bytes16 ppid, uint64 validUntil);
    event PckRevoked(bytes32 indexed pckId);
    event PemLinked(bytes32 indexed pemHash, bytes32 indexed pckId);
    event TcbInfoUpdated(
        bool indexed isTdx,
        bytes6 indexed fmspc,
        bytes2 pceId,
        uint32 evaluation,
        uint64 issuedAt,
        uint64 nextUpdate,
        bytes packed
    );
    event QeIdentityUpdated(bool indexed isTdx, uint32 evaluation, uint64 issuedAt, uint64 nextUpdate, bytes packed);

    /// @notice Thrown when a name, a key identifier or a role is not what it has to be.
    error DcapCollateral_WrongIssuer();
    error DcapCollateral_BadSignature();
    /// @notice Thrown outside of the time in which something is valid; Unix seconds.
    error DcapCollateral_OutOfDate(uint64 from, uint64 until, uint256 nowAt);
    /// @notice Thrown when what is known is as new, or newer.
    error DcapCollateral_NotNewer();
    error DcapCollateral_UnknownIssuer(bytes10 issuerId);
    error DcapCollateral_Revoked();
    error DcapCollateral_UnknownPck(bytes32 pckId);
    /// @notice Thrown when the revocation list is not the newest one of the certificate's issuer.
    error DcapCollateral_WrongCrl(bytes32 expected, bytes32 actual);
    /// @notice Thrown when the certificate may not be used for what it is shown for.
    error DcapCollateral_WrongUsage();
    error DcapCollateral_AlreadyKnown(bytes32 id);
    /// @notice Thrown when a PEM text does not begin with the certificate.
    error DcapCollateral_WrongPem();

    /// @notice A certificate that the root issued: of a PCK CA, or of the key that signs TCB info.
    /// @return issuerId the first ten bytes of its keccak256
    function addIssuer(bytes calldata der) external returns (bytes10 issuerId);
    /// @notice The root's revocation list.
    function updateRootCrl(bytes calldata der) external;
    /// @notice The revocation list of a PCK CA; it is kept as a hash.
    function updatePckCrl(bytes calldata der, bytes10 issuerId) external;
    /// @notice The certificate of an attestation key (PCK), held against the newest revocation list of its issuer.
    /// @param crl that list: needed whole, because only its hash is kept
    /// @return pckId keccak256 of the certificate
    function addPck(bytes calldata der, bytes10 issuerId, bytes calldata crl) external returns (bytes32 pckId);
    /// @notice Holds a known certificate against a newer list: valid for as long as that one is, or revoked for good.
    function refreshPck(bytes calldata der, bytes calldata crl) external;
    /// @notice Makes the chain of certificates inside of raw quotes, PEM as it stands there, a name of its first certificate.
    function linkPem(bytes calldata pem, bytes calldata der) external;
    /// @notice TCB info of a platform family: the body as Intel signed it, without what stands around it. The same body may come again where
    /// it counts longer than before.
    /// @param signature r and s, 32 bytes each
    /// @param issuerId of the signing certificate
    function updateTcbInfo(bytes calldata body, bytes calldata signature, bytes10 issuerId) external;
    /// @notice Identity of a quoting enclave, likewise.
    function updateQeIdentity(bytes calldata body, bytes calldata signature, bytes10 issuerId) external;

    /// @notice What a verdict over a quote of the certificate rests on now. Reverts for an unknown certificate.
    function platformOf(bytes32 pckId, bool isTdx) external view returns (DcapPlatform memory);
    /// @notice The certificate that a PEM text begins with; zero when it was not linked.
    function pckOfPem(bytes32 pemHash) external view returns (bytes32);
    /// @notice Dates of TCB info; zero when there is none. It counts until its next update, and no longer than the root's revocation list of the
    /// time when it came.
    function tcbInfoOf(
        bool isTdx,
        bytes6 fmspc,
        bytes2 pceId
    ) external view returns (bytes32 hash, uint64 issuedAt, uint64 validUntil, uint32 evaluation);
    function qeIdentityOf(
        bool isTdx
    ) external view returns (bytes32 hash, uint64 issuedAt, uint64 validUntil, uint32 evaluation);
    function pckCrlOf(bytes10 issuerId) external view returns (bytes32 hash, uint64 thisUpdate, uint64 nextUpdate);
    function rootCrl() external view returns (uint64 thisUpdate, uint64 nextUpdate);
    function issuerOf(bytes10 issuerId) external view returns (IssuerRole role, uint64 notAfter, bool revoked);
    /// @notice Whether a certificate is the root that this contract was deployed with.
    function isRoot(bytes calldata der) external view returns (bool);
    /// @notice Whether the root is Intel's own.
    function IS_GENUINE() external view returns (bool);
    /// @notice Whether signatures are checked by the precompile of EIP-7951, else in Solidity.
    function NATIVE_P256() external view returns (bool);
}
