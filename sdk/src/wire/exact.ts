import { toBase64 } from "../bytes.js";
import type { ExactReceipt } from "../eip712/exact-receipt.js";
import type { Hex } from "../hex.js";
import { Reader } from "./reader.js";

/** Path of the route that is paid over x402 (docs/x402.md). */
export const X402_ROUTE = "/v1/x402/inference";

/** Body of `POST /v1/x402/inference`: the payment is in a header. */
export interface X402Request {
  lineId: Hex;
  versionHash: Hex;
  /** HPKE's encapsulated key, 32 bytes. */
  enc: Uint8Array<ArrayBuffer>;
  ciphertext: Uint8Array<ArrayBuffer>;
}

/** Reads a request. Throws {@link WireError}. */
export function decodeX402Request(json: unknown): X402Request {
  const r = new Reader(json, ["v", "lineId", "versionHash", "enc", "ciphertext"]);
  r.version();
  return {
    lineId: r.bytes32("lineId"),
    versionHash: r.bytes32("versionHash"),
    enc: r.base64("enc", 32),
    ciphertext: r.base64("ciphertext"),
  };
}

/** JSON of a request. */
export function encodeX402Request(r: X402Request) {
  return {
    v: 1 as const,
    lineId: r.lineId.toLowerCase(),
    versionHash: r.versionHash.toLowerCase(),
    enc: toBase64(r.enc),
    ciphertext: toBase64(r.ciphertext),
  };
}

/** Body of the answer to an inference that a token transfer paid for. */
export interface ExactResponse {
  receipt: ExactReceipt;
  /** Of the receipt key over `receipt`. */
  signature: Hex;
  /** 32 bytes. */
  nonce: Uint8Array<ArrayBuffer>;
  ciphertext: Uint8Array<ArrayBuffer>;
}

/** Reads a response. Throws {@link WireError}. */
export function decodeExactResponse(json: unknown): ExactResponse {
  const r = new Reader(json, ["receipt", "signature", "nonce", "ciphertext"]);
  return {
    receipt: r.object("receipt", decodeExactReceipt),
    signature: r.hex("signature", 65),
    nonce: r.base64("nonce", 32),
    ciphertext: r.base64("ciphertext"),
  };
}

/** JSON of a response. */
export function encodeExactResponse(r: ExactResponse) {
  return {
    receipt: encodeExactReceipt(r.receipt),
    signature: r.signature.toLowerCase(),
    nonce: toBase64(r.nonce),
    ciphertext: toBase64(r.ciphertext),
  };
}

const FIELDS = [
  "node",
  "payer",
  "paymentNonce",
  "asset",
  "payTo",
  "amount",
  "lineId",
  "versionHash",
  "requestHash",
  "responseHash",
  "workedAt",
];

/** Reads a receipt. Throws {@link WireError}. */
export function decodeExactReceipt(json: unknown, path = ""): ExactReceipt {
  const r = new Reader(json, FIELDS, path);
  return {
    node: r.address("node"),
    payer: r.address("payer"),
    paymentNonce: r.bytes32("paymentNonce"),
    asset: r.address("asset"),
    payTo: r.address("payTo"),
    amount: r.uint("amount", 256),
    lineId: r.bytes32("lineId"),
    versionHash: r.bytes32("versionHash"),
    requestHash: r.bytes32("requestHash"),
    responseHash: r.bytes32("responseHash"),
    workedAt: r.uint("workedAt", 40),
  };
}

/** JSON of a receipt. */
export function encodeExactReceipt(r: ExactReceipt) {
  return {
    node: r.node.toLowerCase(),
    payer: r.payer.toLowerCase(),
    paymentNonce: r.paymentNonce.toLowerCase(),
    asset: r.asset.toLowerCase(),
    payTo: r.payTo.toLowerCase(),
    amount: r.amount.toString(),
    lineId: r.lineId.toLowerCase(),
    versionHash: r.versionHash.toLowerCase(),
    requestHash: r.requestHash.toLowerCase(),
    responseHash: r.responseHash.toLowerCase(),
    workedAt: r.workedAt.toString(),
  };
}
