import type { Dialect } from "./dialect.js";

/** One row, integers as bigint. */
export type SqlRow = Readonly<Record<string, unknown>>;

/** What a statement may be given. */
export type SqlValue = bigint | number | string | Uint8Array | null;

/** Largest amount that a column holds: both databases have signed 64-bit numbers. */
export const MAX_AMOUNT = 2n ** 63n - 1n;

/** Statements in the SQL that both databases understand; each `?` stands for the next value. */
export interface Sql {
  all(sql: string, ...values: SqlValue[]): Promise<SqlRow[]>;
  get(sql: string, ...values: SqlValue[]): Promise<SqlRow | undefined>;
  /** Returns the number of rows that were written. */
  run(sql: string, ...values: SqlValue[]): Promise<number>;
  /** Runs statements that take no values. */
  script(sql: string): Promise<void>;
}

/** A database whose commits are on disk before they return. */
export interface Database extends Sql {
  readonly dialect: Dialect;
  /**
   * Runs `work` in one transaction: all of it is durable when this returns, nothing of it when it throws. Others see
   * none of it before; rows that it wrote or locked wait for it. `work` must use the {@link Sql} that it gets.
   */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}
