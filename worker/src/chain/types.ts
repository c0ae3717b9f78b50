import type { CircuitRef, Commitments, DeltaFormat, Hex, ModelAnchor, ProofPolicy } from "@freehold/sdk";

/** A block's number, hash and time (Unix seconds). */
export interface Head {
  readonly number: number;
  readonly hash: string;
  readonly timestamp: bigint;
}

export interface LineState {
  readonly account: string;
  readonly modelId: bigint;
  /** Position of the newest version. */
  readonly newest: number;
  /** Position of the active version, and its hash. */
  readonly active: number;
  readonly activeHash: Hex;
}

export interface VersionState {
  readonly hash: Hex;
  readonly weightsRoot: Hex;
  readonly byteLength: bigint;
  readonly format: DeltaFormat;
  /** To its weights; zero for none. */
  readonly commitments: Commitments;
}

/** A channel as the chain has it; units and Unix seconds. */
export interface ChannelState {
  readonly payer: string;
  readonly signer: string;
  readonly deposited: bigint;
  readonly paid: bigint;
  /** 0 while open. */
  readonly closeAt: bigint;
  readonly closed: boolean;
  /** Whether lane O may debit it, or might before it closed. */
  readonly optimistic: boolean;
}

export interface EnclaveState {
  readonly node: string;
  readonly registeredAt: bigint;
  readonly validUntil: bigint;
  readonly measurementId: Hex;
}

export interface NodeState {
  readonly registered: boolean;
  /** Stake that does not thaw. */
  readonly stake: bigint;
}

/** Something that happened to a channel, or a settlement of this node. */
export type EscrowEvent =
  /** `isEnd`: it was closed, which may have paid the node or taken something back. */
  | { readonly kind: "channel"; readonly channel: bigint; readonly block: number; readonly isEnd: boolean }
  | { readonly kind: "settled"; readonly versionHash: Hex; readonly block: number };

/** What became of a channel's debits at the arbiter; units and Unix seconds. */
export type ChallengeEvent = { readonly channel: bigint; readonly block: number } & (
  | { readonly kind: "opened"; readonly asserted: bigint; readonly debited: bigint; readonly answerBy: bigint }
  | { readonly kind: "answered" | "upheld" }
);

/** A verifier of proofs that a circuit is pinned to. */
export interface PinnedVerifier {
  readonly address: Hex;
  /** Hash of its verifying key. */
  readonly keyHash: Hex;
  /** Whether CommitGroth16Factory made it. Only then do links of tier 2 come from VersionProofs alone: the key's hash does not say. */
  readonly isOfFactory: boolean;
}

/** A demand for proofs of this node's work. */
export type ProofEvent = { readonly block: number } & (
  | { readonly kind: "receipt"; readonly receiptId: Hex }
  /** Demanded or opened. */
  | { readonly kind: "audit"; readonly auditId: Hex; readonly nonce: bigint }
);

/** Reads at one block; the newest when it is not given. */
export interface Chain {
  head(): Promise<Head>;
  line(lineId: Hex, block?: number): Promise<LineState>;
  version(lineId: Hex, version: number, block?: number): Promise<VersionState>;
  /** Position of a version in the line of this node. Throws `WRONG_CHAIN_STATE` for a hash that is none of it. */
  versionOf(versionHash: Hex): Promise<number>;
  anchor(modelId: bigint): Promise<ModelAnchor>;
  /** Unix seconds: 0 never, 2^40 - 1 while active. */
  payableUntil(lineId: Hex, versionHash: Hex, block?: number): Promise<bigint>;
  isPayable(receiptKey: string, lineId: Hex, workedAt: bigint, block?: number): Promise<boolean>;
  /** Undefined when it was never registered. */
  enclave(receiptKey: string, block?: number): Promise<EnclaveState | undefined>;
  node(): Promise<NodeState>;
  minStake(): Promise<bigint>;
  /** Whether the escrow has lane O. */
  hasOptimisticLane(): Promise<boolean>;
  /** The share of the stake that stands behind the line's pay in lane O (`InferenceEscrow.setStakeShare`); 0: none. */
  stakeShare(): Promise<number>;
  /** Units that lane O would still pay by the stake of now. */
  optimisticRoom(): Promise<bigint>;
  /** Undefined when the node has no such channel. */
  channel(channel: bigint, block?: number): Promise<ChannelState | undefined>;
  /** Whether the escrow would take this as its payer's word that the channel is to be closed, now. */
  takesCloseRequest(channel: bigint, deadline: bigint, signature: Hex): Promise<boolean>;
  /** Whether a challenge of the channel is open. */
  isChallenged(channel: bigint, block?: number): Promise<boolean>;
  channelCount(block?: number): Promise<bigint>;
  /** Units that the node may collect. */
  earned(): Promise<bigint>;
  /** Nonce of the next batch. */
  nextNonce(): Promise<bigint>;
  maxBatchAge(): Promise<bigint>;
  /** Events of this node's channels of the line in the blocks `from` to `to`, both included. */
  escrowEvents(from: number, to: number): Promise<EscrowEvent[]>;
  /** Challenges of them that were opened, answered in full, or upheld. */
  challengeEvents(from: number, to: number): Promise<ChallengeEvent[]>;
  /** Demands of proofs of the node's receipts, and audits of its batches on the line. */
  proofEvents(from: number, to: number): Promise<ProofEvent[]>;
  /** What the line asks for work of a time, Unix seconds; undefined: nothing. */
  proofPolicy(time: bigint, block?: number): Promise<ProofPolicy | undefined>;
  /** Seconds between a policy and its beginning. */
  proofNotice(): Promise<bigint>;
  /** Seconds after the newest work of a batch for which anything in it may have to be proven. */
  proofLife(): Promise<bigint>;
  /** The verifier that is pinned for a circuit; undefined: none is. */
  pinnedVerifier(circuitId: Hex): Promise<PinnedVerifier | undefined>;
  /** Tier 2: whether both commitments of a version were proven to be to the same weights, so that sums can be linked to it. */
  areDigestsProven(versionHash: Hex, block: number): Promise<boolean>;
  /** Tier 2: y of a sum that is linked to a version, by its x; 0: none is. */
  linkedSum(versionHash: Hex, circuit: CircuitRef, x: bigint, block: number): Promise<bigint>;
}
