import { read } from "../read.js";

/** Units owed to an account: released and disputed channels. */
export const owed = read({
  contract: "InferenceEscrow",
  method: "owed",
  args: (params: { account: string }) => [params.account],
});
