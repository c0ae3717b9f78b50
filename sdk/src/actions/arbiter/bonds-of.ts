import { read } from "../read.js";

/** Units that an account has from bonds. */
export const bondsOf = read({
  contract: "InferenceArbiter",
  method: "bondsOf",
  args: ({ account }: { account: string }, ctx) => [ctx.addressOf("InferenceEscrow"), account],
});
