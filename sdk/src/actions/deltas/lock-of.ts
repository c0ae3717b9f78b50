import type { Hex } from "../../hex.js";
import type { Lock } from "../../types.js";
import { read } from "../read.js";

/** The lock on a line itself; see also models.lockOf of its account. */
export const lockOf = read({
  contract: "DeltaLedger",
  method: "lockOf",
  args: (params: { lineId: Hex }) => [params.lineId],
  result: (value) => value as Lock,
});
