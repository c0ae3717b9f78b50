import type { Hex } from "@freehold/sdk";

/** Families of execution environments, as `--tee` names them. `tdx` asks the kernel for quotes, `dstack` the guest agent. */
export const TEE_KINDS = ["development", "nitro", "tdx", "dstack"] as const;
export type TeeKind = (typeof TEE_KINDS)[number];

/** What evidence is asked for. */
export interface AttestationRequest {
  /** The 32 bytes that the evidence commits to: user_data of Nitro, the first half of Intel's report data. */
  readonly binding: Hex;
  /** public_key of Nitro; the second half of Intel's report data is a hash of it. */
  readonly hpkePublicKey: Hex;
  /** Hash of the challenge block: nonce of Nitro. */
  readonly challengeHash: Hex;
  /** The contract that will verify it, and its chain. */
  readonly verifier: string;
  readonly chainId: bigint;
  /** Chain time, Unix seconds. */
  readonly now: bigint;
}

/** What NodeRegistry.registerEnclave takes as `evidence` and `aux`. */
export interface Evidence {
  readonly evidence: Hex;
  readonly aux: Hex;
}

/** A trusted execution environment: the only part of the worker that differs between families. */
interface Tee {
  readonly kind: TeeKind;
  /** Identity of the code that runs, as the family's verifier reports it. */
  readonly measurementId: Hex;
  /** Throws `TEE_FAILED`, `EVIDENCE_MISMATCH` or `MEASUREMENT_CHANGED`. */
  attest(request: AttestationRequest): Promise<Evidence>;
}

/** Bytes that only this environment can read again. */
export interface Sealer {
  seal(plaintext: Uint8Array): Uint8Array;
  /** Throws `UNSEAL_FAILED` for bytes that this environment did not seal, `OTHER_CODE` for those that other code sealed. */
  unseal(sealed: Uint8Array): Uint8Array;
}

/** An environment with a key of its own: what it sealed, it opens after a restart. */
export interface SealingProvider extends Tee, Sealer {
  readonly seals: true;
}

/** An environment without one: its keys live as long as its memory. */
export interface VolatileProvider extends Tee {
  readonly seals: false;
}

export type EnclaveProvider = SealingProvider | VolatileProvider;
