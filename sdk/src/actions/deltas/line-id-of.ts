import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Id of an account's line on a model, open or not. The function `lineIdOf` says the same without the chain. */
export const lineIdOf = read({
  contract: "DeltaLedger",
  method: "lineIdOf",
  args: (params: { modelId: bigint; account: string }) => [params.modelId, params.account],
  result: (value) => value as Hex,
});
