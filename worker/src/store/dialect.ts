/** Where the two databases need other words: types of columns, ends of tables, row locks. */
export interface Dialect {
  readonly isSqlite: boolean;
  /** A signed 64-bit number. */
  readonly integer: string;
  readonly bytes: string;
  /** A primary key that the database counts up. */
  readonly id: string;
  /** What follows the columns of a table, and of one that is stored by its key. */
  readonly table: string;
  readonly keyed: string;
  /** End of a SELECT whose rows nobody else may change before the transaction is over. */
  readonly lock: string;
}

export const SQLITE: Dialect = {
  isSqlite: true,
  integer: "INTEGER",
  bytes: "BLOB",
  id: "INTEGER PRIMARY KEY",
  table: ") STRICT",
  keyed: ") STRICT, WITHOUT ROWID",
  // A transaction has the whole file to itself.
  lock: "",
};

export const POSTGRES: Dialect = {
  isSqlite: false,
  integer: "BIGINT",
  bytes: "BYTEA",
  id: "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
  table: ")",
  keyed: ")",
  lock: "FOR UPDATE",
};
