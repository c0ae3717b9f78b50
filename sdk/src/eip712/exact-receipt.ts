import type { Hex } from "../hex.js";
import type { Domain } from "./domains.js";
import { type TypedDataSigner, typedStruct } from "./struct.js";
import { field, type TypedFields } from "./types.js";

/**
 * What an enclave signs for one inference that a token transfer pays for (docs/x402.md). It is no {@link Receipt}: no channel was
 * metered, and no fraud proof takes it.
 */
export interface ExactReceipt {
  node: string;
  /** Whose tokens pay. */
  payer: string;
  /** Nonce of the payer's EIP-3009 authorisation. */
  paymentNonce: Hex;
  /** The token. */
  asset: string;
  payTo: string;
  /** In the token's smallest unit. */
  amount: bigint;
  lineId: Hex;
  versionHash: Hex;
  requestHash: Hex;
  responseHash: Hex;
  /** Chain time, Unix seconds. */
  workedAt: bigint;
}

export const EXACT_RECEIPT_TYPES = {
  ExactReceipt: [
    field("address", "node"),
    field("address", "payer"),
    field("bytes32", "paymentNonce"),
    field("address", "asset"),
    field("address", "payTo"),
    field("uint256", "amount"),
    field("bytes32", "lineId"),
    field("bytes32", "versionHash"),
    field("bytes32", "requestHash"),
    field("bytes32", "responseHash"),
    field("uint40", "workedAt"),
  ],
} as const satisfies TypedFields;

const exactReceipt = /* @__PURE__ */ typedStruct<ExactReceipt>(EXACT_RECEIPT_TYPES);

/** EIP-712 digest. */
export const hashExactReceipt = (domain: Domain, value: ExactReceipt): Hex => exactReceipt.hash(domain, value);
/** 65 bytes. */
export const signExactReceipt = (signer: TypedDataSigner, domain: Domain, value: ExactReceipt): Promise<Hex> =>
  exactReceipt.sign(signer, domain, value);
/** Checksummed address; throws `BAD_SIGNATURE` for malformed bytes. */
export const recoverExactReceipt = (domain: Domain, value: ExactReceipt, signature: string): string =>
  exactReceipt.recover(domain, value, signature);
