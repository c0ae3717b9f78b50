import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of InferenceEscrow: `unit` in the token's smallest unit, times in seconds. */
export const parameters = action(
  [
    "InferenceEscrow.TOKEN",
    "InferenceEscrow.UNIT",
    "InferenceEscrow.CLOSE_DELAY",
    "InferenceEscrow.MAX_BATCH_AGE",
    "InferenceEscrow.LEDGER",
    "InferenceEscrow.NODES",
    "InferenceEscrow.authority",
  ],
  (ctx) => async () => {
    const [token, unit, closeDelay, maxBatchAge, ledger, nodes, authority] = await Promise.all([
      call(ctx, "InferenceEscrow", "TOKEN", []),
      call(ctx, "InferenceEscrow", "UNIT", []),
      call(ctx, "InferenceEscrow", "CLOSE_DELAY", []),
      call(ctx, "InferenceEscrow", "MAX_BATCH_AGE", []),
      call(ctx, "InferenceEscrow", "LEDGER", []),
      call(ctx, "InferenceEscrow", "NODES", []),
      call(ctx, "InferenceEscrow", "authority", []),
    ]);
    return {
      token: token as Hex,
      unit,
      closeDelay,
      maxBatchAge,
      ledger: ledger as Hex,
      nodes: nodes as Hex,
      authority: authority as Hex,
    };
  },
);
