import type { Hex, ProofPolicy } from "@freehold/sdk";
import type { Head } from "./types.js";

/** One receipt key as the chain sees it. */
export interface KeyView {
  /** Unix seconds, the last at which its work is payable. */
  readonly validUntil: bigint;
  readonly registeredAt: bigint;
  readonly measurementId: Hex;
  /** Whether work that it finished at the view's time is payable on the line. */
  readonly payable: boolean;
}

/** What the chain said at one block; all of it at the same block. */
export interface ChainView {
  readonly head: Head;
  /** Block whose deposits and settlements count as final. */
  readonly finalBlock: number;
  readonly modelId: bigint;
  readonly active: { readonly version: number; readonly hash: Hex };
  /** By version hash: Unix seconds until which work on it is payable. */
  readonly payableUntil: ReadonlyMap<Hex, bigint>;
  /** What the line asks to be proven of work done now, and of work after the next change; undefined: nothing, and no change to come. */
  readonly proofPolicy: { readonly now: ProofPolicy | undefined; readonly next: ProofPolicy | undefined };
  /** Registered keys of the enclave. */
  readonly keys: ReadonlyMap<Hex, KeyView>;
  /** Monotonic clock in milliseconds at which it was read. */
  readonly readAt: number;
}

/** Whether work that is finished at the view's time on this version with this key will be paid. */
export function paysFor(view: ChainView, versionHash: Hex, receiptKey: Hex): boolean {
  const until = view.payableUntil.get(versionHash) ?? 0n;
  return until >= view.head.timestamp && view.keys.get(receiptKey)?.payable === true;
}
