import type { Hex } from "../../hex.js";
import type { Version } from "../../types.js";
import { action } from "../bind.js";
import { type Paged, pages } from "../paged.js";
import { call } from "../read.js";
import { versionOf } from "./version-of.js";

/** All versions of a line, from the base to the newest. */
export const versions = action([], (ctx) => ({ lineId }: { lineId: Hex }): Paged<Version> => {
  const one = versionOf(ctx);
  async function* items(): AsyncGenerator<Version> {
    const { count } = await call(ctx, "DeltaLedger", "lineOf", [lineId]);
    for (let version = 0n; version <= count; version++) yield one({ lineId, version });
  }
  return pages(items);
});
