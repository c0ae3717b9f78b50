import { concatBytes } from "../../bytes.js";
import { expectBytes, readCbor } from "./cbor.js";
import { NitroError } from "./errors.js";

/** Bytes of the longest document that NitroVerifier reads. */
export const MAX_DOCUMENT = 8192;

/** A COSE_Sign1 message with ES384 (RFC 9052, 4.2). */
export interface Sign1 {
  readonly payload: Uint8Array;
  /** Sig_structure (RFC 9052, 4.4): what the signature is over. */
  readonly toBeSigned: Uint8Array;
  /** r ‖ s, 48 bytes each. */
  readonly signature: Uint8Array;
}

const TAG_18 = 0xd2;
/** {1 (alg): -35 (ES384)}. */
const PROTECTED = Uint8Array.of(0xa1, 0x01, 0x38, 0x22);
/** ["Signature1", protected header, no external data, ... */
const SIGNATURE1 = Uint8Array.from([0x84, 0x6a, ...new TextEncoder().encode("Signature1"), 0x44, ...PROTECTED, 0x40]);

/** Reads a message with or without its tag. Throws `BAD_EVIDENCE`. */
export function parseSign1(evidence: Uint8Array): Sign1 {
  if (evidence.length > MAX_DOCUMENT) {
    throw new NitroError("BAD_EVIDENCE", `the document has ${evidence.length} bytes, more than ${MAX_DOCUMENT}`);
  }
  const message = readCbor(evidence[0] === TAG_18 ? evidence.subarray(1) : evidence, "the document");
  if (!Array.isArray(message) || message.length !== 4) {
    throw new NitroError("BAD_EVIDENCE", "the document is no COSE_Sign1: an array of four");
  }
  const [header, unprotected, content, proof] = message as readonly unknown[];
  const protectedHeader = expectBytes(header, "the protected header", 4, 4);
  if (!protectedHeader.every((byte, i) => byte === PROTECTED[i])) {
    throw new NitroError("BAD_EVIDENCE", "the protected header is not {alg: ES384}");
  }
  if (!(unprotected instanceof Map) || unprotected.size !== 0) {
    throw new NitroError("BAD_EVIDENCE", "the unprotected header is not an empty map");
  }
  const payload = expectBytes(content, "the payload", 1, MAX_DOCUMENT);
  const signature = expectBytes(proof, "the signature", 96, 96);
  return { payload, signature, toBeSigned: concatBytes(SIGNATURE1, bytesHead(payload.length), payload) };
}

/** Head of a byte string shorter than 64 KB, in its shortest form. */
function bytesHead(length: number): Uint8Array {
  if (length < 24) return Uint8Array.of(0x40 | length);
  return length < 0x100 ? Uint8Array.of(0x58, length) : Uint8Array.of(0x59, length >> 8, length & 0xff);
}
