import type { Hex } from "../hex.js";

/** Name and Solidity type of one field of an EIP-712 struct. */
export interface TypedField {
  readonly name: string;
  readonly type: string;
}

/** EIP-712 types by struct name; the first that no other refers to is the primary one. */
export type TypedFields = Readonly<Record<string, readonly TypedField[]>>;

/** A payer's promise: the node may take `cumulative` units in all from this channel. */
export interface Voucher {
  node: string;
  channel: bigint;
  /** The line that it pays for: a node cannot settle it on another one. */
  lineId: Hex;
  /** Units, over the channel's whole life. */
  cumulative: bigint;
}

/** What an enclave offers: this version of this line, sealed to this HPKE key, at this price. */
export interface Offer {
  node: string;
  /** Address of the enclave's secp256k1 key, which signs. */
  receiptKey: string;
  /** keccak256 of the HPKE public key. */
  hpkeKeyHash: Hex;
  lineId: Hex;
  versionHash: Hex;
  /** Units per inference. */
  price: bigint;
  /** Chain time, Unix seconds. */
  issuedAt: bigint;
}

/** What an enclave signs for one completed inference. */
export interface Receipt {
  node: string;
  channel: bigint;
  /** 1 for the first inference of a channel. */
  seq: bigint;
  /** Units metered on the channel, this inference included. */
  cumulative: bigint;
  /** Units of this inference. */
  price: bigint;
  lineId: Hex;
  versionHash: Hex;
  requestHash: Hex;
  responseHash: Hex;
  /** Salted Poseidon commitment to the input; zero where no circuit expresses the model. */
  inputCommitment: Hex;
  /** The same of the answer's logits. */
  outputCommitment: Hex;
  /** Chain time, Unix seconds. */
  workedAt: bigint;
}

/** What an enclave signs, once per settlement. */
export interface Batch {
  node: string;
  lineId: Hex;
  versionHash: Hex;
  /** How its rows prove consent: `Lane`. */
  lane: number;
  /** The node's next one on this line. */
  nonce: bigint;
  /** Chain time of the newest receipt in it, Unix seconds. */
  lastAt: bigint;
  /** keccak256 of its packed rows. */
  rowsHash: Hex;
}

/** An account's permission to append one delta to its line. */
export interface Append {
  modelId: bigint;
  account: string;
  /** Newest version hash of the line: a signature is good for one append. */
  parent: Hex;
  /** `hashDeltaAnchor(delta, datasets)`. */
  delta: Hex;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
}

/** A dataset owner's permission to one line. */
export interface Consent {
  datasetId: Hex;
  lineId: Hex;
  /** Unix seconds until which the line may cite the dataset. */
  until: bigint;
  /** The owner's present nonce in DatasetRegistry. */
  nonce: bigint;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
}

export const field = (type: string, name: string): TypedField => ({ name, type });

export const VOUCHER_TYPES = {
  Voucher: [
    field("address", "node"),
    field("uint256", "channel"),
    field("bytes32", "lineId"),
    field("uint64", "cumulative"),
  ],
} as const satisfies TypedFields;

export const OFFER_TYPES = {
  Offer: [
    field("address", "node"),
    field("address", "receiptKey"),
    field("bytes32", "hpkeKeyHash"),
    field("bytes32", "lineId"),
    field("bytes32", "versionHash"),
    field("uint64", "price"),
    field("uint40", "issuedAt"),
  ],
} as const satisfies TypedFields;

export const RECEIPT_TYPES = {
  Receipt: [
    field("address", "node"),
    field("uint256", "channel"),
    field("uint64", "seq"),
    field("uint64", "cumulative"),
    field("uint64", "price"),
    field("bytes32", "lineId"),
    field("bytes32", "versionHash"),
    field("bytes32", "requestHash"),
    field("bytes32", "responseHash"),
    field("bytes32", "inputCommitment"),
    field("bytes32", "outputCommitment"),
    field("uint40", "workedAt"),
  ],
} as const satisfies TypedFields;

export const BATCH_TYPES = {
  Batch: [
    field("address", "node"),
    field("bytes32", "lineId"),
    field("bytes32", "versionHash"),
    field("uint8", "lane"),
    field("uint32", "nonce"),
    field("uint40", "lastAt"),
    field("bytes32", "rowsHash"),
  ],
} as const satisfies TypedFields;

export const APPEND_TYPES = {
  Append: [
    field("uint256", "modelId"),
    field("address", "account"),
    field("bytes32", "parent"),
    field("bytes32", "delta"),
    field("uint256", "deadline"),
  ],
} as const satisfies TypedFields;

export const CONSENT_TYPES = {
  Consent: [
    field("bytes32", "datasetId"),
    field("bytes32", "lineId"),
    field("uint40", "until"),
    field("uint256", "nonce"),
    field("uint256", "deadline"),
  ],
} as const satisfies TypedFields;
