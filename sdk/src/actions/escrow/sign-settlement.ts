import { escrowDomain } from "../../eip712/domains.js";
import type { TypedDataSigner } from "../../eip712/struct.js";
import { signBatch } from "../../eip712/structs.js";
import type { Batch } from "../../eip712/types.js";
import type { Row } from "../../types.js";
import { action } from "../bind.js";
import { claimsOf } from "./row-of.js";

/** A settlement to sign. */
export interface SignSettlementParameters {
  batch: Omit<Batch, "claims">;
  /** See `rowOf`. */
  rows: readonly Row[];
  /** The enclave's receipt key. */
  enclave: TypedDataSigner;
}

/** Has the enclave sign a batch over its rows. Returns all that `settle` takes. */
export const signSettlement = action([], (ctx) => async ({ batch, rows, enclave }: SignSettlementParameters) => {
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  const signature = await signBatch(enclave, domain, { ...batch, claims: claimsOf(rows) });
  return { batch, rows, signature };
});
