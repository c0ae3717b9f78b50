import type { Hex } from "../../hex.js";
import type { Window } from "../../types.js";
import { read } from "../read.js";

/** Window in which a line pins a verifier; all zero for never. */
export const lineVerifier = read({
  contract: "NodeRegistry",
  method: "lineVerifier",
  args: (params: { lineId: Hex; verifier: string }) => [params.lineId, params.verifier],
  result: (value) => value as Window,
});
