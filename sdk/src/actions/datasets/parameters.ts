import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of DatasetRegistry. */
export const parameters = action(["DatasetRegistry.CONSENT_TYPEHASH", "DatasetRegistry.MODELS"], (ctx) => async () => {
  const [consentTypehash, models] = await Promise.all([
    call(ctx, "DatasetRegistry", "CONSENT_TYPEHASH", []),
    call(ctx, "DatasetRegistry", "MODELS", []),
  ]);
  return {
    consentTypehash: consentTypehash as Hex,
    models: models as Hex,
  };
});
