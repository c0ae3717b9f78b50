// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {IDeltaLedger} from "./IDeltaLedger.sol";
import {ITeeVerifier, TcbStatus, TeeType} from "./ITeeVerifier.sol";

/// @notice What a registry is deployed with.
/// @param authority AccessManager of the verifiers, default measurements and lives of enclaves
/// @param stakeToken ERC-20 of the stakes
/// @param ledger says who controls a line
/// @param minStake stake that a node needs to register an enclave, in the token's smallest unit
/// @param recheckBounty what whoever finds a fallen enclave gets of its node's stake, in the token's smallest unit; as much is burned
/// @param thawPeriod seconds from a thaw request to the withdrawal
/// @param maxEnclaveTtl longest life of an enclave in seconds, shorter than `thawPeriod`
/// @param maxEvidenceAge seconds for which evidence that carries its time may be shown
/// @param production whether development TEEs are refused
struct RegistrySettings {
    address authority;
    IERC20 stakeToken;
    IDeltaLedger ledger;
    uint256 minStake;
    uint256 recheckBounty;
    uint32 thawPeriod;
    uint32 maxEnclaveTtl;
    uint32 maxEvidenceAge;
    bool production;
}

/// @notice A node as it stands; amounts in the stake token's smallest unit.
/// @param endpoint base URL of its HTTP service
/// @param payout where InferenceEscrow sends what it earned
/// @param stake what can be slashed, the thawing part included
/// @param thawing the part of `stake` that leaves at `thawAt`
/// @param thawAt Unix seconds, 0 when nothing thaws
struct Node {
    string endpoint;
    address payout;
    uint128 stake;
    uint128 thawing;
    uint40 thawAt;
}

/// @notice An attested enclave, named by its receipt key.
/// @param node operator
/// @param registeredAt Unix seconds
/// @param promisedUntil Unix seconds, the end that its operator knows: at registration, or by his own revocation. A receipt of later work convicts
/// him; a recheck, which comes without notice, leaves it alone
/// @param verifier the contract that verified its attestation
/// @param teeType family
/// @param tcbStatus state of the platform, at registration or by the last recheck
/// @param validUntil Unix seconds, the last at which its work is payable; never above `promisedUntil`
/// @param measurementId identity of its code
/// @param hpkeKeyHash keccak256 of its HPKE public key
/// @param basisId what its attestation rests on, see ITeeVerifier.recheck; zero once it has fallen out
struct Enclave {
    address node;
    uint40 registeredAt;
    uint40 promisedUntil;
    address verifier;
    TeeType teeType;
    TcbStatus tcbStatus;
    uint40 validUntil;
    bytes32 measurementId;
    bytes32 hpkeKeyHash;
    bytes32 basisId;
}

/// @notice What an operator shows to register an enclave.
/// @param verifier an accepted verifier
/// @param receiptKey address of the enclave's secp256k1 key
/// @param hpkePublicKey its HPKE public key (X25519: 32 bytes)
/// @param versionSet digest of the versions that it loaded, or zero
/// @param challengeBlock a block of the past, whose hash makes the evidence fresh: among the last 256, or the last 8,191 where the chain keeps
/// their hashes (EIP-2935)
/// @param evidence see ITeeVerifier.verify
/// @param aux see ITeeVerifier.verify
struct Registration {
    ITeeVerifier verifier;
    address receiptKey;
    bytes hpkePublicKey;
    bytes32 versionSet;
    uint64 challengeBlock;
    bytes evidence;
    bytes aux;
}

/// @notice Time in which something is accepted, Unix seconds, both ends included. All zero: never.
struct Window {
    uint40 from;
    uint40 until;
}

/// @notice What a line accepts besides the verifiers and measurements that it pins. All zero, as before it is set: only
/// what the line pins, on platforms that are up to date.
/// @param followDefaults also accept what governance accepts by default, now and later
/// @param maxTcbStatus worst platform state accepted
struct Policy {
    bool followDefaults;
    TcbStatus maxTcbStatus;
}

/// @title INodeRegistry
/// @notice Operators, their stake, their attested enclaves, and what each line accepts of them.
/// @dev Governance (AccessManager, with delays) reaches the accepted verifiers, the default measurements and the lives of later enclaves only.
/// Slashing is for the contracts that were named once at deployment, which act on objective proofs. No setting works backwards: a window that has
/// begun may end now at the earliest, and a stricter policy leaves earlier work payable.
/// @custom:security-contact see SECURITY.md
interface INodeRegistry {
    event NodeRegistered(address indexed node, string endpoint, address payout);
    event NodeUpdated(address indexed node, string endpoint, address payout);
    event StakeAdded(address indexed node, uint256 amount, uint256 stake);
    event ThawRequested(address indexed node, uint256 amount, uint40 thawAt);
    event StakeWithdrawn(address indexed node, address indexed to, uint256 amount);
    /// @notice Emitted when a slasher took stake: `paid` is owed to `victim`, `burned` leaves circulation.
    event Slashed(address indexed node, address indexed victim, uint256 paid, uint256 burned);
    event CompensationWithdrawn(address indexed victim, address indexed to, uint256 amount);
    /// @notice Emitted when an enclave was registered. `platformId` names its machine, zero when the family has no name for it.
    event EnclaveRegistered(
        address indexed node,
        address indexed receiptKey,
        bytes32 indexed measurementId,
        address verifier,
        bytes hpkePublicKey,
        bytes32 versionSet,
        bytes32 platformId,
        uint40 validUntil
    );
    /// @notice Emitted when an operator ended an enclave; work up to `validUntil` stays payable.
    event EnclaveRevoked(address indexed receiptKey, uint40 validUntil);
    /// @notice Emitted when somebody had an enclave judged again and it had become worse. `bounty` is paid to `finder` when it had fallen out.
    event EnclaveRechecked(
        address indexed receiptKey,
        address indexed finder,
        uint40 validUntil,
        TcbStatus tcbStatus,
        uint256 bounty
    );
    event EnclaveTtlSet(TeeType indexed teeType, uint32 ttl);
    /// @notice Emitted when a line began a new list of measurements; those of the one before count until `sunset`.
    event MeasurementListStarted(bytes32 indexed lineId, uint32 indexed list, uint40 sunset);
    /// @notice Emitted once, when the contracts that may slash were named.
    event SlashersSet(address[] slashers);
    event VerifierAccepted(address indexed verifier, Window window);
    event DefaultMeasurementSet(bytes32 indexed measurementId, Window window);
    event PolicySet(bytes32 indexed lineId, Policy policy);
    event LineVerifierSet(bytes32 indexed lineId, address indexed verifier, Window window);
    event LineMeasurementSet(bytes32 indexed lineId, bytes32 indexed measurementId, Window window);

    error NodeRegistry_AlreadyRegistered(address node);
    error NodeRegistry_UnknownNode(address node);
    error NodeRegistry_ZeroAddress();
    error NodeRegistry_InvalidAmount(uint256 amount);
    /// @notice Thrown when a node has less stake, thawing aside, than {MIN_STAKE}.
    error NodeRegistry_StakeTooLow(address node, uint256 stake, uint256 minStake);
    /// @notice Thrown when more is to thaw than is staked.
    error NodeRegistry_StakeExceeded(uint256 amount, uint256 stake);
    /// @notice Thrown when nothing thaws, or the thaw still runs; Unix seconds.
    error NodeRegistry_NotThawed(address node, uint40 thawAt);
    /// @notice Thrown when the token moved another amount than asked: fee-on-transfer tokens are refused.
    error NodeRegistry_InexactTransfer(uint256 expected, uint256 received);
    error NodeRegistry_NotSlasher(address account);
    /// @notice Thrown when the slashers were named already.
    error NodeRegistry_SlashersSet();
    /// @notice Thrown when stake comes before it is known who may slash it.
    error NodeRegistry_NoSlashers();
    /// @notice Thrown when there is nothing to withdraw.
    error NodeRegistry_NothingOwed(address account);
    /// @notice Thrown when governance does not accept the verifier now.
    error NodeRegistry_VerifierNotAccepted(address verifier);
    /// @notice Thrown when a production deployment meets a development TEE.
    error NodeRegistry_DevelopmentTee(address verifier);
    /// @notice Thrown when the evidence commits to something else than this registration.
    error NodeRegistry_BindingMismatch(bytes32 expected, bytes32 actual);
    /// @notice Thrown when the chain does not know the hash of the challenge block any more, or not yet.
    error NodeRegistry_StaleChallenge(uint64 challengeBlock, uint256 blockNumber);
    /// @notice Thrown when evidence carries a time that is too long ago or in the future; Unix seconds.
    error NodeRegistry_EvidenceTime(uint64 issuedAt, uint256 nowAt);
    error NodeRegistry_EvidenceUsed(bytes32 evidenceId);
    error NodeRegistry_ReceiptKeyUsed(address receiptKey);
    /// @notice Thrown when the HPKE public key is not 32 bytes long.
    error NodeRegistry_InvalidHpkeKey(uint256 length);
    /// @notice Thrown when the attestation has expired or its platform is revoked.
    error NodeRegistry_AttestationExpired(uint64 validUntil, TcbStatus tcbStatus);
    error NodeRegistry_UnknownEnclave(address receiptKey);
    /// @notice Thrown by {recheck} when the enclave's life is over already.
    error NodeRegistry_EnclaveEnded(address receiptKey, uint40 validUntil);
    /// @notice Thrown by {recheck} when the enclave is as sound as it was.
    error NodeRegistry_NothingChanged(address receiptKey);
    /// @notice Thrown when a life of enclaves is longer than {MAX_ENCLAVE_TTL}.
    error NodeRegistry_TtlTooLong(uint32 ttl, uint32 maxEnclaveTtl);
    /// @notice Thrown by the constructor when the bounty is over a hundredth of {MIN_STAKE}.
    error NodeRegistry_BountyTooHigh(uint256 bounty);
    /// @notice Thrown when `account` is not the operator of the enclave.
    error NodeRegistry_NotOperator(address receiptKey, address account);
    /// @notice Thrown by {requirePayable}: the enclave is another node's.
    error NodeRegistry_WrongNode(address receiptKey, address node);
    /// @notice Thrown by {requirePayable}: attestation expired or revoked before the work.
    error NodeRegistry_EnclaveExpired(address receiptKey, uint40 validUntil, uint40 workedAt);
    /// @notice Thrown by {requirePayable}: the line does not accept the verifier, the measurement or the platform's
    /// state at that time.
    error NodeRegistry_NotAcceptedByLine(bytes32 lineId, address verifier, bytes32 measurementId);
    /// @notice Thrown when a window ends before it begins, or takes back time that has passed.
    error NodeRegistry_InvalidWindow(uint40 from, uint40 until);
    /// @notice Thrown by the constructor: stake could leave before an enclave that it answers for expires.
    error NodeRegistry_ThawTooShort(uint32 thawPeriod, uint32 maxEnclaveTtl);

    /// @notice Registers the caller as a node.
    function register(string calldata endpoint, address payout) external;
    /// @notice Changes the caller's endpoint and payout address.
    function update(string calldata endpoint, address payout) external;
    /// @notice Adds to the caller's stake; approve the token before. Not before the slashers are known.
    function addStake(uint256 amount) external;
    /// @notice Lets `amount` in all thaw; restarts the timer. 0 ends a thaw.
    function requestThaw(uint256 amount) external;
    /// @notice Sends what has thawed to `to`.
    function withdrawStake(address to) external;

    /// @notice Registers an enclave of the caller after its attestation was verified.
    function registerEnclave(Registration calldata registration) external;
    /// @notice Ends an enclave's validity now, for later work. Operator only.
    function revokeEnclave(address receiptKey) external;

    /// @notice Has an enclave judged again by the certificates, revocations and collateral of now, by anybody. A life can become shorter and a
    /// platform's state worse, for later work; nothing becomes better. For an enclave that has fallen out, the caller gets {RECHECK_BOUNTY}
    /// of the node's stake ({compensationOf}), and as much is burned: who rechecks himself loses by it. Receipts of later work convict nobody by it.
    /// @param aux what the verifier needs, see ITeeVerifier.recheck
    function recheck(address receiptKey, bytes calldata aux) external;

    /// @notice Takes stake from a node: first `owed`, or half of the stake if that is less, for `victim` to withdraw; then the
    /// penalty, or what is left, which is burned. Never reverts for lack of stake. Slashers only.
    function slash(
        address node,
        address victim,
        uint256 owed,
        uint256 penalty
    ) external returns (uint256 paid, uint256 burned);
    /// @notice Sends what slashes owe to the caller.
    function withdrawCompensation(address to) external;

    /// @notice Names the contracts that may slash: once, by the deployer, before the first stake; nobody can change it.
    function setSlashers(address[] calldata slashers) external;

    /// @notice Sets what a line accepts from now on; what the policy before accepted of earlier work stays payable.
    /// Owner of the line only, line and account unlocked.
    function setPolicy(bytes32 lineId, Policy calldata policy) external;
    /// @notice Pins a verifier for a line within `window`; a window that ended keeps earlier work payable. To unpin,
    /// set `until` to now.
    function setLineVerifier(bytes32 lineId, address verifier, Window calldata window) external;
    /// @notice Pins a measurement for a line within `window`.
    function setLineMeasurement(bytes32 lineId, bytes32 measurementId, Window calldata window) external;

    /// @notice Begins a new list of measurements for a line, in one step, however long the old one is: its measurements count until `sunset`, at the
    /// earliest now, unless they are set again. No more than one list has a sunset ahead: one that still has ends now.
    function startMeasurementList(bytes32 lineId, uint40 sunset) external;

    /// @notice Governance: enclaves of a family live no longer than `ttl` seconds from now on; 0 for {MAX_ENCLAVE_TTL}. Later registrations only.
    function setEnclaveTtl(TeeType teeType, uint32 ttl) external;
    /// @notice Governance: within `window`, enclaves may register through `verifier`, and lines that follow the defaults
    /// accept it.
    function setVerifier(ITeeVerifier verifier, Window calldata window) external;
    /// @notice Governance: lines that follow the defaults accept the measurement within `window`.
    function setDefaultMeasurement(bytes32 measurementId, Window calldata window) external;

    /// @notice Reverts unless work that `receiptKey` of `node` finished at `workedAt` is payable on the line.
    function requirePayable(address node, address receiptKey, bytes32 lineId, uint40 workedAt) external view;
    /// @notice Whether {requirePayable} passes.
    function isPayable(address node, address receiptKey, bytes32 lineId, uint40 workedAt) external view returns (bool);

    /// @notice What evidence must commit to: keccak256 over domain, chain, this contract, node, receipt key, HPKE key
    /// hash, version set, challenge block and its hash. Reverts when the chain does not know that hash.
    function bindingOf(
        address node,
        address receiptKey,
        bytes calldata hpkePublicKey,
        bytes32 versionSet,
        uint64 challengeBlock
    ) external view returns (bytes32);

    /// @notice The node; all zero when unknown.
    function nodeOf(address node) external view returns (Node memory);
    /// @notice Stake of the node that does not thaw, in the token's smallest unit; 0 when it is unknown.
    function freeStakeOf(address node) external view returns (uint256);
    /// @notice Where the node wants to be paid; zero when it is unknown.
    function payoutOf(address node) external view returns (address);
    /// @notice The enclave; all zero when unknown.
    function enclaveOf(address receiptKey) external view returns (Enclave memory);
    function policyOf(bytes32 lineId) external view returns (Policy memory);
    function lineVerifier(bytes32 lineId, address verifier) external view returns (Window memory);
    /// @notice When a line accepts a measurement, the sunset of its list included.
    function lineMeasurement(bytes32 lineId, bytes32 measurementId) external view returns (Window memory);
    /// @notice Number of the line's list of measurements, from 0.
    function measurementList(bytes32 lineId) external view returns (uint32);
    /// @notice Seconds that an enclave of a family lives, if its attestation lasts.
    function enclaveTtl(TeeType teeType) external view returns (uint32);
    function verifierWindow(address verifier) external view returns (Window memory);
    function defaultMeasurement(bytes32 measurementId) external view returns (Window memory);
    /// @notice Whether a contract may slash.
    function isSlasher(address account) external view returns (bool);
    function compensationOf(address victim) external view returns (uint256);
    /// @notice Number of registered nodes.
    function nodeCount() external view returns (uint256);
    /// @notice At most `count` nodes from `start`, in order of registration.
    function nodes(uint256 start, uint256 count) external view returns (address[] memory);
    /// @notice Sum of all stake, compensation owed and burned tokens: never more than the token balance.
    function liabilities() external view returns (uint256);

    function STAKE_TOKEN() external view returns (address);
    function MIN_STAKE() external view returns (uint256);
    /// @notice Seconds from a thaw request to the withdrawal; longer than every window that could slash.
    function THAW_PERIOD() external view returns (uint32);
    /// @notice Longest life of an enclave registration in seconds; shorter than {THAW_PERIOD}.
    function MAX_ENCLAVE_TTL() external view returns (uint32);
    /// @notice Seconds for which evidence that carries its time may be shown.
    function MAX_EVIDENCE_AGE() external view returns (uint32);
    /// @notice See {recheck}; in the stake token's smallest unit.
    function RECHECK_BOUNTY() external view returns (uint256);
    /// @notice Whether development TEEs are refused.
    function PRODUCTION() external view returns (bool);
}
