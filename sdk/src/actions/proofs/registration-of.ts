import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Id of the circuit by which a version was proven to be in range; zero when it was not. */
export const registrationOf = read({
  contract: "VersionProofs",
  method: "registrationOf",
  args: ({ versionHash }: { versionHash: Hex }) => [versionHash],
  result: (value) => value as Hex,
});
