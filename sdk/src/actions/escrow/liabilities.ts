import { read } from "../read.js";

/** Rests of all channels and all that is earned or owed, in units. */
export const liabilities = read({
  contract: "InferenceEscrow",
  method: "liabilities",
  args: () => [],
});
