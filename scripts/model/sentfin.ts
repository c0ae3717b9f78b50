import { createHash } from "node:crypto";
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parse } from "csv-parse/sync";
import { DatasetError } from "./errors.ts";

/**
 * SEntFiN 1.0 (Sinha, Kedas, Kumar, Malo 2022, doi:10.1002/asi.24634), MIT licence. One label per headline: kept where all
 * annotated entities share one sentiment.
 */
export const ORIGIN = {
  url: "https://raw.githubusercontent.com/pyRis/SEntFiN/eba43610fe3cb57a3e5773cd6c037da1f8992ad5/SEntFiN.csv",
  sha256: "570af7ba58f724f3fcc414dd5ba80da5b1a3b342134d76c6ebdf53a32c54a92f",
} as const;

/** SHA-256 of the file made from the origin. */
export const SENTFIN_SHA256 = "8fd862c3e95252b20ef9608d68eb6eef5ac72100c6a7e1578e1b184befe3273e";

const FILE = "sentfin_headlines.csv";
const CACHE = fileURLToPath(new URL("../../out/data/", import.meta.url));
const SPLIT_TABLE = fileURLToPath(new URL("../../data/sentfin-splits.txt", import.meta.url));

/** The file of the shared directory, else the cached one, else a download. */
export async function sentfinBytes(shared = process.env.FREEHOLD_SHARED ?? "../shared"): Promise<Uint8Array> {
  for (const path of [join(shared, "data", FILE), join(CACHE, FILE)]) {
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes === undefined) continue;
    checkDigest(bytes, SENTFIN_SHA256, path);
    return bytes;
  }
  return fetchSentfin();
}

/**
 * Downloads the origin, makes the file from it and caches it, atomically.
 * @throws DatasetError `DOWNLOAD_FAILED`, `WRONG_DIGEST`
 */
export async function fetchSentfin(
  cache = CACHE,
  origin: { url: string; sha256: string } = ORIGIN,
): Promise<Uint8Array> {
  const source = await download(origin.url);
  checkDigest(source, origin.sha256, origin.url);
  const bytes = buildSentfin(source, await readFile(SPLIT_TABLE, "utf8"));
  checkDigest(bytes, SENTFIN_SHA256, FILE);
  await mkdir(cache, { recursive: true });
  const path = join(cache, FILE);
  await writeFile(`${path}.part`, bytes);
  await rename(`${path}.part`, path);
  return bytes;
}

const ROW_CODES: Readonly<Record<string, readonly [split: string, topic: string]>> = {
  a: ["train", "equity_macro"],
  b: ["valid", "equity_macro"],
  c: ["test", "equity_macro"],
  A: ["train", "commodity_fx"],
  B: ["valid", "commodity_fx"],
  C: ["test", "commodity_fx"],
};

/**
 * Makes the file from the origin's CSV (columns S No., Title, Decisions).
 * @param table one character per row of the origin, white space aside: split and topic as in {@link ROW_CODES}, "." for a row
 * that is left out (entities disagree, or the headline occurs twice)
 */
export function buildSentfin(origin: Uint8Array, table: string): Uint8Array {
  const records: string[][] = parse(new TextDecoder().decode(origin), { from_line: 2 });
  const codes = table.replace(/\s+/g, "");
  const lines = ["id,split,topic,label,text"];
  for (const [i, record] of records.entries()) {
    const drawn = ROW_CODES[codes[i] ?? "."];
    if (drawn === undefined) continue;
    const [number = "", title = "", decisions = ""] = record;
    const sentiments = new Set([...decisions.matchAll(/': '(negative|neutral|positive)'/g)].map((match) => match[1]));
    if (sentiments.size !== 1) {
      throw new DatasetError("UNKNOWN_LABEL", `row ${number} has ${sentiments.size} sentiments instead of one`, {
        file: ORIGIN.url,
      });
    }
    const text = /[",]/.test(title) ? `"${title.replaceAll('"', '""')}"` : title;
    lines.push([`S${number.padStart(5, "0")}`, ...drawn, ...sentiments, text].join(","));
  }
  return new TextEncoder().encode(`${lines.join("\n")}\n`);
}

async function download(url: string): Promise<Uint8Array> {
  const offline = "give the shared directory (FREEHOLD_SHARED), or use the default data";
  let response: Response;
  try {
    response = await fetch(url, { signal: AbortSignal.timeout(60_000) });
    if (response.ok) return new Uint8Array(await response.arrayBuffer());
  } catch (cause) {
    throw new DatasetError("DOWNLOAD_FAILED", `cannot be reached; ${offline}`, { file: url }, { cause });
  }
  throw new DatasetError("DOWNLOAD_FAILED", `answered ${response.status}; ${offline}`, { file: url });
}

function checkDigest(bytes: Uint8Array, expected: string, file: string): void {
  const actual = createHash("sha256").update(bytes).digest("hex");
  if (actual === expected) return;
  throw new DatasetError("WRONG_DIGEST", `SHA-256 is ${actual}, not ${expected}; delete or restore the file`, {
    file,
    value: actual,
  });
}
