import type { Hex } from "../hex.js";
import type { Domain } from "./domains.js";
import { type TypedDataSigner, typedStruct } from "./struct.js";
import { field, type TypedFields } from "./types.js";

/** A payer's instruction to open a channel with his money, which anybody may carry. */
export interface Open {
  node: string;
  lineId: Hex;
  payer: string;
  /** Whose key signs vouchers. */
  signer: string;
  /** Units. */
  amount: bigint;
  /** Seconds from a close request to the end of all pay. */
  closeDelay: bigint;
  optimistic: boolean;
  /** Random: makes two equal openings different. */
  salt: bigint;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
}

/** What an EIP-3009 authorisation of a top-up is for: its digest is the nonce. */
export interface TopUp {
  node: string;
  lineId: Hex;
  channel: bigint;
  /** Units. */
  amount: bigint;
  salt: bigint;
}

/** A payer's instruction to start the close of his channel. */
export interface CloseRequest {
  node: string;
  lineId: Hex;
  channel: bigint;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
}

/** An enclave's last word on a channel: the payer may close it at once. */
export interface Close {
  node: string;
  lineId: Hex;
  channel: bigint;
  /** Units metered over the channel's whole life. */
  cumulative: bigint;
  /** Chain time, Unix seconds. */
  issuedAt: bigint;
}

/** A signer's word that he signed no more than `asserted` units: lets others challenge for him. */
export interface Challenge {
  node: string;
  lineId: Hex;
  channel: bigint;
  /** Units, the highest cumulative amount that he signed. */
  asserted: bigint;
  /** Unix seconds, the last at which the signature counts. */
  deadline: bigint;
}

export const OPEN_TYPES = {
  Open: [
    field("address", "node"),
    field("bytes32", "lineId"),
    field("address", "payer"),
    field("address", "signer"),
    field("uint64", "amount"),
    field("uint32", "closeDelay"),
    field("bool", "optimistic"),
    field("uint256", "salt"),
    field("uint256", "deadline"),
  ],
} as const satisfies TypedFields;

export const TOP_UP_TYPES = {
  TopUp: [
    field("address", "node"),
    field("bytes32", "lineId"),
    field("uint256", "channel"),
    field("uint64", "amount"),
    field("uint256", "salt"),
  ],
} as const satisfies TypedFields;

export const CLOSE_REQUEST_TYPES = {
  CloseRequest: [
    field("address", "node"),
    field("bytes32", "lineId"),
    field("uint256", "channel"),
    field("uint256", "deadline"),
  ],
} as const satisfies TypedFields;

export const CLOSE_TYPES = {
  Close: [
    field("address", "node"),
    field("bytes32", "lineId"),
    field("uint256", "channel"),
    field("uint64", "cumulative"),
    field("uint40", "issuedAt"),
  ],
} as const satisfies TypedFields;

export const CHALLENGE_TYPES = {
  Challenge: [
    field("address", "node"),
    field("bytes32", "lineId"),
    field("uint256", "channel"),
    field("uint64", "asserted"),
    field("uint256", "deadline"),
  ],
} as const satisfies TypedFields;

const open = /* @__PURE__ */ typedStruct<Open>(OPEN_TYPES);
const topUp = /* @__PURE__ */ typedStruct<TopUp>(TOP_UP_TYPES);
const closeRequest = /* @__PURE__ */ typedStruct<CloseRequest>(CLOSE_REQUEST_TYPES);
const close = /* @__PURE__ */ typedStruct<Close>(CLOSE_TYPES);
const challenge = /* @__PURE__ */ typedStruct<Challenge>(CHALLENGE_TYPES);

type Sign<T> = (signer: TypedDataSigner, domain: Domain, value: T) => Promise<Hex>;
type Hash<T> = (domain: Domain, value: T) => Hex;
type Recover<T> = (domain: Domain, value: T, signature: string) => string;

// As in structs.ts, in the escrow's domain.

export const hashOpen: Hash<Open> = (d, v) => open.hash(d, v);
export const signOpen: Sign<Open> = (s, d, v) => open.sign(s, d, v);

export const hashTopUp: Hash<TopUp> = (d, v) => topUp.hash(d, v);

export const hashCloseRequest: Hash<CloseRequest> = (d, v) => closeRequest.hash(d, v);
export const signCloseRequest: Sign<CloseRequest> = (s, d, v) => closeRequest.sign(s, d, v);

export const hashClose: Hash<Close> = (d, v) => close.hash(d, v);
export const signClose: Sign<Close> = (s, d, v) => close.sign(s, d, v);

export const hashChallenge: Hash<Challenge> = (d, v) => challenge.hash(d, v);
export const signChallenge: Sign<Challenge> = (s, d, v) => challenge.sign(s, d, v);
export const recoverChallenge: Recover<Challenge> = (d, v, signature) => challenge.recover(d, v, signature);
