import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/**
 * Constants of VersionProofs: `notice` in seconds, `whole` is the audit share of all receipts, `authority` governs the keys, `experimental`
 * says whether the deployment takes circuits of tier 2.
 */
export const parameters = action(
  [
    "VersionProofs.NOTICE",
    "VersionProofs.WHOLE",
    "VersionProofs.KEYS",
    "VersionProofs.LEDGER",
    "VersionProofs.EXPERIMENTAL",
    "ProofKeys.authority",
  ],
  (ctx) => async () => {
    const [notice, whole, keys, ledger, experimental, authority] = await Promise.all([
      call(ctx, "VersionProofs", "NOTICE", []),
      call(ctx, "VersionProofs", "WHOLE", []),
      call(ctx, "VersionProofs", "KEYS", []),
      call(ctx, "VersionProofs", "LEDGER", []),
      call(ctx, "VersionProofs", "EXPERIMENTAL", []),
      call(ctx, "ProofKeys", "authority", []),
    ]);
    return { notice, whole, keys: keys as Hex, ledger: ledger as Hex, experimental, authority: authority as Hex };
  },
);
