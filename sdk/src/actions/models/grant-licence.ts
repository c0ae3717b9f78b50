import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/**
 * Lets an account fine-tune a Licensed model until `expiry` (Unix seconds); a past time ends a licence. Owner only.
 */
export const grantLicence = write({
  contract: "ModelRegistry",
  method: "grantLicence",
  args: (params: { modelId: bigint; account: string; expiry: bigint }) => [
    params.modelId,
    params.account,
    params.expiry,
  ],
  event: "LicenceGranted",
  result: (event) => ({ modelId: event.modelId, account: event.account as Hex, expiry: event.expiry }),
});
