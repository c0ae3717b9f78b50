import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect } from "chai";
import { SQLITE } from "../../../worker/dist/store/dialect.js";
import { openStore, readStore } from "../../../worker/dist/store/index.js";
import { MIGRATIONS } from "../../../worker/dist/store/migrations.js";
import { SqliteDatabase } from "../../../worker/dist/store/sqlite.js";
import { completion, hash, IDENTITY } from "./harness/completion.ts";

describe("worker: store, what is SQLite's own", () => {
  let directory: string;
  let file: string;
  const open = () => openStore({ data: directory, database: undefined }, IDENTITY);
  const failure = (work: Promise<unknown>) => work.catch((error: unknown) => error);

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "freehold-store-"));
    file = join(directory, "worker.sqlite");
  });

  afterEach(() => rmSync(directory, { recursive: true }));

  it("is one process's at a time, which always settles", async () => {
    const store = await open();
    expect(await failure(open())).to.include({ code: "DATA_DIR_IN_USE" });
    expect(await store.lead()).to.equal(true);
    expect(await store.exclusive(async () => 1)).to.equal(1);
    await store.close();
    await (await open()).close();
    const both = { data: directory, database: "postgres://127.0.0.1:1/none" };
    expect(await failure((async () => openStore(both, IDENTITY))())).to.include({ code: "USAGE" });
    expect(await failure(readStore({}))).to.include({ code: "USAGE" });
  });

  it("refuses a schema of the future, and readers refuse one of the past", async () => {
    await (await open()).close();
    const setVersion = (version: number) => {
      const db = new DatabaseSync(file);
      db.exec(`PRAGMA user_version = ${version}`);
      db.close();
    };
    setVersion(99);
    expect(await failure(open())).to.include({ code: "DATABASE_TOO_NEW" });
    expect(await failure(readStore({ data: directory }))).to.include({ code: "DATABASE_TOO_NEW" });
    setVersion(1);
    expect(await failure(readStore({ data: directory }))).to.include({ code: "DATABASE_TOO_OLD" });
    setVersion(MIGRATIONS.length);
    await (await open()).close();
  });

  it("brings books of the first release to this one", async () => {
    const old = new DatabaseSync(file);
    old.exec(MIGRATIONS[0]?.(SQLITE) ?? "");
    old.exec(`PRAGMA user_version = 1;
      INSERT INTO enclave_keys VALUES ('0xk1', x'01', 1), ('0xk2', x'02', 2);
      INSERT INTO versions VALUES (1, '${IDENTITY.lineId}', '${hash(1)}');
      INSERT INTO channels VALUES (5, 3, 130, 110, 200, '0xaa'), (6, 1, 10, 0, 10, '0xbb');`);
    const receipt = old.prepare("INSERT INTO receipts VALUES (?, ?, 1, ?, '0x', ?, 10, 1, '0x', '0x', 1, ?)");
    for (const [channel, seq, cumulative, state] of [
      [5, 1, 110, 1],
      [5, 2, 120, 2],
      [5, 3, 130, 0],
      [6, 1, 10, 0],
    ] as const) {
      receipt.run(channel, seq, `0x${channel}${seq}`, cumulative, state);
    }
    old.close();

    const store = await open();
    try {
      expect(await store.debts.totals()).to.deep.equal({
        completed: 4n,
        metered: 40n,
        settled: 10n,
        unsettled: 20n,
        writtenOff: 10n,
      });
      expect((await store.keys.all()).map(({ receiptKey }) => receiptKey)).to.deep.equal(["0xk2", "0xk1"]);
      expect(await store.books.channel(5n)).to.include({ seq: 3n, metered: 130n, accounted: 110n });
      await store.books.complete(completion({ channel: 5n, seq: 4n, cumulative: 140n }));
      expect(await store.debts.applyPaid(5n, 130n)).to.equal(20n);
    } finally {
      await store.close();
    }
  });

  it("writes to the disk before a commit returns", async () => {
    const db = await SqliteDatabase.open(file);
    expect(await db.get("PRAGMA synchronous")).to.deep.equal({ synchronous: 2n });
    expect(await db.get("PRAGMA journal_mode")).to.deep.equal({ journal_mode: "wal" });
    await db.close();
  });
});
