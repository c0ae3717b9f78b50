import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of InferenceEscrow: `unit` in the token's smallest unit, deposits in units, times in seconds. */
export const parameters = action(
  [
    "InferenceEscrow.TOKEN",
    "InferenceEscrow.UNIT",
    "InferenceEscrow.MAX_DEPOSIT",
    "InferenceEscrow.MIN_CLOSE_DELAY",
    "InferenceEscrow.MAX_CLOSE_DELAY",
    "InferenceEscrow.MAX_BATCH_AGE",
    "InferenceEscrow.VEST_PERIOD",
    "InferenceEscrow.OPTIMISTIC",
    "InferenceEscrow.LEDGER",
    "InferenceEscrow.NODES",
    "InferenceEscrow.VALIDATOR",
    "InferenceEscrow.authority",
  ],
  (ctx) => async () => {
    const [
      token,
      unit,
      maxDeposit,
      minCloseDelay,
      maxCloseDelay,
      maxBatchAge,
      vestPeriod,
      optimistic,
      ledger,
      nodes,
      validator,
      authority,
    ] = await Promise.all([
      call(ctx, "InferenceEscrow", "TOKEN", []),
      call(ctx, "InferenceEscrow", "UNIT", []),
      call(ctx, "InferenceEscrow", "MAX_DEPOSIT", []),
      call(ctx, "InferenceEscrow", "MIN_CLOSE_DELAY", []),
      call(ctx, "InferenceEscrow", "MAX_CLOSE_DELAY", []),
      call(ctx, "InferenceEscrow", "MAX_BATCH_AGE", []),
      call(ctx, "InferenceEscrow", "VEST_PERIOD", []),
      call(ctx, "InferenceEscrow", "OPTIMISTIC", []),
      call(ctx, "InferenceEscrow", "LEDGER", []),
      call(ctx, "InferenceEscrow", "NODES", []),
      call(ctx, "InferenceEscrow", "VALIDATOR", []),
      call(ctx, "InferenceEscrow", "authority", []),
    ]);
    return {
      token: token as Hex,
      unit,
      maxDeposit,
      minCloseDelay,
      maxCloseDelay,
      maxBatchAge,
      vestPeriod,
      optimistic,
      ledger: ledger as Hex,
      nodes: nodes as Hex,
      validator: validator as Hex,
      authority: authority as Hex,
    };
  },
);
