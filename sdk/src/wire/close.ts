import type { Hex } from "../hex.js";
import { Reader } from "./reader.js";

/** Most bytes of a payer's signature: wallets that are contracts, or do not exist yet, sign with more than a key. */
const MAX_SIGNATURE = 16 * 1024;

/** `POST /v1/close` (docs/protocol.md 4.5): a payer asks for the end of his channel. */
export interface CloseAsk {
  lineId: Hex;
  channel: bigint;
  /** Chain time, Unix seconds, the last at which the signature counts. */
  deadline: bigint;
  /** Of the payer, over `CloseRequest`. */
  signature: Hex;
}

/** Its answer: the enclave's last word, with which the payer can send `closeNow`. */
export interface CloseWord {
  node: Hex;
  lineId: Hex;
  channel: bigint;
  /** Units that the node gets in all; what was paid is part of it. */
  cumulative: bigint;
  /** Chain time, Unix seconds. */
  issuedAt: bigint;
  /** Of the enclave, over `Close`. */
  signature: Hex;
}

/** Reads a request for a close. Throws {@link WireError}. */
export function decodeCloseAsk(json: unknown): CloseAsk {
  const r = new Reader(json, ["v", "lineId", "channel", "deadline", "signature"]);
  r.version();
  return {
    lineId: r.bytes32("lineId"),
    channel: r.uint("channel", 256),
    deadline: r.uint("deadline", 256),
    signature: r.bytes("signature", MAX_SIGNATURE),
  };
}

/** JSON of a request for a close. */
export function encodeCloseAsk({ lineId, channel, deadline, signature }: CloseAsk) {
  return {
    v: 1,
    lineId: lineId.toLowerCase(),
    channel: channel.toString(),
    deadline: deadline.toString(),
    signature: signature.toLowerCase(),
  };
}

/** Reads the enclave's last word. Throws {@link WireError}. */
export function decodeCloseWord(json: unknown): CloseWord {
  const r = new Reader(json, ["node", "lineId", "channel", "cumulative", "issuedAt", "signature"]);
  return {
    node: r.address("node"),
    lineId: r.bytes32("lineId"),
    channel: r.uint("channel", 256),
    cumulative: r.uint("cumulative", 64),
    issuedAt: r.uint("issuedAt", 40),
    signature: r.hex("signature", 65),
  };
}

/** JSON of the enclave's last word. */
export function encodeCloseWord(word: CloseWord) {
  return {
    node: word.node.toLowerCase(),
    lineId: word.lineId.toLowerCase(),
    channel: word.channel.toString(),
    cumulative: word.cumulative.toString(),
    issuedAt: word.issuedAt.toString(),
    signature: word.signature.toLowerCase(),
  };
}
