import type { Hex } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { SqlRow } from "./database.js";

/** Reads columns of a row with their type checked: a file that was changed by hand fails here, not in the books. */
export function integer(row: SqlRow, column: string): bigint {
  const value = row[column];
  if (typeof value === "bigint") return value;
  throw corrupt(column, value);
}

export function text(row: SqlRow, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw corrupt(column, value);
}

export function bytes(row: SqlRow, column: string): Uint8Array {
  const value = row[column];
  if (value instanceof Uint8Array) return value;
  throw corrupt(column, value);
}

export function hex(row: SqlRow, column: string): Hex {
  const value = text(row, column);
  if (/^0x[0-9a-f]*$/i.test(value)) return value as Hex;
  throw corrupt(column, value);
}

function corrupt(column: string, value: unknown): WorkerError {
  return new WorkerError("DATABASE_CORRUPT", `column ${column} holds ${typeof value}, which no release wrote`);
}
