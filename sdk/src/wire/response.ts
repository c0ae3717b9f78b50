import { toBase64 } from "../bytes.js";
import type { Receipt } from "../eip712/types.js";
import type { Hex } from "../hex.js";
import { Reader } from "./reader.js";
import { decodeReceipt, encodeReceipt } from "./receipt.js";

/** Body of the answer to an inference (docs/protocol.md 4.3). */
export interface InferenceResponse {
  receipt: Receipt;
  /** Of the receipt key over `receipt`. */
  signature: Hex;
  /** 32 bytes. */
  nonce: Uint8Array<ArrayBuffer>;
  ciphertext: Uint8Array<ArrayBuffer>;
}

/** Reads a response. Throws {@link WireError}. */
export function decodeResponse(json: unknown): InferenceResponse {
  const r = new Reader(json, ["receipt", "signature", "nonce", "ciphertext"]);
  return {
    receipt: r.object("receipt", decodeReceipt),
    signature: r.hex("signature", 65),
    nonce: r.base64("nonce", 32),
    ciphertext: r.base64("ciphertext"),
  };
}

/** JSON of a response. */
export function encodeResponse(r: InferenceResponse) {
  return {
    receipt: encodeReceipt(r.receipt),
    signature: r.signature.toLowerCase(),
    nonce: toBase64(r.nonce),
    ciphertext: toBase64(r.ciphertext),
  };
}
