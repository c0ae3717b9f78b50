import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Throws unless an account owns a line, and line and account are unlocked. */
export const requireControl = read({
  contract: "DeltaLedger",
  method: "requireControl",
  args: (params: { lineId: Hex; account: string }) => [params.lineId, params.account],
});
