import type { Commitments, DeltaFormat } from "./eip712/versions.js";
import type { Hex } from "./hex.js";

/** Who may open a line of deltas on a model. */
export const Visibility = { Public: 0, Licensed: 1, Private: 2 } as const;
export type Visibility = (typeof Visibility)[keyof typeof Visibility];

/** Family of a trusted execution environment. */
export const TeeType = { Development: 0, AwsNitro: 1, IntelSgx: 2, IntelTdx: 3 } as const;
export type TeeType = (typeof TeeType)[keyof typeof TeeType];

/** State of a platform's trusted computing base; lower is better. */
export const TcbStatus = {
  UpToDate: 0,
  SwHardeningNeeded: 1,
  ConfigurationNeeded: 2,
  ConfigurationAndSwHardeningNeeded: 3,
  OutOfDate: 4,
  OutOfDateConfigurationNeeded: 5,
  Revoked: 6,
} as const;
export type TcbStatus = (typeof TcbStatus)[keyof typeof TcbStatus];

/** Last second that the contracts' times can say: "for ever", and "active now" in a version's `payableUntil`. */
export const FOREVER = 2n ** 40n - 1n;

/** Terms that a model's owner may change. */
export interface ModelTerms {
  visibility: Visibility;
  /** ERC-2981. */
  royaltyReceiver: string;
  /** Basis points, at most 10,000. */
  royaltyBps: bigint | number;
}

/** A lock on a model, a line or an account. */
export interface Lock {
  /** May veto an unlock; zero for none. */
  guardian: Hex;
  /** Seconds from request to unlock; 0 while locked is for ever. */
  delay: bigint;
  /** Unix seconds from which the requested unlock may happen; 0 when none is requested. */
  unlockAt: bigint;
  locked: boolean;
}

/** A line as it stands. */
export interface Line {
  account: Hex;
  modelId: bigint;
  /** Number of deltas; versions run from 0, the base, to this. */
  count: bigint;
  /** The version that nodes may serve. */
  active: bigint;
  /** Seconds for which a superseded version stays payable. */
  grace: bigint;
  activeHash: Hex;
  /** Parent of the next append. */
  headHash: Hex;
}

/** One version of a line. */
export interface Version {
  hash: Hex;
  /** Of the delta's file; of the base's file for version 0. */
  weightsRoot: Hex;
  byteLength: bigint;
  /** Meaningless for version 0. */
  format: DeltaFormat;
  /** Unix seconds. */
  appendedAt: bigint;
  /** Unix seconds: 0 never activated, {@link FOREVER} active now. */
  payableUntil: bigint;
  commitments: Commitments;
}

/** A dataset as it stands. */
export interface Dataset {
  owner: Hex;
  root: Hex;
  records: bigint;
  /** Unix seconds. */
  committedAt: bigint;
  isPublic: boolean;
}

/** A node as it stands; amounts in the stake token's smallest unit. */
export interface Node {
  endpoint: string;
  /** Zero for a node that never registered. */
  payout: Hex;
  /** What can be slashed, the thawing part included. */
  stake: bigint;
  thawing: bigint;
  /** Unix seconds; 0 when nothing thaws. */
  thawAt: bigint;
}

/** An attested enclave. */
export interface Enclave {
  /** Operator; zero for an unknown receipt key. */
  node: Hex;
  /** Unix seconds. */
  registeredAt: bigint;
  /** Unix seconds, the end that its operator knows: a receipt of later work convicts him. */
  promisedUntil: bigint;
  verifier: Hex;
  teeType: TeeType;
  /** State of the platform, at registration or by the last recheck. */
  tcbStatus: TcbStatus;
  /** Unix seconds, the last at which its work is payable. */
  validUntil: bigint;
  measurementId: Hex;
  /** keccak256 of its HPKE public key. */
  hpkeKeyHash: Hex;
  /** What its attestation rests on, for `recheck`; zero once it has fallen out. */
  basisId: Hex;
}

/** Time in which something is accepted: Unix seconds, both ends included. */
export interface Window {
  from: bigint;
  until: bigint;
}

/** A window without an end. */
export const ALWAYS: Readonly<Window> = Object.freeze({ from: 0n, until: FOREVER });

/** What a line accepts besides the verifiers and measurements that it pins. */
export interface Policy {
  /** Also accept what governance accepts by default, now and later. */
  followDefaults: boolean;
  /** Worst platform state accepted. */
  maxTcbStatus: TcbStatus;
}

/** A channel as it stands; amounts in units. */
export interface Channel {
  payer: Hex;
  /** Whose key signs vouchers. */
  signer: Hex;
  /** All that was ever deposited; once closed, all that was paid. */
  deposited: bigint;
  /** All that was ever taken from it for the node. */
  paid: bigint;
  /** Unix seconds from which the payer may withdraw; 0 while open. */
  closeAt: bigint;
  /** Seconds from a close request to `closeAt`; 0 once it closes. */
  closeDelay: bigint;
  /** Whether lane O may debit it. */
  optimistic: boolean;
  closed: boolean;
}

/** Names a channel. */
export interface ChannelId {
  node: string;
  lineId: Hex;
  /** Index among the channels of node and line. */
  channel: bigint;
}

/** What a node has from one line; units. */
export interface Earnings {
  earned: bigint;
  /** Of lane O, not yet vested. */
  vesting: bigint;
  /** Set aside for challenges that run. */
  held: bigint;
  /** Of `vesting` and `held` together, by the node's stake of now: beyond it lane O pays no batch. */
  limit: bigint;
  /** Share s of the stake that stands behind lane O here: 2^-(s + 1) of it; 0 for no lane O. */
  share: bigint;
  nextNonce: bigint;
  /** What a new channel must hold. */
  leastDeposit: bigint;
}

/** A demand for the voucher behind a channel's debits; units. */
export interface RunningChallenge {
  /** Zero when none is open. */
  challenger: Hex;
  /** Unix seconds, the last at which an answer counts; 0 when none is open. */
  answerBy: bigint;
  asserted: bigint;
  debited: bigint;
  held: bigint;
}

/** What became of a receipt's proof (`ProofState` of the contracts). */
export const ProofState = { None: 0, Open: 1, Proven: 2, Failed: 3 } as const;
export type ProofState = (typeof ProofState)[keyof typeof ProofState];

/** A demand for the proof behind one receipt. */
export interface ReceiptChallenge {
  challenger: Hex;
  /** Unix seconds, the last at which a proof counts. */
  answerBy: bigint;
  /** Of the receipt's line. */
  version: bigint;
  state: ProofState;
  circuitId: Hex;
}

/** State of a batch's audit (`AuditState` of the contracts). */
export const AuditState = { None: 0, Demanded: 1, Open: 2, Passed: 3, Failed: 4 } as const;
export type AuditState = (typeof AuditState)[keyof typeof AuditState];

/** An audit of one batch, see IProofAudits. */
export interface BatchAudit {
  state: AuditState;
  /** Unix seconds, the last at which the node can do what the state asks of it. */
  deadline: bigint;
  seedBlock: bigint;
  count: bigint;
  draws: bigint;
  proven: bigint;
  lastAt: bigint;
  /** Units. */
  held: bigint;
  version: bigint;
  root: Hex;
  circuitId: Hex;
  seed: Hex;
}

/** What a circuit states (`CircuitKind` of the contracts). */
export const CircuitKind = { Inference: 0, Register: 1, Delta: 2, Training: 3 } as const;
export type CircuitKind = (typeof CircuitKind)[keyof typeof CircuitKind];

/** A circuit, as its key is pinned. */
export interface CircuitRef {
  kind: CircuitKind;
  /** 1: Poseidon commitments; 2: experimental. */
  tier: number;
  /** Of the circuit's definition. */
  version: number;
  features: number;
  hidden: number;
  classes: number;
}

/** A point of BN254's G1, affine; (0, 0) is infinity. */
export interface Point {
  x: bigint;
  y: bigint;
}

/** What a line asks of the nodes that serve it. */
export interface ProofPolicy {
  circuitId: Hex;
  /** Of 65,536. */
  auditShare: bigint;
  /** Unix seconds. */
  since: bigint;
}

/** An EIP-712 domain as a contract says it (ERC-5267). */
export interface ContractDomain {
  name: string;
  version: string;
  chainId: bigint;
  verifyingContract: Hex;
}
