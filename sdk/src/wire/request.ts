import { randomBytes, toBase64 } from "../bytes.js";
import { type Hex, toHex } from "../hex.js";
import { WireError } from "./error.js";
import { Reader } from "./reader.js";
import { decodeVoucher, encodeVoucher, type VoucherPart } from "./voucher.js";

/** Body of `POST /v1/inference` (docs/protocol.md 4.2). */
export interface InferenceRequest {
  channel: bigint;
  lineId: Hex;
  versionHash: Hex;
  voucher: VoucherPart;
  /** HPKE's encapsulated key, 32 bytes. */
  enc: Uint8Array<ArrayBuffer>;
  ciphertext: Uint8Array<ArrayBuffer>;
}

/** Reads a request. Throws {@link WireError}. */
export function decodeRequest(json: unknown): InferenceRequest {
  const r = new Reader(json, ["v", "channel", "lineId", "versionHash", "voucher", "enc", "ciphertext"]);
  r.version();
  return {
    channel: r.uint("channel", 256),
    lineId: r.bytes32("lineId"),
    versionHash: r.bytes32("versionHash"),
    voucher: r.object("voucher", decodeVoucher),
    enc: r.base64("enc", 32),
    ciphertext: r.base64("ciphertext"),
  };
}

/** JSON of a request. */
export function encodeRequest(r: InferenceRequest) {
  return {
    v: 1 as const,
    channel: r.channel.toString(),
    lineId: r.lineId.toLowerCase(),
    versionHash: r.versionHash.toLowerCase(),
    voucher: encodeVoucher(r.voucher),
    enc: toBase64(r.enc),
    ciphertext: toBase64(r.ciphertext),
  };
}

/** Name of the header that makes a retry safe. */
export const IDEMPOTENCY_HEADER = "Idempotency-Key";

/** A fresh idempotency key: 32 random hex digits. */
export function newIdempotencyKey(): string {
  return toHex(randomBytes(16)).slice(2);
}

/** Reads the header of an idempotency key. Throws {@link WireError}. */
export function decodeIdempotencyKey(value: unknown): string {
  if (typeof value === "string" && /^[0-9a-f]{32}$/.test(value)) return value;
  throw new WireError(IDEMPOTENCY_HEADER, "32 lower-case hex digits", value);
}
