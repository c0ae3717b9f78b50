import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of NodeRegistry; times in seconds, stake in the token's smallest unit. */
export const parameters = action(
  [
    "NodeRegistry.STAKE_TOKEN",
    "NodeRegistry.MIN_STAKE",
    "NodeRegistry.THAW_PERIOD",
    "NodeRegistry.MAX_ENCLAVE_TTL",
    "NodeRegistry.MAX_EVIDENCE_AGE",
    "NodeRegistry.RECHECK_BOUNTY",
    "NodeRegistry.PRODUCTION",
    "NodeRegistry.LEDGER",
    "NodeRegistry.authority",
  ],
  (ctx) => async () => {
    const [
      stakeToken,
      minStake,
      thawPeriod,
      maxEnclaveTtl,
      maxEvidenceAge,
      recheckBounty,
      production,
      ledger,
      authority,
    ] = await Promise.all([
      call(ctx, "NodeRegistry", "STAKE_TOKEN", []),
      call(ctx, "NodeRegistry", "MIN_STAKE", []),
      call(ctx, "NodeRegistry", "THAW_PERIOD", []),
      call(ctx, "NodeRegistry", "MAX_ENCLAVE_TTL", []),
      call(ctx, "NodeRegistry", "MAX_EVIDENCE_AGE", []),
      call(ctx, "NodeRegistry", "RECHECK_BOUNTY", []),
      call(ctx, "NodeRegistry", "PRODUCTION", []),
      call(ctx, "NodeRegistry", "LEDGER", []),
      call(ctx, "NodeRegistry", "authority", []),
    ]);
    return {
      stakeToken: stakeToken as Hex,
      minStake,
      thawPeriod,
      maxEnclaveTtl,
      maxEvidenceAge,
      recheckBounty,
      production,
      ledger: ledger as Hex,
      authority: authority as Hex,
    };
  },
);
