import { decodeState, encodeState } from "../../inference/codec.js";
import { type ChannelStore, corrupt, type Stored } from "../../inference/store.js";

/** What the store needs of a database client: a `Pool` of `pg` has it. */
export interface PostgresClient {
  query(text: string, values?: unknown[]): Promise<{ rows: readonly object[] }>;
}

const SCHEMA =
  "CREATE TABLE IF NOT EXISTS freehold_payments (key text PRIMARY KEY, revision bigint NOT NULL, state text NOT NULL)";
const GET = "SELECT revision::text AS revision, state FROM freehold_payments WHERE key = $1";
// Durable whatever the server's or the role's default is: the setting counts when the statement's transaction commits.
const DURABLE = "WITH durable AS MATERIALIZED (SELECT set_config('synchronous_commit', 'on', true))";
const INSERT = `${DURABLE} INSERT INTO freehold_payments SELECT $1, 1, $2 FROM durable
  ON CONFLICT DO NOTHING RETURNING revision::text AS revision`;
const UPDATE = `${DURABLE} UPDATE freehold_payments SET revision = revision + 1, state = $2 FROM durable
  WHERE key = $1 AND revision = $3::bigint RETURNING freehold_payments.revision::text AS revision`;
/** Two sessions that create the table at once: one of them meets the other's half-made type or relation. */
const CREATED_MEANWHILE = ["23505", "42P07", "42710"];

/**
 * Keeps payments in a table of a PostgreSQL database, `freehold_payments`, for any number of processes and machines. A swap is
 * one statement; it is durable when it resolves (`synchronous_commit`).
 * @param client anything with `query(text, values)`, such as a `Pool` of `pg`; closing it is the caller's
 */
export function postgresStore(client: PostgresClient): ChannelStore {
  let ready: Promise<unknown> | undefined;
  const query = async (text: string, values: unknown[]): Promise<Readonly<Record<string, unknown>>[]> => {
    ready ??= create(client);
    try {
      await ready;
    } catch (error) {
      ready = undefined;
      throw error;
    }
    const { rows } = await client.query(text, values);
    return rows as Record<string, unknown>[];
  };
  const get = async (key: string) => {
    const [row] = await query(GET, [key]);
    return row === undefined ? undefined : stored(row, key);
  };
  return {
    get,
    async compareAndSwap(key, expected, state) {
      const text = encodeState(state);
      if (expected !== undefined && !/^[1-9][0-9]{0,17}$/.test(expected)) return undefined;
      const [row] =
        expected === undefined ? await query(INSERT, [key, text]) : await query(UPDATE, [key, text, expected]);
      if (row !== undefined) return { revision: String(row.revision), state };
      // A state that cannot be read is an error, not a lost race.
      await get(key);
      return undefined;
    },
  };
}

async function create(client: PostgresClient): Promise<void> {
  try {
    await client.query(SCHEMA);
  } catch (error) {
    if (!CREATED_MEANWHILE.includes(String((error as { code?: unknown }).code))) throw error;
  }
}

function stored(row: Readonly<Record<string, unknown>>, key: string): Stored {
  try {
    return { revision: String(row.revision), state: decodeState(String(row.state)) };
  } catch (cause) {
    throw corrupt("freehold_payments", key, cause);
  }
}
