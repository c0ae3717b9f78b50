import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Hex } from "@freehold/sdk";
import { expect } from "chai";
import { type Completion, openStore, readStore, type Store } from "../../../worker/dist/store/index.js";

const IDENTITY = {
  chainId: 31337n,
  escrow: `0x${"11".repeat(20)}`,
  node: `0x${"22".repeat(20)}`,
  lineId: `0x${"33".repeat(32)}`,
};
const hash = (byte: number): Hex => `0x${byte.toString(16).padStart(2, "0").repeat(32)}`;

let requests = 0;

function completion(changes: Partial<Completion["receipt"]> & { voucher?: bigint; paidBefore?: bigint }): Completion {
  const { voucher = 1_000n, paidBefore = 0n, ...receipt } = changes;
  const n = requests++;
  return {
    receipt: {
      node: IDENTITY.node,
      channel: 0n,
      seq: 1n,
      cumulative: 10n,
      price: 10n,
      lineId: IDENTITY.lineId as Hex,
      versionHash: hash(1),
      requestHash: `0x${n.toString(16).padStart(64, "0")}`,
      responseHash: hash(9),
      workedAt: 1_000n,
      ...receipt,
    },
    signature: "0xaa",
    receiptKey: hash(7),
    voucher: { cumulative: voucher, signature: `0x${voucher.toString(16).padStart(4, "0")}` },
    paidBefore,
    idempotencyKey: `key-${n}`,
    body: `{"n":${n}}`,
    createdAt: 5_000n,
  };
}

describe("worker: store", () => {
  let directory: string;
  let store: Store;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), "freehold-store-"));
    store = openStore(directory, IDENTITY);
  });

  afterEach(() => {
    store.close();
    rmSync(directory, { recursive: true });
  });

  /** Work on `channel`: one completed inference per version hash, ten units each. */
  const work = (channel: bigint, versions: number[], start = 1) => {
    for (const [i, version] of versions.entries()) {
      const seq = BigInt(start + i);
      store.books.complete(
        completion({ channel, seq, cumulative: 10n * seq, versionHash: hash(version), workedAt: 1_000n + seq }),
      );
    }
  };
  const debts = () => store.debts.unsettled().map(({ channel, versionHash, amount }) => [channel, versionHash, amount]);

  it("writes voucher, receipt, answer and meter together", () => {
    const done = completion({});
    store.books.complete(done);
    const books = store.books.channel(0n);
    expect(books).to.deep.equal({ seq: 1n, metered: 10n, accounted: 0n, voucher: done.voucher });
    expect(store.books.lastReceipt(0n)?.receipt).to.deep.equal(done.receipt);
    expect(store.books.response(0n, done.idempotencyKey)?.body).to.equal(done.body);
    expect(store.books.wasCompleted(done.receipt.requestHash)).to.equal(true);
  });

  it("writes nothing of a completion that is out of step, or of which one part fails", () => {
    const first = completion({});
    store.books.complete(first);
    const wrong = [
      completion({ seq: 3n, cumulative: 20n }),
      completion({ seq: 2n, cumulative: 30n }),
      // The last of the four writes fails.
      { ...completion({ seq: 2n, cumulative: 20n }), idempotencyKey: first.idempotencyKey },
      completion({ seq: 2n, cumulative: 20n, requestHash: first.receipt.requestHash }),
    ];
    for (const each of wrong) {
      expect(() => store.books.complete(each)).to.throw();
      expect(store.books.channel(0n)).to.include({ seq: 1n, metered: 10n });
      expect(store.debts.totals()).to.include({ completed: 1n, metered: 10n });
    }
  });

  it("keeps the highest voucher, whatever comes after", () => {
    store.books.complete(completion({ voucher: 50n }));
    store.books.complete(completion({ seq: 2n, cumulative: 20n, voucher: 20n }));
    expect(store.books.channel(0n)?.voucher).to.deep.equal({ cumulative: 50n, signature: "0x0032" });
    store.books.complete(completion({ seq: 3n, cumulative: 30n, voucher: 60n }));
    expect(store.books.channel(0n)?.voucher).to.deep.equal({ cumulative: 60n, signature: "0x003c" });
  });

  it("starts a channel that it does not know where the escrow stands", () => {
    store.books.complete(completion({ paidBefore: 500n, cumulative: 510n }));
    expect(store.books.channel(0n)).to.include({ metered: 510n, accounted: 500n });
    expect(store.debts.applyPaid(0n, 510n)).to.equal(10n);
    expect(store.debts.totals()).to.include({ unsettled: 0n, settled: 10n });
  });

  it("forgets answers after their time and still knows the requests", () => {
    const done = completion({});
    store.books.complete(done);
    store.books.pruneResponses(5_000n);
    expect(store.books.response(0n, done.idempotencyKey)).not.to.equal(undefined);
    store.books.pruneResponses(5_001n);
    expect(store.books.response(0n, done.idempotencyKey)).to.equal(undefined);
    expect(store.books.wasCompleted(done.receipt.requestHash)).to.equal(true);
  });

  it("lists debts by version in the order in which they were served", () => {
    work(4n, [2, 2]);
    work(1n, [3, 2, 3]);
    expect(debts()).to.deep.equal([
      [1n, hash(2), 10n],
      [4n, hash(2), 20n],
      [1n, hash(3), 20n],
    ]);
    const [first] = store.debts.unsettled();
    expect(first).to.include({ accounted: 0n, since: 5_000n });
  });

  it("takes over payments oldest first, a version first when it is named, and takes them back", () => {
    work(0n, [1, 2, 1, 2]);
    expect(store.debts.applyPaid(0n, 20n, hash(2))).to.equal(20n);
    expect(debts()).to.deep.equal([[0n, hash(1), 20n]]);
    expect(store.debts.applyPaid(0n, 20n, hash(2)), "again").to.equal(0n);
    expect(store.debts.applyPaid(0n, 40n)).to.equal(20n);
    expect(store.debts.totals()).to.include({ unsettled: 0n, settled: 40n });
    expect(store.debts.applyPaid(0n, 10n), "a reorganisation").to.equal(-30n);
    expect(store.debts.totals()).to.include({ unsettled: 30n, settled: 10n });
    expect(store.books.channel(0n)).to.include({ metered: 40n, accounted: 10n });
  });

  it("marks no receipt as settled that was paid in part only", () => {
    work(0n, [1, 1]);
    expect(store.debts.applyPaid(0n, 15n)).to.equal(10n);
    expect(store.debts.applyPaid(0n, 19n)).to.equal(0n);
    expect(store.debts.applyPaid(0n, 20n)).to.equal(10n);
  });

  it("writes off by channel, by row and by time, and settles what was paid all the same", () => {
    work(0n, [1, 1, 1]);
    work(1n, [1, 2]);
    expect(store.debts.writeOffLate(hash(1), 1_002n)).to.equal(10n);
    expect(store.debts.writeOffRow(1n, hash(2))).to.equal(10n);
    expect(store.debts.writeOffChannel(1n)).to.equal(10n);
    expect(store.debts.writeOffChannel(1n)).to.equal(0n);
    expect(debts()).to.deep.equal([[0n, hash(1), 20n]]);
    expect(store.debts.totals()).to.deep.equal({
      completed: 5n,
      metered: 50n,
      unsettled: 20n,
      settled: 0n,
      writtenOff: 30n,
    });
    expect(store.debts.applyPaid(0n, 30n)).to.equal(30n);
    expect(store.debts.totals()).to.include({ unsettled: 0n, settled: 30n, writtenOff: 20n });
  });

  it("records one settlement at a time, before it is sent", () => {
    work(0n, [1]);
    const plan = {
      lineId: IDENTITY.lineId as Hex,
      versionHash: hash(1),
      claims: [{ channel: 0n, metered: 10n }],
      lastAt: 1_001n,
      receiptKey: hash(7),
      nonce: 3,
      raw: "0x01",
      hash: hash(5),
    };
    const recorded = store.settlements.record(plan, 6_000n);
    expect(() => store.settlements.record(plan, 6_000n)).to.throw("pending already");
    store.settlements.replace(recorded, "0x02", hash(6));
    expect(store.settlements.pending()).to.deep.include({
      raw: "0x02",
      hashes: [hash(5), hash(6)],
      claims: plan.claims,
    });
    store.settlements.finish(recorded.id, "mined", 10n, 7_000n);
    expect(store.settlements.pending()).to.equal(undefined);
    expect(store.settlements.latest(5)[0]).to.include({ status: "mined", total: 10n });
  });

  it("is one process's at a time, and one node's for ever", () => {
    expect(() => openStore(directory, IDENTITY)).to.throw(/in use by another worker/);
    const reader = readStore(directory);
    expect(reader.identity).to.deep.equal(IDENTITY);
    reader.close();
    store.close();
    expect(() => openStore(directory, { ...IDENTITY, node: `0x${"44".repeat(20)}` })).to.throw(/belongs to/);
    store = openStore(directory, IDENTITY);
    expect(() => readStore(join(directory, "nowhere"))).to.throw(/no worker's database/);
  });

  it("survives a restart, and refuses a schema of the future", () => {
    work(0n, [1, 2]);
    const before = store.debts.unsettled();
    store.close();
    store = openStore(directory, IDENTITY);
    expect(store.debts.unsettled()).to.deep.equal(before);
    store.close();
    const db = new DatabaseSync(join(directory, "worker.sqlite"));
    db.exec("PRAGMA user_version = 99");
    expect(() => openStore(directory, IDENTITY)).to.throw(/schema 99/);
    db.exec("PRAGMA user_version = 1");
    db.close();
    store = openStore(directory, IDENTITY);
  });
});
