import type { ExactReceipt, Hex, Receipt, SealedResponse } from "@freehold/sdk";
import type { InferenceEngine } from "../engine/index.js";
import type { CommittedModel } from "../proofs/committed.js";

/** What the enclave is told of a request; `aad` binds it to channel, version, key and voucher. */
export interface Job {
  readonly aad: Uint8Array;
  readonly enc: Uint8Array;
  readonly ciphertext: Uint8Array;
  readonly requestHash: Hex;
  readonly channel: bigint;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly engine: InferenceEngine;
  /** The same model, when what it answers can be proven. */
  readonly committed?: CommittedModel | undefined;
  /** Units. */
  readonly price: bigint;
  /** Receipt keys whose work is payable now, newest first. */
  readonly payableKeys: readonly Hex[];
  /** Chain time of the work; asked when the output is there, and throws when such work would not be payable. */
  finishedAt(receiptKey: Hex): bigint;
}

/** What a channel was metered before a request. */
export interface Meter {
  readonly seq: bigint;
  /** Units. */
  readonly cumulative: bigint;
}

/** A job whose response is complete and sealed, and not metered yet. */
export interface Finished {
  readonly job: Job;
  readonly receiptKey: Hex;
  readonly response: SealedResponse;
  readonly commitments: Pick<Receipt, "inputCommitment" | "outputCommitment">;
  /** What a proof of it needs, sealed; of a model that can be proven. */
  readonly witness: Uint8Array | undefined;
}

/** A metered job: nothing in it shows input or output. */
export interface Completed {
  readonly receipt: Receipt;
  readonly signature: Hex;
  readonly receiptKey: Hex;
  readonly response: SealedResponse;
  /** See {@link Finished}. */
  readonly witness: Uint8Array | undefined;
}

/** What the enclave is told of a request that a token transfer pays for. */
export interface ExactJob extends Omit<Job, "aad" | "requestHash" | "channel" | "price" | "committed"> {
  readonly idempotencyKey: string;
  /** The transfer that pays, as docs/x402.md names its parts. */
  readonly payment: Pick<ExactReceipt, "payer" | "paymentNonce" | "asset" | "payTo" | "amount">;
}

/** Public halves of one key generation. */
export interface EnclaveKeys {
  readonly receiptKey: Hex;
  readonly hpkePublicKey: Hex;
}
