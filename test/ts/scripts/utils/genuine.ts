import { existsSync } from "node:fs";
import { join } from "node:path";
import { BUNDLES } from "../../../../scripts/attestation/bundles.ts";
import { ORIGINS } from "../../../../scripts/attestation/origins.ts";
import { vectorsDirectory } from "../../utils/vectors.ts";

export interface GenuineVectors {
  readonly directory: string;
  /** Names of the vectors that are there, and of those that are not. */
  readonly present: ReadonlySet<string>;
  readonly absent: readonly string[];
}

/** What this machine has of the vectors; says loudly what it lacks, and skips the running test when that is all. */
export function genuineVectors(context: Mocha.Context): GenuineVectors {
  const directory = vectorsDirectory();
  const all = [...ORIGINS, ...BUNDLES].map(({ file }) => file);
  const absent = all.filter((file) => !existsSync(join(directory, file)));
  if (absent.length > 0) {
    console.warn(`SKIPPED: ${absent.length} vectors are absent in ${directory}; run npm run vectors:fetch`);
  }
  if (absent.length === all.length) return context.skip();
  return { directory, present: new Set(all.filter((file) => !absent.includes(file))), absent };
}
