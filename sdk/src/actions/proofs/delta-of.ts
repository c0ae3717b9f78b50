import type { Hex } from "../../hex.js";
import { read } from "../read.js";

/** Commitment of the delta by which a version was proven to come from its parent; zero when it was not. */
export const deltaOf = read({
  contract: "VersionProofs",
  method: "deltaOf",
  args: ({ versionHash }: { versionHash: Hex }) => [versionHash],
  result: (value) => value as Hex,
});
