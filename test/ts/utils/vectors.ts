import { existsSync, readFileSync } from "node:fs";
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

function warn(path: string): void {
  if (warned.has(path)) return;
  warned.add(path);
  console.warn(`SKIPPED: ${path} is absent; run npm run vectors:fetch`);
}

/** A vector by its name below {@link vectorsDirectory}; without it a warning, the first time, and undefined. */
export function readVector(name: string, directory = vectorsDirectory()): Buffer | undefined {
  const path = join(directory, name);
  if (existsSync(path)) return readFileSync(path);
  warn(path);
  return undefined;
}

/** A vector that the running test needs: without it the test is skipped, with a warning. */
export function genuine(context: Mocha.Context, name: string): Uint8Array {
  const bytes = readVector(name);
  return bytes === undefined ? context.skip() : new Uint8Array(bytes);
}

/** Path of a directory of vectors; without it a warning, the first time, and undefined. */
export function vectorsOf(part: string): string | undefined {
  const path = join(vectorsDirectory(), part);
  if (existsSync(path)) return path;
  warn(path);
  return undefined;
}
