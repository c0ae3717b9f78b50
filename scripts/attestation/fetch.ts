import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { BUNDLES, type Bundle, deriveBundle, sourcesOf } from "./bundles.ts";
import { VectorError } from "./errors.ts";
import { type Location, ORIGINS, type Origin } from "./origins.ts";
import { transform } from "./transform.ts";

export const ORIGIN_SERVER = "https://raw.githubusercontent.com";

/** Milliseconds after which a download is given up. */
const PATIENCE = 60_000;

export interface FetchOptions {
  /** Where the vectors go. */
  readonly directory: string;
  /** Serves `/<owner>/<name>/<commit>/<path>`; default {@link ORIGIN_SERVER}. */
  readonly server?: string;
  readonly origins?: readonly Origin[];
  readonly bundles?: readonly Bundle[];
  /** Gets a line for every vector. */
  readonly log?: (line: string) => void;
}

export interface Fetched {
  /** Vectors that were there already, and those that were made, by name. */
  readonly present: readonly string[];
  readonly made: readonly string[];
  readonly failures: readonly VectorError[];
}

/**
 * Downloads the vectors that are not there with the right digest, makes the bundles, and keeps whatever has its SHA-256; each
 * file appears whole or not at all, so that a run that was cut off is simply run again.
 */
export async function fetchVectors(options: FetchOptions): Promise<Fetched> {
  const { directory, origins = ORIGINS, bundles = BUNDLES, log = () => undefined } = options;
  const download = downloader(options.server ?? ORIGIN_SERVER);
  const present: string[] = [];
  const made: string[] = [];
  const failures: VectorError[] = [];
  const total = origins.length + bundles.length;

  async function provide(vector: Origin | Bundle, make: () => Promise<Uint8Array>): Promise<void> {
    const { file, sha256 } = vector;
    const path = join(directory, file);
    const place = () => `[${present.length + made.length + failures.length}/${total}]`;
    const old = await readFile(path).catch(() => undefined);
    if (old !== undefined && digest(old) === sha256) {
      present.push(file);
      return log(`${place()} ${file}: present`);
    }
    try {
      const bytes = await make();
      checkDigest(bytes, vector);
      await put(file, path, bytes);
      made.push(file);
      log(`${place()} ${file}: ${bytes.length} bytes`);
    } catch (error) {
      if (!(error instanceof VectorError)) throw error;
      failures.push(error);
      log(`${place()} ${error.message}`);
    }
  }

  for (const origin of origins) {
    await provide(origin, async () => {
      const bytes = transform(await download(origin.file, origin), origin.transformation);
      if (bytes !== undefined) return bytes;
      throw new VectorError("WRONG_FORM", origin.file, `${origin.path} has no ${described(origin)}`, doubts(origin));
    });
  }
  for (const bundle of bundles) await provide(bundle, () => makeBundle(bundle, directory, download));
  return { present, made, failures };
}

type Download = (file: string, location: Location) => Promise<Uint8Array>;

async function makeBundle(bundle: Bundle, directory: string, download: Download): Promise<Uint8Array> {
  const sources = new Map<string | Location, Uint8Array>();
  for (const source of sourcesOf(bundle)) {
    const bytes =
      typeof source === "string"
        ? await readFile(join(directory, source)).catch(() => undefined)
        : await download(bundle.file, source);
    if (bytes === undefined) {
      const hint = "it is made of that file; run this again when it can be had";
      throw new VectorError("MISSING_SOURCE", bundle.file, `${source} is absent`, hint);
    }
    sources.set(source, bytes);
  }
  const bytes = deriveBundle(bundle, (source) => sources.get(source) ?? new Uint8Array());
  if (bytes !== undefined) return bytes;
  throw new VectorError(
    "WRONG_FORM",
    bundle.file,
    "its collateral is not of Intel's form",
    "delete the files it is made of",
  );
}

/** Several vectors come from one file: it is downloaded once. */
function downloader(server: string): Download {
  const begun = new Map<string, Promise<Uint8Array>>();
  return async (file, location) => {
    const { repository, commit, path } = location;
    const url = `${server}/${repository}/${commit}/${path}`;
    const bytes = begun.get(url) ?? get(url);
    begun.set(url, bytes);
    try {
      return await bytes;
    } catch (cause) {
      const problem = `${url} ${cause instanceof Refused ? cause.message : "cannot be reached, or broke off"}`;
      throw new VectorError("DOWNLOAD_FAILED", file, problem, doubts(location), { cause });
    }
  };
}

/** An answer that is no file. */
class Refused extends Error {}

async function get(url: string): Promise<Uint8Array> {
  const response = await fetch(url, { signal: AbortSignal.timeout(PATIENCE) });
  if (!response.ok) throw new Refused(`answered ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

function checkDigest(bytes: Uint8Array, vector: Origin | Bundle): void {
  const actual = digest(bytes);
  if (actual === vector.sha256) return;
  const hint = "path" in vector ? doubts(vector) : "the files it is made of are others than those of the table";
  throw new VectorError("WRONG_DIGEST", vector.file, `SHA-256 is ${actual}, not ${vector.sha256}`, hint);
}

async function put(file: string, path: string, bytes: Uint8Array): Promise<void> {
  const part = `${path}.${process.pid}.part`;
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(part, bytes);
    await rename(part, path);
  } catch (cause) {
    const problem = `${path} cannot be written`;
    throw new VectorError("NOT_WRITTEN", file, problem, "choose another directory with --to", { cause });
  }
}

function digest(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

function described({ transformation }: Origin): string {
  if (transformation.kind === "hexLine") return `line ${transformation.line} in hexadecimal`;
  if (transformation.kind === "hexLiteral") return `hex literal ${transformation.literal}`;
  return `${transformation.kind} text`;
}

function doubts({ confirmed, note }: Location): string {
  const shared = "run this again, or give the shared directory (FREEHOLD_SHARED)";
  return confirmed === false ? `the path is a guess (${note}): ${shared}` : shared;
}
