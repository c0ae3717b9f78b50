import type { Hex } from "../../hex.js";
import type { ReceiptChallenge } from "../../types.js";
import { read } from "../read.js";

/** What became of a receipt's proof; all zero when nobody asked for it. */
export const proofChallengeOf = read({
  contract: "InferenceArbiter",
  method: "proofChallengeOf",
  args: ({ receiptId }: { receiptId: Hex }) => [receiptId],
  result: (value) => ({ ...value, state: Number(value.state) }) as ReceiptChallenge,
});
