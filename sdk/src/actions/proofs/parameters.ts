import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of VersionProofs: `notice` in seconds, `whole` is the audit share of all receipts, `authority` governs the keys. */
export const parameters = action(
  ["VersionProofs.NOTICE", "VersionProofs.WHOLE", "VersionProofs.KEYS", "VersionProofs.LEDGER", "ProofKeys.authority"],
  (ctx) => async () => {
    const [notice, whole, keys, ledger, authority] = await Promise.all([
      call(ctx, "VersionProofs", "NOTICE", []),
      call(ctx, "VersionProofs", "WHOLE", []),
      call(ctx, "VersionProofs", "KEYS", []),
      call(ctx, "VersionProofs", "LEDGER", []),
      call(ctx, "ProofKeys", "authority", []),
    ]);
    return { notice, whole, keys: keys as Hex, ledger: ledger as Hex, authority: authority as Hex };
  },
);
