import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the genuine documents lie: outside of the repository. */
const DIRECTORY =
  process.env.FREEHOLD_VECTORS ?? fileURLToPath(new URL("../../../../../shared/vectors", import.meta.url));

/** Bytes of a genuine document or quote. Skips the running test, loudly, when the machine has none. */
export function genuine(context: Mocha.Context, path: string): Uint8Array {
  const file = join(DIRECTORY, path);
  if (existsSync(file)) return new Uint8Array(readFileSync(file));
  console.warn(`SKIPPED: ${file} is not there; set FREEHOLD_VECTORS to the directory of the attestation vectors`);
  return context.skip();
}
