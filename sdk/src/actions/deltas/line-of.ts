import type { Hex } from "../../hex.js";
import type { Line } from "../../types.js";
import { read } from "../read.js";

/** A line as it stands. Reverts with `DeltaLedger_UnknownLine` when it is not open. */
export const lineOf = read({
  contract: "DeltaLedger",
  method: "lineOf",
  args: (params: { lineId: Hex }) => [params.lineId],
  result: (value) => value as Line,
});
