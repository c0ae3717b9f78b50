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

/** Quotes of a domain: a genuine one with other report data. Its signature is of the genuine data, and only the chain would look at it. */
export function quoting(quote: Uint8Array): (reportData: Uint8Array) => Uint8Array {
  // Version 4 has its body at 48, 520 bytes before the report data; version 5 six bytes later.
  const at = (quote[0] === 5 ? 54 : 48) + 520;
  return (reportData) => {
    const made = Uint8Array.from(quote);
    made.set(reportData, at);
    return made;
  };
}
