import { toHex } from "@freehold/sdk";
import type { AttestationRequest, Evidence, TeeKind } from "./provider.js";

/** What raw evidence was made for. */
export interface PrepareContext extends AttestationRequest {
  readonly kind: TeeKind;
}

/**
 * Makes what a verifier takes of what the hardware produced: the evidence (trimmed, where the verifier takes that) and its hints. It runs
 * in the enclave, but nothing depends on that: a wrong result is refused by the chain.
 */
export type PrepareEvidence = (raw: Uint8Array, context: PrepareContext) => Promise<Evidence>;

/** The evidence as it is, without hints. */
export const asIs: PrepareEvidence = async (raw) => ({ evidence: toHex(raw), aux: "0x" });
