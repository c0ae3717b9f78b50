import { keccak256 } from "ethers";
import type { Offer } from "../eip712/types.js";
import type { Hex } from "../hex.js";
import { Reader } from "./reader.js";

/** `GET /v1/attestation` (docs/protocol.md 4.1). Nothing of it is true before the chain confirms it. */
export interface SignedOffer {
  chainId: bigint;
  escrow: Hex;
  nodeRegistry: Hex;
  deltaLedger: Hex;
  node: Hex;
  receiptKey: Hex;
  hpkePublicKey: Hex;
  measurementId: Hex;
  /** Unix seconds, the last at which the enclave's work is payable. */
  validUntil: bigint;
  modelId: bigint;
  lineId: Hex;
  version: number;
  versionHash: Hex;
  /** Units per inference. */
  price: bigint;
  /** Chain time, Unix seconds. */
  issuedAt: bigint;
  /** Of the receipt key over {@link offerStruct}. */
  signature: Hex;
}

const FIELDS = [
  "v",
  "chainId",
  "escrow",
  "nodeRegistry",
  "deltaLedger",
  "node",
  "receiptKey",
  "hpkePublicKey",
  "measurementId",
  "validUntil",
  "modelId",
  "lineId",
  "version",
  "versionHash",
  "price",
  "issuedAt",
  "signature",
];

/** Reads an offer. Throws {@link WireError}. */
export function decodeOffer(json: unknown): SignedOffer {
  const r = new Reader(json, FIELDS);
  r.version();
  return {
    chainId: r.uint("chainId", 256),
    escrow: r.address("escrow"),
    nodeRegistry: r.address("nodeRegistry"),
    deltaLedger: r.address("deltaLedger"),
    node: r.address("node"),
    receiptKey: r.address("receiptKey"),
    hpkePublicKey: r.hex("hpkePublicKey", 32),
    measurementId: r.bytes32("measurementId"),
    validUntil: r.uint("validUntil", 40),
    modelId: r.uint("modelId", 256),
    lineId: r.bytes32("lineId"),
    version: r.uint32("version"),
    versionHash: r.bytes32("versionHash"),
    price: r.uint("price", 64),
    issuedAt: r.uint("issuedAt", 40),
    signature: r.hex("signature", 65),
  };
}

/** JSON of an offer. */
export function encodeOffer(o: SignedOffer) {
  return {
    v: 1 as const,
    chainId: o.chainId.toString(),
    escrow: o.escrow.toLowerCase(),
    nodeRegistry: o.nodeRegistry.toLowerCase(),
    deltaLedger: o.deltaLedger.toLowerCase(),
    node: o.node.toLowerCase(),
    receiptKey: o.receiptKey.toLowerCase(),
    hpkePublicKey: o.hpkePublicKey.toLowerCase(),
    measurementId: o.measurementId.toLowerCase(),
    validUntil: o.validUntil.toString(),
    modelId: o.modelId.toString(),
    lineId: o.lineId.toLowerCase(),
    version: o.version,
    versionHash: o.versionHash.toLowerCase(),
    price: o.price.toString(),
    issuedAt: o.issuedAt.toString(),
    signature: o.signature.toLowerCase(),
  };
}

/** The part of an offer that the enclave signs. */
export function offerStruct(o: Omit<SignedOffer, "signature">): Offer {
  return {
    node: o.node,
    receiptKey: o.receiptKey,
    hpkeKeyHash: keccak256(o.hpkePublicKey) as Hex,
    lineId: o.lineId,
    versionHash: o.versionHash,
    price: o.price,
    issuedAt: o.issuedAt,
  };
}
