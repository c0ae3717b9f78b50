import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));

export interface VectorEnvironment {
  readonly FREEHOLD_VECTORS?: string | undefined;
  readonly FREEHOLD_SHARED?: string | undefined;
}

/**
 * Where genuine evidence of TEEs lies, which is too foreign to commit: `FREEHOLD_VECTORS`, else `vectors` of the shared
 * directory when there is one, else where `npm run vectors:fetch` puts it.
 */
export function vectorsDirectory(environment: VectorEnvironment = process.env, root = ROOT): string {
  if (environment.FREEHOLD_VECTORS) return environment.FREEHOLD_VECTORS;
  const shared = join(environment.FREEHOLD_SHARED || join(root, "../shared"), "vectors");
  return existsSync(shared) ? shared : join(root, "out/vectors");
}

const warned = new Set<string>();

/** Bytes of a vector, by its name below {@link vectorsDirectory}; without it a warning, the first time, and undefined. */
export async function readVector(name: string, directory = vectorsDirectory()): Promise<Buffer | undefined> {
  const path = join(directory, name);
  const bytes = await readFile(path).catch(() => undefined);
  if (bytes === undefined && !warned.has(path)) {
    warned.add(path);
    console.warn(`SKIPPED: ${path} is absent; run npm run vectors:fetch`);
  }
  return bytes;
}
