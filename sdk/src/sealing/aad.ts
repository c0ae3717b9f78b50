import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, utf8 } from "../bytes.js";
import { type Hex, toHex } from "../hex.js";

/** What a sealed request is bound to. */
export interface RequestBinding {
  chainId: bigint;
  escrow: string;
  node: string;
  channel: bigint;
  lineId: Hex;
  versionHash: Hex;
  /** 32 lower-case hex digits, new for every inference. */
  idempotencyKey: string;
  /** Units of the voucher that pays. */
  cumulative: bigint;
}

/** Additional data of a sealed request (docs/protocol.md 4.2). */
export function requestAad(b: RequestBinding): Uint8Array<ArrayBuffer> {
  return utf8(
    JSON.stringify([
      "freehold/request/v1",
      b.chainId.toString(),
      b.escrow.toLowerCase(),
      b.node.toLowerCase(),
      b.channel.toString(),
      b.lineId.toLowerCase(),
      b.versionHash.toLowerCase(),
      b.idempotencyKey,
      b.cumulative.toString(),
    ]),
  );
}

/** SHA-256(aad ‖ enc ‖ ciphertext): names a request in its receipt. */
export function requestHash(request: { aad: Uint8Array; enc: Uint8Array; ciphertext: Uint8Array }): Hex {
  return toHex(sha256(concatBytes(request.aad, request.enc, request.ciphertext)));
}

/** SHA-256(nonce ‖ ciphertext): names a response in its receipt. */
export function responseHash(response: { nonce: Uint8Array; ciphertext: Uint8Array }): Hex {
  return toHex(sha256(concatBytes(response.nonce, response.ciphertext)));
}
