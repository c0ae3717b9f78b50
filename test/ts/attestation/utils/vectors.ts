import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where genuine evidence lies: never in the repository. `npm run vectors:fetch` downloads the same files. */
export const VECTORS = process.env.FREEHOLD_VECTORS ?? join(process.env.FREEHOLD_SHARED ?? "../shared", "vectors");

/** Whether genuine evidence is there; says loudly when it is not. */
export const haveVectors = existsSync(join(VECTORS, "intel"));
if (!haveVectors) console.warn(`SKIPPED: ${VECTORS} is absent; set FREEHOLD_VECTORS to test with genuine evidence`);

export const vector = (...path: string[]): Buffer => readFileSync(join(VECTORS, ...path));
