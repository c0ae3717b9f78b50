import { read } from "../read.js";

/** Number of lines of an account. */
export const lineCountOf = read({
  contract: "DeltaLedger",
  method: "lineCountOf",
  args: (params: { account: string }) => [params.account],
});
