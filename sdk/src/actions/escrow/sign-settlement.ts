import { escrowDomain } from "../../eip712/domains.js";
import type { TypedDataSigner } from "../../eip712/struct.js";
import { signBatch } from "../../eip712/structs.js";
import { hashRows } from "../../settlement/rows.js";
import { action } from "../bind.js";
import type { SettleParameters } from "./settle.js";

/** A settlement to sign, and the enclave's receipt key. */
export type SignSettlementParameters = Omit<SettleParameters, "signature"> & { enclave: TypedDataSigner };

/** Has the enclave sign a batch over its rows; once per nonce. Returns all that `settle` takes. */
export const signSettlement = action([], (ctx) => async ({ batch, rows, enclave }: SignSettlementParameters) => {
  const domain = escrowDomain(ctx.chainId, ctx.addressOf("InferenceEscrow"));
  return { batch, rows, signature: await signBatch(enclave, domain, { ...batch, rowsHash: hashRows(rows) }) };
});
