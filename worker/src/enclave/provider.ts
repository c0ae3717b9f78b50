import type { Hex } from "@freehold/sdk";

/** What evidence is asked for. */
export interface AttestationRequest {
  /** The 32 bytes that the evidence commits to. */
  readonly binding: Hex;
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
export interface EnclaveProvider {
  readonly kind: "development";
  /** Identity of the code that runs, as the family's verifier reports it. */
  readonly measurementId: Hex;
  attest(request: AttestationRequest): Promise<Evidence>;
  /** Encrypts bytes so that only this environment can read them again. */
  seal(plaintext: Uint8Array): Uint8Array;
  /** Throws `UNSEAL_FAILED` for bytes that this environment did not seal. */
  unseal(sealed: Uint8Array): Uint8Array;
}
