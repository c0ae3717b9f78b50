import type { Hex } from "../../hex.js";
import { action } from "../bind.js";
import { call } from "../read.js";

/** Constants of InferenceArbiter: `penalty` in the stake token's smallest unit, `bond` in units, `answerPeriod` and `proofWindow` in seconds. */
export const parameters = action(
  [
    "InferenceArbiter.PENALTY",
    "InferenceArbiter.BOND",
    "InferenceArbiter.ANSWER_PERIOD",
    "InferenceArbiter.PROOF_WINDOW",
    "InferenceArbiter.PROOFS",
    "InferenceArbiter.NODES",
    "InferenceArbiter.LEDGER",
  ],
  (ctx) => async () => {
    const [penalty, bond, answerPeriod, proofWindow, proofs, nodes, ledger] = await Promise.all([
      call(ctx, "InferenceArbiter", "PENALTY", []),
      call(ctx, "InferenceArbiter", "BOND", []),
      call(ctx, "InferenceArbiter", "ANSWER_PERIOD", []),
      call(ctx, "InferenceArbiter", "PROOF_WINDOW", []),
      call(ctx, "InferenceArbiter", "PROOFS", []),
      call(ctx, "InferenceArbiter", "NODES", []),
      call(ctx, "InferenceArbiter", "LEDGER", []),
    ]);
    return {
      penalty,
      bond,
      answerPeriod,
      proofWindow,
      proofs: proofs as Hex,
      nodes: nodes as Hex,
      ledger: ledger as Hex,
    };
  },
);
