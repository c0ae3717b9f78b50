import { datasetDomain } from "../../eip712/domains.js";
import { signConsent as sign } from "../../eip712/structs.js";
import { decoded } from "../../errors/decode.js";
import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** What the dataset's owner signs; times in Unix seconds. */
export interface SignConsentParameters {
  datasetId: Hex;
  lineId: Hex;
  /** Until when the line may cite the dataset. */
  until: bigint;
  /** The last second at which the signature counts. */
  deadline: bigint;
}

/** Signs a consent to a line, for `consentFor` by anybody. Returns all that `consentFor` takes. Good once. */
export const signConsent = action(
  [],
  (ctx) =>
    async ({ datasetId, lineId, until, deadline }: SignConsentParameters) => {
      const nonce = await call(ctx, "DatasetRegistry", "nonces", [await ctx.account()]);
      const domain = datasetDomain(ctx.chainId, ctx.addressOf("DatasetRegistry"));
      const struct = { datasetId, lineId, until, nonce, deadline };
      const signature = await decoded("DatasetRegistry", () => sign(ctx.signer, domain, struct));
      return { datasetId, lineId, until, deadline, signature };
    },
);
