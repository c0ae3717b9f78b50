import type { Hex } from "../../hex.js";
import type { Version } from "../../types.js";
import { read } from "../read.js";

/** One version of a line. Reverts with `DeltaLedger_UnknownVersion`. */
export const versionOf = read({
  contract: "DeltaLedger",
  method: "versionOf",
  args: ({ lineId, version }: { lineId: Hex; version: bigint | number }) => [lineId, version],
  result: (value) => ({ ...value, format: Number(value.format) }) as Version,
});
