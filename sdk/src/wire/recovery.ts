import type { Receipt } from "../eip712/types.js";
import type { Hex } from "../hex.js";
import { WireError } from "./error.js";
import { Reader } from "./reader.js";
import { decodeReceipt, encodeReceipt } from "./receipt.js";
import { decodeVoucher, encodeVoucher, type VoucherPart } from "./voucher.js";

/** `GET /v1/channels/:channel` (docs/protocol.md 4.4). Only its voucher and its receipt prove anything. */
export interface ChannelRecovery {
  channel: bigint;
  seq: bigint;
  /** Units. */
  metered: bigint;
  /** The highest voucher that the node holds; null before the first request. */
  voucher: VoucherPart | null;
  /** The newest receipt. */
  receipt: Receipt | null;
  /** Of the receipt key over `receipt`. */
  signature: Hex | null;
}

/** Reads a recovery answer. Throws {@link WireError}. */
export function decodeRecovery(json: unknown): ChannelRecovery {
  const r = new Reader(json, ["channel", "seq", "metered", "voucher", "receipt", "signature"]);
  const recovery = {
    channel: r.uint("channel", 256),
    seq: r.uint("seq", 64),
    metered: r.uint("metered", 64),
    voucher: r.nullable("voucher", () => r.object("voucher", decodeVoucher)),
    receipt: r.nullable("receipt", () => r.object("receipt", decodeReceipt)),
    signature: r.nullable("signature", () => r.hex("signature", 65)),
  };
  if ((recovery.receipt === null) !== (recovery.signature === null)) {
    throw new WireError("signature", "null if and only if receipt is", recovery.signature);
  }
  return recovery;
}

/** JSON of a recovery answer. */
export function encodeRecovery(r: ChannelRecovery) {
  return {
    channel: r.channel.toString(),
    seq: r.seq.toString(),
    metered: r.metered.toString(),
    voucher: r.voucher === null ? null : encodeVoucher(r.voucher),
    receipt: r.receipt === null ? null : encodeReceipt(r.receipt),
    signature: r.signature === null ? null : r.signature.toLowerCase(),
  };
}
