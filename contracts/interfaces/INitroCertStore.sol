// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @notice What a cached certificate may do.
/// @custom:value0 None not cached
enum CertificateRole {
    None,
    Authority,
    Leaf
}

/// @notice A cached certificate: its signature, and those of all its authorities, were checked once.
/// @param parent id of the certificate of its authority; zero for the root
/// @param revocationId what a revocation of it is recorded under: {INitroCertStore.revocationIdOf}
/// @param notBefore Unix seconds, the first at which it and all its authorities are valid
/// @param notAfter Unix seconds, the last at which it and all its authorities are valid
/// @param pathLength authorities that may follow below it; 255: any number
/// @param depth certificates above it
/// @param role authority or leaf
struct CachedCertificate {
    bytes32 parent;
    bytes32 revocationId;
    uint64 notBefore;
    uint64 notAfter;
    uint8 pathLength;
    uint8 depth;
    CertificateRole role;
}

/// @notice The newest revocation list of an authority.
/// @param number cRLNumber
/// @param thisUpdate Unix seconds
/// @param read bytes of its entries that are recorded
/// @param tbsHash keccak256 of what its authority signed
struct RevocationList {
    uint160 number;
    uint64 thisUpdate;
    uint32 read;
    bytes32 tbsHash;
}

/// @title INitroCertStore
/// @notice Certificates and revocation lists of AWS Nitro Enclaves, each checked down to one root. Permissionless: whoever has
/// something that AWS signed may submit it; nobody can submit anything else, and nobody has a privilege.
/// @dev A certificate's id is `keccak256(abi.encode(id of its authority, keccak256(what its authority signed)))`, so an id
/// stands for a whole chain; a signature, which others can change, is no part of it.
/// Hints are those of IP384.verify: for several signatures, each with its length in four bytes in front, in the order of
/// the signatures; empty bytes for no hints at all.
interface INitroCertStore {
    /// @notice A certificate's signature was checked.
    event CertificateCached(
        bytes32 indexed id,
        bytes32 indexed parent,
        uint64 notBefore,
        uint64 notAfter,
        CertificateRole role
    );
    /// @notice A newer list of an authority was accepted.
    event RevocationListAccepted(bytes32 indexed authority, uint160 number, uint64 thisUpdate, uint64 nextUpdate);
    /// @notice A certificate is revoked for ever, whether it was seen or not.
    event CertificateRevoked(bytes32 indexed authority, uint256 serial);

    /// @notice Thrown when a chain has fewer than two or too many certificates.
    error NitroCertStore_InvalidChainLength(uint256 length);
    /// @notice Thrown when a chain does not begin with the root.
    error NitroCertStore_ForeignRoot(bytes32 hash);
    error NitroCertStore_UnknownCertificate(bytes32 id);
    /// @notice Thrown when a certificate shown as an authority is another than the id says.
    error NitroCertStore_WrongAuthority(bytes32 id);
    error NitroCertStore_IssuerMismatch(bytes32 issuerHash, bytes32 subjectHash);
    /// @notice Thrown when a certificate below the root names itself as its issuer.
    error NitroCertStore_SelfIssued();
    /// @notice Thrown when the key identifiers of a certificate and its authority differ, or one of them is empty.
    error NitroCertStore_KeyIdMismatch();
    /// @notice Thrown when the usage of a key does not fit what it does.
    error NitroCertStore_WrongKeyUsage(uint16 keyUsage);
    /// @notice Thrown when a leaf would have to be an authority.
    error NitroCertStore_NotAuthority();
    /// @notice Thrown when an authority allows no further one below it.
    error NitroCertStore_PathTooLong();
    error NitroCertStore_InvalidSignature();
    /// @notice Thrown when now is outside of the time that a chain is valid in; Unix seconds.
    error NitroCertStore_OutOfDate(uint64 notBefore, uint64 notAfter, uint256 nowAt);
    error NitroCertStore_Revoked(bytes32 id);
    /// @notice Thrown when a list is not newer than the one before.
    error NitroCertStore_NotNewer(uint160 number, uint64 thisUpdate);
    /// @notice Thrown when a list comes from the future; Unix seconds.
    error NitroCertStore_FutureList(uint64 thisUpdate, uint256 nowAt);
    /// @notice Thrown when a list to be continued is not the authority's newest.
    error NitroCertStore_UnknownList(bytes32 tbsHash);

    /// @notice Caches one certificate whose authority is cached.
    /// @param der the certificate
    /// @param parentId id of its authority's certificate
    /// @param parentDer that certificate
    /// @param hints of one signature
    /// @return id of the certificate
    function submit(
        bytes calldata der,
        bytes32 parentId,
        bytes calldata parentDer,
        bytes calldata hints
    ) external returns (bytes32 id);

    /// @notice Caches what is not yet cached of a chain; reverts unless all of it is valid now.
    /// @param chain certificates, the root first
    /// @param hints of each certificate's signature, the root's excepted
    /// @return id of the last certificate
    /// @return notBefore Unix seconds, the first at which the whole chain is valid
    /// @return notAfter Unix seconds, the last at which the whole chain is valid
    /// @return role of the last certificate
    function submitChain(
        bytes[] calldata chain,
        bytes calldata hints
    ) external returns (bytes32 id, uint64 notBefore, uint64 notAfter, CertificateRole role);

    /// @notice Accepts a complete revocation list that is newer than the last one, and records up to `maxEntries` of it.
    /// An older list's revocations stay: nothing is ever unrevoked.
    /// @param der the list
    /// @param authorityId id of the certificate of the authority that signed it; valid now
    /// @param authorityDer that certificate
    /// @param hints of the list's signature
    /// @return done whether all entries are recorded; otherwise {continueCrl}
    function submitCrl(
        bytes calldata der,
        bytes32 authorityId,
        bytes calldata authorityDer,
        bytes calldata hints,
        uint256 maxEntries
    ) external returns (bool done);

    /// @notice Records up to `maxEntries` further entries of the list that {submitCrl} accepted last.
    /// @param authority see {authorityOf}
    function continueCrl(bytes calldata der, bytes32 authority, uint256 maxEntries) external returns (bool done);

    /// @notice Whether a cached chain is revoked, and when it is valid. Reverts when it is not cached.
    /// @return notBefore Unix seconds
    /// @return notAfter Unix seconds
    /// @return revoked the certificate, or any authority above it
    function statusOf(bytes32 id) external view returns (uint64 notBefore, uint64 notAfter, bool revoked);

    /// @notice A cached certificate; zero when it is not cached.
    function certificateOf(bytes32 id) external view returns (CachedCertificate memory);

    /// @notice The newest list of an authority; zero when there is none.
    function listOf(bytes32 authority) external view returns (RevocationList memory);

    /// @notice Whether {CertificateRevoked} was emitted for a serial number of an authority.
    function isRevoked(bytes32 authority, uint256 serial) external view returns (bool);

    /// @notice Identity of an authority: of its name and key, whatever certificate says so.
    function authorityOf(bytes calldata der) external pure returns (bytes32);

    /// @notice keccak256 of the root certificate in DER. Whoever submits something first shows the root itself.
    function ROOT_HASH() external view returns (bytes32);
}
