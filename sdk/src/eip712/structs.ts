import type { Hex } from "../hex.js";
import type { Domain } from "./domains.js";
import { type TypedDataSigner, typedStruct } from "./struct.js";
import {
  APPEND_TYPES,
  type Append,
  BATCH_TYPES,
  type Batch,
  CONSENT_TYPES,
  type Consent,
  OFFER_TYPES,
  type Offer,
  RECEIPT_TYPES,
  type Receipt,
  VOUCHER_TYPES,
  type Voucher,
} from "./types.js";

const voucher = /* @__PURE__ */ typedStruct<Voucher>(VOUCHER_TYPES);
const offer = /* @__PURE__ */ typedStruct<Offer>(OFFER_TYPES);
const receipt = /* @__PURE__ */ typedStruct<Receipt>(RECEIPT_TYPES);
const batch = /* @__PURE__ */ typedStruct<Batch>(BATCH_TYPES);
const append = /* @__PURE__ */ typedStruct<Append>(APPEND_TYPES);
const consent = /* @__PURE__ */ typedStruct<Consent>(CONSENT_TYPES);

// hash…: EIP-712 digest. sign…: 65 bytes. recover…: checksummed address; throws `BAD_SIGNATURE` for malformed bytes.
// A recovered address is compared by the caller. Accounts that are contracts (ERC-1271) sign appends and consents with
// their own rules, which only the chain can check.

type Sign<T> = (signer: TypedDataSigner, domain: Domain, value: T) => Promise<Hex>;
type Hash<T> = (domain: Domain, value: T) => Hex;
type Recover<T> = (domain: Domain, value: T, signature: string) => string;

export const hashVoucher: Hash<Voucher> = (d, v) => voucher.hash(d, v);
export const signVoucher: Sign<Voucher> = (s, d, v) => voucher.sign(s, d, v);
export const recoverVoucher: Recover<Voucher> = (d, v, signature) => voucher.recover(d, v, signature);

export const hashOffer: Hash<Offer> = (d, v) => offer.hash(d, v);
export const signOffer: Sign<Offer> = (s, d, v) => offer.sign(s, d, v);
export const recoverOffer: Recover<Offer> = (d, v, signature) => offer.recover(d, v, signature);

export const hashReceipt: Hash<Receipt> = (d, v) => receipt.hash(d, v);
export const signReceipt: Sign<Receipt> = (s, d, v) => receipt.sign(s, d, v);
export const recoverReceipt: Recover<Receipt> = (d, v, signature) => receipt.recover(d, v, signature);

export const hashBatch: Hash<Batch> = (d, v) => batch.hash(d, v);
export const signBatch: Sign<Batch> = (s, d, v) => batch.sign(s, d, v);
export const recoverBatch: Recover<Batch> = (d, v, signature) => batch.recover(d, v, signature);

export const hashAppend: Hash<Append> = (d, v) => append.hash(d, v);
export const signAppend: Sign<Append> = (s, d, v) => append.sign(s, d, v);
export const recoverAppend: Recover<Append> = (d, v, signature) => append.recover(d, v, signature);

export const hashConsent: Hash<Consent> = (d, v) => consent.hash(d, v);
export const signConsent: Sign<Consent> = (s, d, v) => consent.sign(s, d, v);
export const recoverConsent: Recover<Consent> = (d, v, signature) => consent.recover(d, v, signature);
