import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Who may transfer this model besides its owner; zero for nobody. */
export const getApproved = read({
  contract: "ModelRegistry",
  method: "getApproved",
  args: (params: { modelId: bigint }) => [params.modelId],
  result: (value) => value as Hex,
});
