import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Owner of a model. */
export const ownerOf = read({
  contract: "ModelRegistry",
  method: "ownerOf",
  args: (params: { modelId: bigint }) => [params.modelId],
  result: (value) => value as Hex,
});
