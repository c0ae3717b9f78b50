import { type Command, Option } from "commander";
import { UsageError } from "../errors.js";
import type { StoreLocation } from "../store/index.js";

/** What commander makes of the options that name the books. */
export interface BooksOptions {
  readonly data?: string;
  readonly database?: string;
}

const DATA = "FREEHOLD_WORKER_DATA";
const DATABASE = "FREEHOLD_WORKER_DATABASE";

/** Adds the options that name the books of a worker. */
export function booksOptions(command: Command): Command {
  return command
    .addOption(new Option("--data <dir>", "directory of the books and the sealed keys; one worker each").env(DATA))
    .addOption(new Option("--database <url>", "instead of it: PostgreSQL, which replicas share").env(DATABASE));
}

/** Where the books are. Throws `USAGE`, and never repeats the URL: it may hold a password. */
export function booksOf({ data, database }: BooksOptions): StoreLocation {
  if (data !== undefined && database !== undefined) {
    throw new UsageError(`--data (${DATA}) and --database (${DATABASE}) are both given: pass one`);
  }
  if (data === undefined && database === undefined) throw new UsageError("no books: pass --data or --database");
  if (database !== undefined && !isPostgres(database)) throw new UsageError("--database is no postgres:// URL");
  return { data, database };
}

function isPostgres(text: string): boolean {
  return URL.canParse(text) && /^postgres(?:ql)?:$/.test(new URL(text).protocol);
}
