import type { Hex } from "../hex.js";
import { Reader } from "./reader.js";

/** A voucher without what the request around it says already: node and channel. */
export interface VoucherPart {
  /** Units, over the channel's whole life. */
  cumulative: bigint;
  signature: Hex;
}

/** Reads a voucher. Throws {@link WireError}. */
export function decodeVoucher(json: unknown, path = ""): VoucherPart {
  const r = new Reader(json, ["cumulative", "signature"], path);
  return { cumulative: r.uint("cumulative", 64), signature: r.hex("signature", 65) };
}

/** JSON of a voucher. */
export function encodeVoucher(v: VoucherPart) {
  return { cumulative: v.cumulative.toString(), signature: v.signature.toLowerCase() };
}
