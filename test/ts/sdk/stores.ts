import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type BudgetState,
  type ChannelState,
  type ChannelStore,
  decodeState,
  encodeState,
  StoreError,
} from "@freehold/sdk";
import { postgresStore } from "@freehold/sdk/node";
import { expect } from "chai";
import pg from "pg";
import { requirePostgres, startPostgres, type TestPostgres } from "../utils/postgres.ts";
import { type StoreKind, someStore } from "./utils/some-store.ts";
import { someKey, stateOf } from "./utils/store-process.ts";

const PROCESS = new URL("./utils/store-process.ts", import.meta.url).pathname;

/** Every field in use. */
const CHANNEL: ChannelState = {
  kind: "channel",
  signed: 2n ** 64n - 1n,
  used: 800n,
  metered: 900n,
  seq: 9n,
  gaps: [{ first: 3n, last: 4n, before: 200n, after: 400n }],
  tickets: [{ id: "ab".repeat(16), price: 100n, cumulative: 700n, after: 9n, until: 1_800_000_000_000, lost: true }],
  doubt: { count: 2n, amount: 200n },
};
const BUDGET: BudgetState = {
  kind: "budget",
  spent: 5_000n,
  pending: [
    {
      id: "0x01",
      node: `0x${"11".repeat(20)}`,
      amount: 1_000n,
      channel: null,
      signer: `0x${"22".repeat(20)}`,
      before: 7n,
      hash: `0x${"33".repeat(32)}`,
      until: 1_800_000_000_000,
    },
  ],
  channels: [{ node: `0x${"11".repeat(20)}`, signer: `0x${"22".repeat(20)}`, channel: 6n }],
};

let channels = 0n;
const newKey = () => someKey(channels++);
const signedIn = async (store: ChannelStore, key: string) =>
  ((await store.get(key)) as { state: ChannelState }).state.signed;

async function storeErrorOf(run: Promise<unknown>): Promise<StoreError> {
  const error = await run.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).to.be.instanceOf(StoreError);
  return error as StoreError;
}

/** A process at work on a store, waiting for its start. */
async function worker(kind: StoreKind, place: string, key: string, ...task: string[]) {
  const child = spawn(process.execPath, [PROCESS, kind, place, key, ...task], { stdio: ["pipe", "pipe", "pipe"] });
  const lines: string[] = [];
  let rest = "";
  let errors = "";
  child.stdout.on("data", (chunk: Buffer) => {
    const parts = (rest + chunk.toString()).split("\n");
    rest = parts.pop() ?? "";
    lines.push(...parts);
  });
  child.stderr.on("data", (chunk: Buffer) => {
    errors += chunk.toString();
  });
  const said = async (count: number) => {
    while (lines.length < count) {
      if (child.exitCode !== null) throw new Error(`the process ended: ${errors}`);
      await pause(5);
    }
  };
  await said(1);
  return { child, lines, said, start: () => child.stdin.write("start\n"), closed: () => closed(child) };
}

async function closed(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "close");
}

const KINDS: StoreKind[] = ["memory", "file", "sqlite", "postgres"];

for (const kind of KINDS) {
  describe(`sdk: ${kind} store`, () => {
    let directory: string;
    let postgres: TestPostgres | undefined;
    let place: string;
    let store: ChannelStore;
    let close: () => Promise<void>;

    before(async function () {
      if (kind === "postgres") requirePostgres(this);
      directory = await mkdtemp(join(tmpdir(), "freehold-store-"));
      if (kind === "postgres") postgres = await startPostgres();
      place = { memory: "", file: join(directory, "deep/files"), sqlite: join(directory, "deep/a.sqlite") }[
        kind as string
      ] as string;
      if (postgres !== undefined) place = await postgres.createDatabase();
      ({ store, close } = someStore(kind, place));
    });

    after(async () => {
      await close?.();
      await postgres?.stop();
      await rm(directory, { recursive: true, force: true });
    });

    it("knows nothing of a key that was never written", async () => {
      expect(await store.get(newKey())).to.equal(undefined);
    });

    it("gives back what was written, every field of it", async () => {
      for (const state of [CHANNEL, BUDGET]) {
        const key = newKey();
        const written = await store.compareAndSwap(key, undefined, state);
        expect(written?.state).to.deep.equal(state);
        expect(await store.get(key)).to.deep.equal(written);
      }
    });

    it("swaps from the newest revision, and from no other", async () => {
      const key = newKey();
      const first = await store.compareAndSwap(key, undefined, stateOf(1n));
      expect(await store.compareAndSwap(key, undefined, stateOf(2n)), "there is a state").to.equal(undefined);
      const second = await store.compareAndSwap(key, first?.revision, stateOf(2n));
      expect(second?.revision).not.to.equal(first?.revision);
      expect(await store.compareAndSwap(key, first?.revision, stateOf(3n)), "an old revision").to.equal(undefined);
      for (const wrong of ["", "nonsense", "0", "-1", "99999999999999999999999"]) {
        expect(await store.compareAndSwap(key, wrong, stateOf(3n)), wrong).to.equal(undefined);
      }
      expect(await store.compareAndSwap(newKey(), first?.revision, stateOf(3n)), "no state").to.equal(undefined);
      expect(await store.get(key)).to.deep.equal(second);
    });

    it("never names two states by one revision, also when the first comes again", async () => {
      const key = newKey();
      const revisions = new Set<string>();
      let last = await store.compareAndSwap(key, undefined, stateOf(0n));
      for (let i = 1; i <= 10; i++) {
        revisions.add(last?.revision ?? "");
        last = await store.compareAndSwap(key, last?.revision, stateOf(BigInt(i % 2)));
      }
      expect(revisions.size).to.equal(10);
    });

    it("lets one of sixty-four swaps win, from nothing and from a revision", async () => {
      const key = newKey();
      for (let round = 0; round < 3; round++) {
        const before = (await store.get(key))?.revision;
        const swaps = Array.from({ length: 64 }, (_, i) => store.compareAndSwap(key, before, stateOf(BigInt(i))));
        const won = (await Promise.all(swaps)).filter((swapped) => swapped !== undefined);
        expect(won).to.have.length(1);
        expect(await store.get(key)).to.deep.equal(won[0]);
      }
    });

    it("keeps keys apart", async () => {
      const keys = [newKey(), newKey()];
      await Promise.all(keys.map((key, i) => store.compareAndSwap(key, undefined, stateOf(BigInt(i)))));
      expect(await Promise.all(keys.map((key) => signedIn(store, key)))).to.deep.equal([0n, 1n]);
    });

    if (kind === "memory") return;

    it("is found again by the next store of the same place", async () => {
      const key = newKey();
      const written = await store.compareAndSwap(key, undefined, CHANNEL);
      const next = someStore(kind, place);
      expect(await next.store.get(key)).to.deep.equal(written);
      expect(await next.store.compareAndSwap(key, undefined, stateOf(1n))).to.equal(undefined);
      expect(await next.store.compareAndSwap(key, written?.revision, stateOf(1n))).not.to.equal(undefined);
      expect(await store.compareAndSwap(key, written?.revision, stateOf(2n))).to.equal(undefined);
      await next.close();
    });

    it("lets one of several processes win, round after round", async () => {
      const key = newKey();
      await store.compareAndSwap(key, undefined, stateOf(0n));
      for (let round = 0; round < 2; round++) {
        const workers = await Promise.all([0, 1, 2].map(() => worker(kind, place, key, "one")));
        for (const { start } of workers) start();
        await Promise.all(workers.map(({ closed }) => closed()));
        expect(workers.map(({ lines }) => lines.at(-1)).sort()).to.deep.equal(["lost", "lost", "won"]);
      }
    });

    it("loses no change of two processes that write at once", async () => {
      const key = newKey();
      const workers = await Promise.all([0, 1].map(() => worker(kind, place, key, "many", "60")));
      for (const { start } of workers) start();
      await Promise.all(workers.map(({ closed }) => closed()));
      expect(workers.map(({ lines }) => lines.at(-1))).to.deep.equal(["done", "done"]);
      expect(await signedIn(store, key)).to.equal(120n);
    });

    it("keeps what it said it wrote when its process is killed (kill -9)", async () => {
      const key = newKey();
      let known = 0n;
      for (const lines of [3, 17, 40]) {
        const process = await worker(kind, place, key, "forever");
        process.start();
        await process.said(lines);
        process.child.kill("SIGKILL");
        await process.closed();
        const said = BigInt(process.lines.at(-1) ?? 0);
        const kept = await signedIn(store, key);
        expect(said > known, "went on where the last one ended").to.equal(true);
        expect(kept === said || kept === said + 1n, `said ${said}, kept ${kept}`).to.equal(true);
        known = kept;
      }
      const next = await store.get(key);
      expect(await store.compareAndSwap(key, next?.revision, CHANNEL), "no lock is left").not.to.equal(undefined);
    });

    if (kind === "file") {
      const only = async (files: string) => {
        const [name = ""] = (await readdir(files)).filter((file) => file.endsWith(".json"));
        return join(files, name);
      };

      it("says which file is corrupt, and works again when it is deleted", async () => {
        for (const text of ["", "{", "null", '{"key":"another"}', `{"key":"KEY","revision":"1","state":"{}"}`]) {
          const files = await mkdtemp(join(directory, "corrupt-"));
          const { store } = someStore("file", files);
          const key = newKey();
          const written = await store.compareAndSwap(key, undefined, CHANNEL);
          const file = await only(files);
          await writeFile(file, text.replace("KEY", key));
          const error = await storeErrorOf(store.get(key));
          expect(error).to.include({ code: "STORE_CORRUPT" });
          expect(error.details).to.include({ place: file, key });
          expect(error.hint).to.contain("Delete");
          expect((await storeErrorOf(store.compareAndSwap(key, written?.revision, CHANNEL))).code).to.equal(
            "STORE_CORRUPT",
          );
          await rm(file);
          expect(await store.get(key)).to.equal(undefined);
          expect(await store.compareAndSwap(key, undefined, CHANNEL)).not.to.equal(undefined);
        }
      });

      it("is not disturbed by what a crash left half-written", async () => {
        const files = await mkdtemp(join(directory, "half-"));
        const { store } = someStore("file", files);
        const key = newKey();
        const written = await store.compareAndSwap(key, undefined, CHANNEL);
        await writeFile(`${await only(files)}.tmp`, '{"key":');
        expect(await store.get(key)).to.deep.equal(written);
        expect(await store.compareAndSwap(key, written?.revision, stateOf(1n))).not.to.equal(undefined);
      });
    }

    if (kind === "sqlite") {
      it("says that a file is corrupt, takes an empty one for new", async () => {
        const file = join(directory, "corrupt.sqlite");
        await writeFile(file, "this is no database, however long one looks at it. ".repeat(100));
        const corrupt = someStore("sqlite", file);
        const error = await storeErrorOf(corrupt.store.get(newKey()));
        expect(error).to.include({ code: "STORE_CORRUPT" });
        expect(error.details).to.include({ place: file });
        await corrupt.close();
        await writeFile(file, "");
        const empty = someStore("sqlite", file);
        const key = newKey();
        expect(await empty.store.get(key)).to.equal(undefined);
        expect(await empty.store.compareAndSwap(key, undefined, CHANNEL)).not.to.equal(undefined);
        await empty.close();
      });

      it("says that a row is corrupt", async () => {
        const { DatabaseSync } = await import("node:sqlite");
        const key = newKey();
        const written = await store.compareAndSwap(key, undefined, CHANNEL);
        const database = new DatabaseSync(place);
        database.prepare("UPDATE freehold_payments SET state = '{}' WHERE key = ?").run(key);
        database.close();
        expect((await storeErrorOf(store.get(key))).code).to.equal("STORE_CORRUPT");
        expect((await storeErrorOf(store.compareAndSwap(key, undefined, CHANNEL))).code).to.equal("STORE_CORRUPT");
        expect(await store.compareAndSwap(key, written?.revision, CHANNEL), "a new state heals it").not.to.equal(
          undefined,
        );
      });
    }

    if (kind === "postgres") {
      it("says that a row is corrupt", async () => {
        const key = newKey();
        await store.compareAndSwap(key, undefined, CHANNEL);
        const client = new pg.Client(place);
        await client.connect();
        await client.query("UPDATE freehold_payments SET state = '{}' WHERE key = $1", [key]);
        await client.end();
        expect((await storeErrorOf(store.get(key))).code).to.equal("STORE_CORRUPT");
      });

      it("commits durably also where the database's default is not to", async () => {
        // The log writer of the server sleeps: only a commit that waits for the disk puts it there.
        const lazy = await startPostgres({ synchronous_commit: "off", wal_writer_delay: "10s" });
        const client = new pg.Client(lazy.url);
        await client.connect();
        const onDisk = async () => {
          const { rows } = await client.query(
            "SELECT pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn() AS yes",
          );
          return (rows[0] as { yes: boolean }).yes;
        };
        const durable = postgresStore(client);
        await durable.get("create the table");
        const first = await durable.compareAndSwap("key", undefined, CHANNEL);
        expect(await onDisk()).to.equal(true);
        await client.query("CREATE TABLE other (x int)");
        expect(await onDisk(), "what the database does by itself").to.equal(false);
        await durable.compareAndSwap("key", first?.revision, CHANNEL);
        expect(await onDisk()).to.equal(true);
        await client.end();
        await lazy.stop();
      });

      it("fails when the server does not answer, and says so", async () => {
        const gone = new pg.Pool({ connectionString: "postgres://127.0.0.1:1/none" });
        const error = await postgresStore(gone)
          .get("key")
          .catch((thrown: unknown) => thrown);
        expect(error).to.be.instanceOf(Error);
        await gone.end();
      });
    }
  });
}

describe("sdk: text of states", () => {
  it("reads what it wrote", () => {
    for (const state of [CHANNEL, BUDGET]) expect(decodeState(encodeState(state))).to.deep.equal(state);
  });

  it("refuses every field in another form", () => {
    for (const state of [CHANNEL, BUDGET]) {
      const json = JSON.parse(encodeState(state)) as Record<string, unknown>;
      for (const name of Object.keys(json)) {
        for (const wrong of [undefined, null, -1, "x", [null], { a: 1 }]) {
          const text = JSON.stringify({ ...json, [name]: wrong });
          expect(() => decodeState(text), `${name}: ${JSON.stringify(wrong)}`).to.throw();
        }
      }
      expect(() => decodeState(JSON.stringify({ ...json, more: 1 }))).to.throw("no such field");
    }
    for (const text of ["", "[]", "null", '"channel"', "{}"]) expect(() => decodeState(text)).to.throw();
  });

  it("is of a length that its tickets bound", () => {
    const ticket = CHANNEL.tickets[0];
    if (ticket === undefined) throw new Error("no ticket");
    const tickets = Array.from({ length: 256 }, () => ticket);
    const gaps = Array.from({ length: 256 }, () => CHANNEL.gaps[0] as NonNullable<(typeof CHANNEL.gaps)[0]>);
    expect(encodeState({ ...CHANNEL, tickets, gaps }).length).to.be.below(2 ** 16);
  });
});
