import type { G1Point, InferenceValues, ModelWeights, Shape, Tier } from "@freehold/circuits";
import type { Hex } from "@freehold/sdk";

/** Has a proving key read, or the development key of a shape made. */
export interface KeyTask {
  readonly kind: "key";
  readonly shape: Shape;
  readonly tier: Tier;
  /** The key's file; undefined: make the development key. */
  readonly bytes: Uint8Array | undefined;
  /** Tier 2: the link key's file. */
  readonly link: Uint8Array | undefined;
}

export interface KeyResult {
  /** Encoded, in memory that threads share. */
  readonly bytes: Uint8Array;
  /** Tier 2: the same of the link key. */
  readonly link: Uint8Array | undefined;
  /** keccak256 of its verifying key, in tier 2 with that of its link, as `IProofVerifier.keyHash`. */
  readonly keyHash: Hex;
  /** Its secrets are public. */
  readonly development: boolean;
}

/** Tier 2: has a sum of committed weights made and linked, once the ledger's anchor is found to be of these weights. */
export interface LinkTask {
  readonly kind: "link";
  readonly shape: Shape;
  /** Of {@link KeyResult}, both. */
  readonly key: Uint8Array;
  readonly link: Uint8Array;
  readonly weights: ModelWeights;
  /** As the ledger has it. */
  readonly anchor: G1Point;
  readonly anchorBlinder: bigint;
  /** Of the sum. */
  readonly blinder: bigint;
}

export interface LinkResult {
  /** Coordinates of the sum; its x names it. */
  readonly x: bigint;
  readonly y: bigint;
  /** The sum and its link, 128 bytes. */
  readonly linked: Uint8Array;
}

/** Has one inference proven. */
export interface ProveTask {
  readonly kind: "prove";
  readonly shape: Shape;
  /** Of {@link KeyResult}. */
  readonly key: Uint8Array;
  /** For the multiplications; 0: in the thread itself. */
  readonly threads: number;
  readonly values: InferenceValues;
  /** Root, input and output as ledger and receipt have them: a proof of others would be worth nothing. */
  readonly expected: readonly [bigint, bigint, bigint];
  /** Tier 2: the sum to prove against, which is linked; undefined: tier 1. */
  readonly sum: { readonly x: bigint; readonly y: bigint; readonly blinder: bigint } | undefined;
}

export interface ProveResult {
  readonly proof: Hex;
  /** class * 256 + margin. */
  readonly result: bigint;
}

export type Task = KeyTask | LinkTask | ProveTask;

export interface Request {
  readonly id: number;
  readonly task: Task;
}

export type Answer =
  | { readonly id: number; readonly result: KeyResult | LinkResult | ProveResult }
  | { readonly id: number; readonly error: string };
