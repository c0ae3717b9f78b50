import pg from "pg";
import { OperatorError } from "../errors.js";

/** Milliseconds for a connection, and for a statement with all that it waits for. */
const CONNECT_TIMEOUT = 10_000;
const STATEMENT_TIMEOUT = 30_000;

/** Types whose values are whole numbers: int2, int4, int8. */
const INTEGERS = [21, 23, 20];

/**
 * Commits wait for the disk (and for stand-bys, where there are any), whatever the server's default is. A statement sees
 * what was committed before it. A worker that froze, or whose machine died, keeps nobody waiting for long.
 */
const SESSION = `
  SELECT set_config('synchronous_commit', 'on', false)
    WHERE current_setting('synchronous_commit') NOT IN ('on', 'remote_apply');
  SET default_transaction_isolation = 'read committed';
  SET statement_timeout = ${STATEMENT_TIMEOUT};
  SET idle_in_transaction_session_timeout = ${STATEMENT_TIMEOUT};
  SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 3;
  SET tcp_user_timeout = 25000;
`;

/** Number of the advisory lock of a name, $1: schemas of one database have locks of their own. */
export const LOCK_KEY = "hashtextextended('freehold ' || current_schema() || ' ' || $1, 0)";

/** How every connection of a worker is made. Throws `DATABASE_UNREACHABLE` for a URL that is none. */
export function connectionOptions(url: string): pg.ClientConfig {
  try {
    // Parsed by the client in its constructor only: a URL that is wrong is told from a server that is away.
    new pg.Client(url);
  } catch (error) {
    throw unreachable(error);
  }
  return {
    connectionString: url,
    application_name: "freehold-worker",
    connectionTimeoutMillis: CONNECT_TIMEOUT,
    query_timeout: STATEMENT_TIMEOUT + CONNECT_TIMEOUT,
    keepAlive: true,
    types: { getTypeParser },
  };
}

/** Prepares a new connection. */
export async function openSession(client: pg.ClientBase, readOnly: boolean): Promise<void> {
  // Whoever uses it hears of it too: without a listener the process would end.
  client.on("error", () => undefined);
  await client.query(SESSION);
  if (readOnly) await client.query("SET default_transaction_read_only = on");
}

const MEANINGS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody listens there",
  ENOENT: "there is no such socket",
  ENOTFOUND: "no such host",
  "28P01": "the password is wrong",
  "28000": "the server refuses this user",
  "3D000": "there is no such database",
};

/** Says why in words of its own: those of the client may repeat parts of the URL, which holds a password. */
export function unreachable(error: unknown): OperatorError {
  const { code } = error as { code?: unknown };
  const known = typeof code === "string" ? (MEANINGS[code] ?? code) : "no server answers, or the URL is none";
  return new OperatorError("DATABASE_UNREACHABLE", `the database of --database cannot be opened: ${known}`);
}

function getTypeParser(oid: number, format?: "text" | "binary") {
  if (INTEGERS.includes(oid) && format !== "binary") return BigInt;
  return pg.types.getTypeParser(oid, format);
}
