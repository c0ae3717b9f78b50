import { decode, encode } from "cborg";
import { failed } from "../absent.js";

/**
 * Requests to the Nitro Secure Module and its answers: the CBOR of aws-nitro-enclaves-nsm-api (src/api), an enum of Rust as serde writes it: a map
 * with the variant's name for its one key.
 */

/** Longest user_data, nonce and public_key: what the module takes, in bytes. */
const LONGEST = 1024;

/** What a document is asked to carry. */
export interface DocumentFields {
  readonly userData: Uint8Array;
  readonly nonce: Uint8Array;
  readonly publicKey: Uint8Array;
}

export function attestationRequest({ userData, nonce, publicKey }: DocumentFields): Uint8Array {
  const fields = { user_data: userData, nonce, public_key: publicKey };
  for (const [name, value] of Object.entries(fields)) {
    if (value.length > LONGEST) throw failed("nitro", `${name} of ${value.length} bytes is longer than ${LONGEST}`);
  }
  return encode({ Attestation: fields });
}

/** The COSE_Sign1 of an answer to {@link attestationRequest}. Throws `TEE_FAILED`. */
export function attestationDocument(answer: Uint8Array): Uint8Array {
  return bytesOf(answerOf(answer, "Attestation"), "document");
}

/** Asks for a platform configuration register. */
export function describePcrRequest(index: number): Uint8Array {
  return encode({ DescribePCR: { index } });
}

/** Value of a register, and whether it can change no more. Throws `TEE_FAILED`. */
export function describedPcr(answer: Uint8Array): { locked: boolean; value: Uint8Array } {
  const fields = answerOf(answer, "DescribePCR");
  const locked = fields.get("lock");
  if (typeof locked !== "boolean") throw unknown("DescribePCR has no lock");
  return { locked, value: bytesOf(fields, "data") };
}

function answerOf(answer: Uint8Array, variant: string): Map<unknown, unknown> {
  let decoded: unknown;
  try {
    decoded = decode(answer, { useMaps: true, rejectDuplicateMapKeys: true });
  } catch (cause) {
    throw failed("nitro", "the Nitro Secure Module answered what is no CBOR", cause);
  }
  if (!(decoded instanceof Map) || decoded.size !== 1) throw unknown("no answer of one variant");
  const code = decoded.get("Error");
  if (code !== undefined) throw failed("nitro", `the Nitro Secure Module refused ${variant}: ${String(code)}`);
  const fields = decoded.get(variant);
  if (!(fields instanceof Map)) throw unknown(`no answer to ${variant}`);
  return fields;
}

function bytesOf(fields: Map<unknown, unknown>, name: string): Uint8Array {
  const value = fields.get(name);
  if (!(value instanceof Uint8Array)) throw unknown(`${name} is missing`);
  return value;
}

function unknown(what: string) {
  return failed("nitro", `the Nitro Secure Module answered something else: ${what}`);
}
