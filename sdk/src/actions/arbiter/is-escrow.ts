import { read } from "../read.js";

/** Whether the arbiter acts for an escrow. */
export const isEscrow = read({
  contract: "InferenceArbiter",
  method: "isEscrow",
  args: ({ escrow }: { escrow: string }) => [escrow],
});
