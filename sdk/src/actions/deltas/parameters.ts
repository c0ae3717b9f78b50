import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of DeltaLedger; grace and delays in seconds. */
export const parameters = action(
  [
    "DeltaLedger.DEFAULT_GRACE",
    "DeltaLedger.MAX_GRACE",
    "DeltaLedger.MAX_DATASETS",
    "DeltaLedger.MIN_UNLOCK_DELAY",
    "DeltaLedger.MAX_UNLOCK_DELAY",
    "DeltaLedger.APPEND_TYPEHASH",
    "DeltaLedger.MODELS",
    "DeltaLedger.DATASETS",
  ],
  (ctx) => async () => {
    const [defaultGrace, maxGrace, maxDatasets, minUnlockDelay, maxUnlockDelay, appendTypehash, models, datasets] =
      await Promise.all([
        call(ctx, "DeltaLedger", "DEFAULT_GRACE", []),
        call(ctx, "DeltaLedger", "MAX_GRACE", []),
        call(ctx, "DeltaLedger", "MAX_DATASETS", []),
        call(ctx, "DeltaLedger", "MIN_UNLOCK_DELAY", []),
        call(ctx, "DeltaLedger", "MAX_UNLOCK_DELAY", []),
        call(ctx, "DeltaLedger", "APPEND_TYPEHASH", []),
        call(ctx, "DeltaLedger", "MODELS", []),
        call(ctx, "DeltaLedger", "DATASETS", []),
      ]);
    return {
      defaultGrace,
      maxGrace,
      maxDatasets,
      minUnlockDelay,
      maxUnlockDelay,
      appendTypehash: appendTypehash as Hex,
      models: models as Hex,
      datasets: datasets as Hex,
    };
  },
);
