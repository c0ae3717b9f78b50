import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Version hash h(0) of a model: the parent of every line's first delta. */
export const baseVersionHash = read({
  contract: "ModelRegistry",
  method: "baseVersionHash",
  args: (params: { modelId: bigint }) => [params.modelId],
  result: (value) => value as Hex,
});
