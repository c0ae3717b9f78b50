import { fork } from "node:child_process";
import { once } from "node:events";
import { expect } from "chai";
import { openStore, readStore, type Store } from "../../../worker/dist/store/index.js";
import { MIGRATIONS } from "../../../worker/dist/store/migrations.js";
import { PostgresDatabase } from "../../../worker/dist/store/postgres.js";
import { PostgresLocks } from "../../../worker/dist/store/postgres-locks.js";
import { query, startPostgres } from "../utils/postgres.ts";
import { postgres, sharedPostgres } from "./harness/backends.ts";
import { completion, IDENTITY } from "./harness/completion.ts";
import { until } from "./harness/wait.ts";

describe("worker: store, what is PostgreSQL's own", () => {
  let database: string;
  const stores: Store[] = [];

  before(async function () {
    await postgres.prepare(this);
  });

  beforeEach(async () => {
    database = await (await sharedPostgres()).createDatabase();
  });

  afterEach(async () => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  });

  const open = async (replica: string, url = database) => {
    const store = await openStore({ data: undefined, database: url }, IDENTITY, replica);
    stores.push(store);
    return store;
  };
  const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error) as Promise<Error>;
  const close = (store: Store) => stores.splice(stores.indexOf(store), 1)[0]?.close();

  it("is opened by many replicas at once, each under a name of its own", async () => {
    const all = await Promise.all(["a", "b", "c", "d"].map((name) => open(name)));
    await Promise.all(all.map((store, i) => store.books.complete(completion({ channel: BigInt(i) }))));
    expect(await all[0]?.debts.totals()).to.include({ completed: 4n, metered: 40n });
    expect(await failure(open("b"))).to.include({ code: "REPLICA_IN_USE" });
    await close(all[1] as Store);
    await open("b");
  });

  it("lets one replica settle at a time, and another when that ends or loses its connection", async () => {
    const [a, b] = [await open("a"), await open("b")];
    expect([await a.lead(), await b.lead(), await a.lead()]).to.deep.equal([true, false, true]);
    await close(a);
    expect(await b.lead()).to.equal(true);
    const c = await open("c");
    expect(await c.lead()).to.equal(false);
    await query(database, `SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND granted`);
    await until(() => c.lead(), "the other replica to take over");
    expect(await b.lead(), "with a new connection").to.equal(false);
  });

  it("takes the locks of a process that froze, and tells that one when it goes on", async () => {
    const module = import.meta.resolve("../../../worker/dist/store/postgres-locks.js");
    const script = `
      const { PostgresLocks } = await import(${JSON.stringify(module)});
      const locks = new PostgresLocks(process.env.DATABASE, 1000);
      process.on("message", async () => process.send(await locks.hold("x").catch(() => false)));
      process.send(await locks.hold("x"));`;
    const child = fork("-", [], {
      execArgv: ["--input-type=module", "-e", script],
      env: { ...process.env, DATABASE: database },
    });
    const says = async () => ((await once(child, "message")) as unknown[])[0];
    const locks = new PostgresLocks(database, 1_000);
    try {
      expect(await says()).to.equal(true);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect(await locks.hold("x"), "it lives").to.equal(false);
      child.kill("SIGSTOP");
      await until(() => locks.hold("x"), "the lock of the frozen process");
      child.kill("SIGCONT");
      child.send("again");
      expect(await says()).to.equal(false);
    } finally {
      child.kill("SIGKILL");
      await locks.close();
    }
  });

  it("goes on after all its connections were cut", async () => {
    const store = await open("a");
    await store.books.complete(completion({}));
    await query(
      database,
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'freehold-worker'",
    );
    await until(() => store.books.channel(0n), "the books");
    await store.books.complete(completion({ seq: 2n, cumulative: 20n }));
    expect(await store.lead()).to.equal(true);
  });

  it("lets replicas send the operator's transactions one after the other", async () => {
    const all = await Promise.all(["a", "b", "c"].map((name) => open(name)));
    let running = 0;
    const seen: number[] = [];
    const work = async () => {
      seen.push(++running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running--;
    };
    await Promise.all([...all, ...all].map((store) => store.exclusive(work)));
    expect(seen).to.deep.equal([1, 1, 1, 1, 1, 1]);
    const refused = await failure((all[0] as Store).exclusive(() => Promise.reject(new Error("refused"))));
    expect(refused.message).to.equal("refused");
    await (all[1] as Store).exclusive(work);
  });

  it("keeps locks apart that belong to schemas of one database", async () => {
    await query(database, "CREATE SCHEMA one");
    await query(database, "CREATE SCHEMA two");
    const inSchema = (name: string) => `${database}?options=${encodeURIComponent(`-c search_path=${name}`)}`;
    const [one, two] = [await open("a", inSchema("one")), await open("a", inSchema("two"))];
    expect([await one.lead(), await two.lead()]).to.deep.equal([true, true]);
    await one.books.complete(completion({}));
    expect(await two.books.channel(0n)).to.equal(undefined);
  });

  it("waits for the disk whatever the server's default is, and refuses a server that never does", async () => {
    const { pathname } = new URL(database);
    await query(database, `ALTER DATABASE ${pathname.slice(1)} SET synchronous_commit = off`);
    const db = await PostgresDatabase.open(database);
    const settings = await db.transaction((sql) =>
      sql.get(
        "SELECT current_setting('synchronous_commit') AS commit, current_setting('transaction_isolation') AS level",
      ),
    );
    expect(settings).to.deep.equal({ commit: "on", level: "read committed" });
    await db.close();
    const careless = await startPostgres({ fsync: "off" });
    try {
      expect(await failure(open("a", careless.url))).to.include({ code: "DATABASE_NOT_DURABLE" });
    } finally {
      await careless.stop();
    }
  });

  it("rolls back a transaction of which a statement failed, even when nobody says so", async () => {
    const db = await PostgresDatabase.open(database);
    const swallowed = db.transaction(async (sql) => {
      await sql.run("INSERT INTO meta (key, value) VALUES ('a', 'b')");
      await sql.run("INSERT INTO meta (key, value) VALUES ('a', 'c')").catch(() => undefined);
    });
    expect(await failure(swallowed)).to.include({ code: "ROLLED_BACK" });
    expect(await db.get("SELECT 1 AS one FROM meta WHERE key = 'a'")).to.equal(undefined);
    expect(await db.get("SELECT 1 AS one")).to.deep.equal({ one: 1n });
    await db.close();
  });

  it("refuses a schema of the future, and readers refuse one of the past", async () => {
    await close(await open("a"));
    const setVersion = (version: number) =>
      query(database, `UPDATE meta SET value = '${version}' WHERE key = 'schema'`);
    await setVersion(99);
    expect(await failure(open("a"))).to.include({ code: "DATABASE_TOO_NEW" });
    expect(await failure(readStore({ database }))).to.include({ code: "DATABASE_TOO_NEW" });
    await setVersion(1);
    expect(await failure(readStore({ database }))).to.include({ code: "DATABASE_TOO_OLD" });
    await setVersion(MIGRATIONS.length);
    await open("a");
  });

  it("says why it cannot be opened, and never repeats the password", async () => {
    const wrong = (change: (url: URL) => void) => {
      const url = new URL(database);
      change(url);
      return failure(open("a", url.href));
    };
    const secret = "zephyr-secret";
    const failures = await Promise.all([
      wrong((url) => Object.assign(url, { password: secret })),
      wrong((url) => Object.assign(url, { port: "1", password: secret })),
      wrong((url) => Object.assign(url, { pathname: `/${secret}` })),
      failure(open("a", `postgres://user:1/${secret}@127.0.0.1/db`)),
      failure(open("a", `postgres://user:${secret}/x@127.0.0.1/db`)),
    ]);
    for (const error of failures) {
      expect(error).to.include({ code: "DATABASE_UNREACHABLE" });
      expect(`${error.stack}${String(error.cause)}`).not.to.contain(secret);
    }
    expect(failures.slice(0, 3).map(({ message }) => message.split(": ").at(-1))).to.deep.equal([
      "the password is wrong",
      "nobody listens there",
      "there is no such database",
    ]);
  });
});
