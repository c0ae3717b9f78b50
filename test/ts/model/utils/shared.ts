import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The shared directory, where files too large or too foreign to commit lie. */
export const SHARED = process.env.FREEHOLD_SHARED ?? "../shared";

/** SEntFiN's file from the shared directory; without it a warning, and undefined. */
export async function sharedSentfin(): Promise<Uint8Array | undefined> {
  const path = join(SHARED, "data", "sentfin_headlines.csv");
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined) console.warn(`SKIPPED: ${path} is absent; set FREEHOLD_SHARED to test with SEntFiN`);
  return bytes;
}
