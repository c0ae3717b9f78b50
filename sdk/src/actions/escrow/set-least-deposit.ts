import type { Hex } from "../../hex.js";
import { write } from "../write.js";

/** The calling node asks for at least 2^exponent units in new channels of a line. */
export const setLeastDeposit = write({
  contract: "InferenceEscrow",
  method: "setLeastDeposit",
  args: (params: { lineId: Hex; exponent: number }) => [params.lineId, params.exponent],
  event: "LeastDepositSet",
  result: (event) => ({ node: event.node as Hex, lineId: event.lineId as Hex, amount: event.amount }),
});
