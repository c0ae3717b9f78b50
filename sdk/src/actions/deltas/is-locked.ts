import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether a line, or its whole account, is locked. */
export const isLocked = read({
  contract: "DeltaLedger",
  method: "isLocked",
  args: (params: { lineId: Hex }) => [params.lineId],
});
