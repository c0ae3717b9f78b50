import { TypedDataEncoder } from "ethers";
import type { Hex } from "../hex.js";
import type { Domain } from "./domains.js";
import { type TypedDataSigner, typedStruct } from "./struct.js";
import {
  BATCH_TYPES,
  type Batch,
  field,
  RECEIPT_TYPES,
  type Receipt,
  type TypedField,
  type TypedFields,
} from "./types.js";

/** The receipts behind a batch, as its enclave commits to them: see IProofAudits. */
export interface ReceiptSet {
  /** Of `receiptTree`. */
  root: Hex;
  count: bigint;
  /** Units that they come to. */
  total: bigint;
}

/** What an enclave signs so that a batch can be audited. */
export interface SignedSet extends ReceiptSet {
  /** `hashBatchStruct` of the batch. */
  batchHash: Hex;
}

export const RECEIPT_SET_TYPES = {
  ReceiptSet: [
    field("bytes32", "batchHash"),
    field("bytes32", "root"),
    field("uint32", "count"),
    field("uint64", "total"),
  ],
} as const satisfies TypedFields;

const set = /* @__PURE__ */ typedStruct<SignedSet>(RECEIPT_SET_TYPES);

/** EIP-712 digest. */
export const hashReceiptSet = (domain: Domain, value: SignedSet): Hex => set.hash(domain, value);
/** 65 bytes. */
export const signReceiptSet = (signer: TypedDataSigner, domain: Domain, value: SignedSet): Promise<Hex> =>
  set.sign(signer, domain, value);
/** Checksummed address; throws `BAD_SIGNATURE` for malformed bytes. */
export const recoverReceiptSet = (domain: Domain, value: SignedSet, signature: string): string =>
  set.recover(domain, value, signature);

/** EIP-712 struct hash of a receipt, the same for every escrow: a leaf of {@link ReceiptSet.root}. */
export const hashReceiptStruct = (receipt: Receipt): Hex => structHash(RECEIPT_TYPES, receipt);
/** EIP-712 struct hash of a batch, which names it in {@link SignedSet}. */
export const hashBatchStruct = (batch: Batch): Hex => structHash(BATCH_TYPES, batch);

/** EIP-712 struct hash by the types of one struct. */
export function structHash(types: TypedFields, value: object): Hex {
  const [name = ""] = Object.keys(types);
  return TypedDataEncoder.hashStruct(name, types as Record<string, TypedField[]>, value) as Hex;
}
