import type { Receipt } from "../eip712/types.js";
import { Reader } from "./reader.js";

const FIELDS = [
  "node",
  "channel",
  "seq",
  "cumulative",
  "price",
  "lineId",
  "versionHash",
  "requestHash",
  "responseHash",
  "inputCommitment",
  "outputCommitment",
  "workedAt",
];

/** Reads a receipt. Throws {@link WireError}. */
export function decodeReceipt(json: unknown, path = ""): Receipt {
  const r = new Reader(json, FIELDS, path);
  return {
    node: r.address("node"),
    channel: r.uint("channel", 256),
    seq: r.uint("seq", 64),
    cumulative: r.uint("cumulative", 64),
    price: r.uint("price", 64),
    lineId: r.bytes32("lineId"),
    versionHash: r.bytes32("versionHash"),
    requestHash: r.bytes32("requestHash"),
    responseHash: r.bytes32("responseHash"),
    inputCommitment: r.bytes32("inputCommitment"),
    outputCommitment: r.bytes32("outputCommitment"),
    workedAt: r.uint("workedAt", 40),
  };
}

/** JSON of a receipt. */
export function encodeReceipt(r: Receipt) {
  return {
    node: r.node.toLowerCase(),
    channel: r.channel.toString(),
    seq: r.seq.toString(),
    cumulative: r.cumulative.toString(),
    price: r.price.toString(),
    lineId: r.lineId.toLowerCase(),
    versionHash: r.versionHash.toLowerCase(),
    requestHash: r.requestHash.toLowerCase(),
    responseHash: r.responseHash.toLowerCase(),
    inputCommitment: r.inputCommitment.toLowerCase(),
    outputCommitment: r.outputCommitment.toLowerCase(),
    workedAt: r.workedAt.toString(),
  };
}
