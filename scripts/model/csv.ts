import { MAX_TEXT_LENGTH } from "@freehold/worker/engine";
import { CsvError, parse } from "csv-parse/sync";
import { DatasetError, type DatasetErrorCode } from "./errors.ts";
import { LABELS } from "./labels.ts";
import { type Assignment, assignSplits, SPLITS, type Split } from "./split.ts";

/** One labelled headline. */
export interface Headline {
  readonly id: string;
  readonly split: Split;
  /** Of the analyst's private slice; the rest is public. */
  readonly analyst: boolean;
  /** Index into {@link LABELS}. */
  readonly label: number;
  readonly text: string;
}

/** Rows of these topics are the analyst's. */
export const ANALYST_TOPICS: readonly string[] = ["commodity_fx", "analyst"];

/** Fewer rows than this train nothing worth measuring. */
export const MIN_ROWS = 100;

interface Row {
  readonly line: number;
  readonly record: Readonly<Record<string, string>>;
}

/**
 * Reads labelled headlines from CSV (RFC 4180, UTF-8).
 *
 * Columns `text` and `label`; optional `id`, `topic`, `split` (train, valid, test); others are ignored. Labels are the words
 * negative, neutral, positive in any letter case, or numbers in one of two schemes for the whole file: 0, 1, 2 or -1, 0, 1.
 * Without a `split`, or without rows of {@link ANALYST_TOPICS}, splits or slice are drawn, see {@link assignSplits}.
 * @throws DatasetError naming file, line and value
 */
export function parseHeadlines(bytes: Uint8Array, file: string): Headline[] {
  const { rows, columns } = parseRows(decode(bytes, file), file);
  for (const column of ["text", "label"]) {
    if (!columns.includes(column)) {
      const found = columns.join(", ");
      throw new DatasetError("MISSING_COLUMN", `no column "${column}"; the columns are: ${found}`, {
        file,
        row: 1,
        column,
      });
    }
  }
  if (rows.length < MIN_ROWS) {
    const problem =
      rows.length === 0 ? "no rows under the header" : `${rows.length} rows; at least ${MIN_ROWS} are needed`;
    throw new DatasetError(rows.length === 0 ? "EMPTY" : "TOO_FEW_ROWS", problem, { file });
  }
  const labels = parseLabels(rows, file);
  const texts = rows.map((row) => parseText(row, file));
  const topics = rows.map(({ record }) => (record.topic ?? "").trim().toLowerCase());
  const sliced = topics.some((topic) => ANALYST_TOPICS.includes(topic));
  const drawn = assignSplits(texts);
  const ids = new Set<string>();
  const headlines = rows.map((row, i): Headline => {
    const id = columns.includes("id") ? (row.record.id ?? "").trim() : `L${row.line}`;
    if (ids.has(id)) throw problem("DUPLICATE_ID", row, "id", "occurs twice", file);
    ids.add(id);
    const draw = drawn[i] as Assignment;
    return {
      id,
      split: columns.includes("split") ? parseSplit(row, file) : draw.split,
      analyst: sliced ? ANALYST_TOPICS.includes(topics[i] as string) : draw.analyst,
      label: labels[i] as number,
      text: texts[i] as string,
    };
  });
  checkCoverage(headlines, file);
  return headlines;
}

function decode(bytes: Uint8Array, file: string): string {
  if (bytes.length === 0) throw new DatasetError("EMPTY", "the file is empty", { file });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new DatasetError("NOT_UTF8", "not UTF-8; convert the file first", { file }, { cause });
  }
}

function parseRows(csv: string, file: string): { rows: Row[]; columns: string[] } {
  let columns: string[] = [];
  try {
    const records: { record: Record<string, string>; info: { lines: number } }[] = parse(csv, {
      columns: (header: string[]) => {
        columns = header.map((name) => name.trim().toLowerCase());
        return columns;
      },
      info: true,
      skip_empty_lines: true,
    });
    return { rows: records.map(({ record, info }) => ({ record, line: info.lines })), columns };
  } catch (cause) {
    if (!(cause instanceof CsvError)) throw cause;
    const row = typeof cause.lines === "number" ? { row: cause.lines } : {};
    throw new DatasetError("NOT_CSV", cause.message, { file, ...row }, { cause });
  }
}

function parseText(row: Row, file: string): string {
  const text = (row.record.text ?? "").trim();
  if (text === "") throw problem("BAD_TEXT", row, "text", "is empty", file);
  if (text.length > MAX_TEXT_LENGTH) {
    throw problem("BAD_TEXT", row, "text", `has ${text.length} characters, over ${MAX_TEXT_LENGTH}`, file);
  }
  return text;
}

function parseSplit(row: Row, file: string): Split {
  const split = SPLITS.find((known) => known === row.record.split?.trim().toLowerCase());
  if (split === undefined) throw problem("UNKNOWN_SPLIT", row, "split", `is none of ${SPLITS.join(", ")}`, file);
  return split;
}

const SCHEMES: readonly (readonly string[])[] = [LABELS, ["0", "1", "2"], ["-1", "0", "1"]];

function parseLabels(rows: readonly Row[], file: string): number[] {
  const values = rows.map(({ record }) => (record.label ?? "").trim().toLowerCase());
  const known = new Set(SCHEMES.flat());
  const unknown = values.findIndex((value) => !known.has(value));
  if (unknown !== -1) {
    const expected = "is none of negative, neutral, positive; 0, 1, 2; -1, 0, 1";
    throw problem("UNKNOWN_LABEL", rows[unknown] as Row, "label", expected, file);
  }
  const fitting = SCHEMES.filter((scheme) => values.every((value) => scheme.includes(value)));
  const [scheme] = fitting;
  if (scheme === undefined) {
    const first = SCHEMES.find((each) => each.includes(values[0] as string)) as readonly string[];
    const other = values.findIndex((value) => !first.includes(value));
    throw problem(
      "MIXED_LABELS",
      rows[other] as Row,
      "label",
      `does not belong to the scheme ${first.join(", ")}`,
      file,
    );
  }
  if (fitting.length > 1) {
    throw new DatasetError("MIXED_LABELS", "labels 0 and 1 alone could mean two things; write them as words", { file });
  }
  return values.map((value) => scheme.indexOf(value));
}

/** Both slices are trained on and measured, with every label. */
function checkCoverage(headlines: readonly Headline[], file: string): void {
  for (const split of ["train", "test"] as const) {
    for (const analyst of [false, true]) {
      const found = new Set(
        headlines.filter((row) => row.split === split && row.analyst === analyst).map(({ label }) => label),
      );
      const missing = LABELS.find((_, label) => !found.has(label));
      if (missing === undefined) continue;
      const slice = analyst ? "the analyst's" : "the public";
      throw new DatasetError(
        "TOO_FEW_ROWS",
        `no ${missing} row in the ${split} split of ${slice} rows; give more rows`,
        {
          file,
          value: missing,
        },
      );
    }
  }
}

function problem(code: DatasetErrorCode, row: Row, column: string, what: string, file: string): DatasetError {
  const value = (row.record[column] ?? "").slice(0, 60);
  return new DatasetError(code, `${column} ${JSON.stringify(value)} ${what}`, { file, row: row.line, column, value });
}
