import { read } from "../read.js";

/** Units owed to a payer from released channels. */
export const owed = read({
  contract: "InferenceEscrow",
  method: "owed",
  args: (params: { payer: string }) => [params.payer],
});
