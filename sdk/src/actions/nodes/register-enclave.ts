import { ZERO_HASH } from "../../eip712/versions.js";
import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** What an operator shows to register an enclave. */
export interface RegisterEnclaveParameters {
  /** A verifier that governance accepts. */
  verifier: string;
  /** Address of the enclave's secp256k1 key. */
  receiptKey: string;
  /** 32 bytes (X25519). */
  hpkePublicKey: Hex;
  /** Digest of the versions that the enclave loaded; default none. */
  versionSet?: Hex;
  /** A block among the last 256 (8,191 where the chain has EIP-2935), whose hash the evidence commits to: see `bindingOf`. */
  challengeBlock: bigint | number;
  evidence: Hex;
  /** Hints and cached certificates; default none. */
  aux?: Hex;
}

/** Registers an enclave of the caller after the chain verified its attestation. */
export const registerEnclave = write({
  contract: "NodeRegistry",
  method: "registerEnclave",
  args: ({ versionSet = ZERO_HASH, aux = "0x", ...rest }: RegisterEnclaveParameters) => [{ versionSet, aux, ...rest }],
  event: "EnclaveRegistered",
  result: ({ node, receiptKey, measurementId, validUntil }) => ({
    node: node as Hex,
    receiptKey: receiptKey as Hex,
    measurementId: measurementId as Hex,
    validUntil,
  }),
});
