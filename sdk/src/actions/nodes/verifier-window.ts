import type { Window } from "../../types.js";
import { read } from "../read.js";

/** Window in which governance accepts a verifier. */
export const verifierWindow = read({
  contract: "NodeRegistry",
  method: "verifierWindow",
  args: (params: { verifier: string }) => [params.verifier],
  result: (value) => value as Window,
});
