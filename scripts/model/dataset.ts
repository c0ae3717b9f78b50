import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { FeaturiserSpec } from "@freehold/worker/engine";
import { type Headline, parseHeadlines } from "./csv.ts";
import { DatasetError } from "./errors.ts";
import { sentfinBytes } from "./sentfin.ts";
import type { Split } from "./split.ts";

export { type Headline, parseHeadlines } from "./csv.ts";
export { DatasetError, type DatasetErrorCode, type DatasetErrorDetails } from "./errors.ts";
export { LABELS } from "./labels.ts";
export type { Split } from "./split.ts";

/** Labelled headlines, split three ways and into public rows and an analyst's private slice. */
export interface Dataset {
  readonly name: string;
  /** Hex of the file's SHA-256. */
  readonly sha256: string;
  readonly rows: readonly Headline[];
  /** How a model of this data reads text. */
  readonly featuriser: FeaturiserSpec;
}

export interface DatasetOptions {
  /** A CSV file of one's own, see {@link parseHeadlines}. */
  readonly data?: string;
  /** A named set instead: SEntFiN, from the shared directory or its public origin. */
  readonly dataset?: "sentfin";
  /** The shared directory; `FREEHOLD_SHARED`, else `../shared` by default. */
  readonly shared?: string;
}

const DEFAULT_FILE = fileURLToPath(new URL("../../data/headlines.csv", import.meta.url));

/**
 * Loads the headlines written for this repository, a named set, or a file.
 * @throws DatasetError naming file, line and value
 */
export async function loadDataset(options: DatasetOptions = {}): Promise<Dataset> {
  if (options.dataset === "sentfin")
    return dataset("sentfin", await sentfinBytes(options.shared), "sentfin_headlines.csv", true);
  const path = options.data ?? DEFAULT_FILE;
  let bytes: Uint8Array;
  try {
    bytes = await readFile(path);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? "unknown error";
    throw new DatasetError("FILE_UNREADABLE", `cannot be read (${reason})`, { file: path }, { cause });
  }
  const name = options.data === undefined ? "headlines" : basename(path).replace(/\.csv$/i, "");
  return dataset(name, bytes, options.data ?? relative(process.cwd(), path), false);
}

/** The rows of one split and slice; all, where one is left open. */
export function rowsOf(
  { rows }: Pick<Dataset, "rows">,
  where: { readonly split?: Split | readonly Split[]; readonly slice?: "public" | "analyst" },
): Headline[] {
  const splits = where.split === undefined ? undefined : [where.split].flat();
  return rows.filter(
    (row) =>
      (splits === undefined || splits.includes(row.split)) &&
      (where.slice === undefined || (where.slice === "analyst") === row.analyst),
  );
}

function dataset(name: string, bytes: Uint8Array, file: string, stripAttribution: boolean): Dataset {
  return {
    name,
    sha256: createHash("sha256").update(bytes).digest("hex"),
    rows: parseHeadlines(bytes, file),
    featuriser: { type: "freehold.ngrams", version: 1, maxCount: 15, stripAttribution },
  };
}
