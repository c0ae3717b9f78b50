import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Whether a circuit has a key. */
export const isPinned = read({
  contract: "ProofKeys",
  method: "isPinned",
  args: ({ circuitId }: { circuitId: Hex }) => [circuitId],
});
