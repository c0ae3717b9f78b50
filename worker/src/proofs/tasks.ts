import type { InferenceValues, Shape } from "@freehold/circuits";
import type { Hex } from "@freehold/sdk";

/** Has a proving key read, or the development key of a shape made. */
export interface KeyTask {
  readonly kind: "key";
  readonly shape: Shape;
  /** The key's file; undefined: make the development key. */
  readonly bytes: Uint8Array | undefined;
}

export interface KeyResult {
  /** Encoded, in memory that threads share. */
  readonly bytes: Uint8Array;
  /** keccak256 of its verifying key, as `IProofVerifier.keyHash`. */
  readonly keyHash: Hex;
  /** Its secrets are public. */
  readonly development: boolean;
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
}

export interface ProveResult {
  readonly proof: Hex;
  /** class * 256 + margin. */
  readonly result: bigint;
}

export type Task = KeyTask | ProveTask;

export interface Request {
  readonly id: number;
  readonly task: Task;
}

export type Answer =
  | { readonly id: number; readonly result: KeyResult | ProveResult }
  | { readonly id: number; readonly error: string };
