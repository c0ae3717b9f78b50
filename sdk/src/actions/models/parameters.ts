import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of ModelRegistry; ages and delays in seconds. */
export const parameters = action(
  [
    "ModelRegistry.name",
    "ModelRegistry.symbol",
    "ModelRegistry.minCommitmentAge",
    "ModelRegistry.maxCommitmentAge",
    "ModelRegistry.MIN_UNLOCK_DELAY",
    "ModelRegistry.MAX_UNLOCK_DELAY",
  ],
  (ctx) => async () => {
    const [name, symbol, minCommitmentAge, maxCommitmentAge, minUnlockDelay, maxUnlockDelay] = await Promise.all([
      call(ctx, "ModelRegistry", "name", []),
      call(ctx, "ModelRegistry", "symbol", []),
      call(ctx, "ModelRegistry", "minCommitmentAge", []),
      call(ctx, "ModelRegistry", "maxCommitmentAge", []),
      call(ctx, "ModelRegistry", "MIN_UNLOCK_DELAY", []),
      call(ctx, "ModelRegistry", "MAX_UNLOCK_DELAY", []),
    ]);
    return {
      name,
      symbol,
      minCommitmentAge,
      maxCommitmentAge,
      minUnlockDelay,
      maxUnlockDelay,
    };
  },
);
