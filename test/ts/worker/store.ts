import { type Hex, Lane } from "@freehold/sdk";
import { expect } from "chai";
import { openStore, readStore, type Store, type StoreLocation } from "../../../worker/dist/store/index.js";
import { BACKENDS } from "./harness/backends.ts";
import { completion, hash, IDENTITY } from "./harness/completion.ts";

for (const backend of BACKENDS) {
  describe(`worker: store in ${backend.name}`, () => {
    let location: StoreLocation;
    let store: Store;

    before(async function () {
      await backend.prepare(this);
    });

    beforeEach(async () => {
      location = await backend.create();
      store = await openStore(location, IDENTITY);
    });

    afterEach(async () => {
      await store.close();
      backend.remove(location);
    });

    /** Work on `channel`: one completed inference per version hash, ten units each. */
    const work = async (channel: bigint, versions: number[], start = 1) => {
      for (const [i, version] of versions.entries()) {
        const seq = BigInt(start + i);
        await store.books.complete(
          completion({ channel, seq, cumulative: 10n * seq, versionHash: hash(version), workedAt: 1_000n + seq }),
        );
      }
    };
    const debts = async () =>
      (await store.debts.unsettled()).map(({ channel, versionHash, amount }) => [channel, versionHash, amount]);
    const failure = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error as Error & { code: string },
      );

    it("writes voucher, receipt, answer and meter together", async () => {
      const done = completion({});
      await store.books.complete(done);
      const books = await store.books.channel(0n);
      expect(books).to.deep.equal({ seq: 1n, metered: 10n, accounted: 0n, voucher: done.voucher, isEnded: false });
      expect((await store.books.receipt(0n, 1n))?.receipt).to.deep.equal(done.receipt);
      expect((await store.books.response(0n, done.idempotencyKey))?.body).to.equal(done.body);
      expect(await store.books.wasCompleted(done.receipt.requestHash)).to.equal(true);
    });

    it("writes nothing of a completion that is out of step, or of which one part fails", async () => {
      const first = completion({});
      await store.books.complete(first);
      const outOfStep = [
        completion({ seq: 3n, cumulative: 20n }),
        completion({ seq: 2n, cumulative: 30n }),
        completion({ seq: 1n, cumulative: 10n }),
        completion({ channel: 1n, seq: 2n, cumulative: 20n }),
        completion({ channel: 1n, seq: 1n, cumulative: 20n }),
      ];
      const answered = [
        // The last of the four writes fails.
        { ...completion({ seq: 2n, cumulative: 20n }), idempotencyKey: first.idempotencyKey },
        completion({ seq: 2n, cumulative: 20n, requestHash: first.receipt.requestHash }),
      ];
      const broken = { ...completion({ seq: 2n, cumulative: 20n }), body: null as unknown as string };
      for (const each of [...outOfStep, ...answered, broken]) {
        const code = outOfStep.includes(each) ? "METER_OUT_OF_STEP" : "ALREADY_COMPLETED";
        const error = await failure(store.books.complete(each));
        expect(error).to.be.instanceOf(Error);
        if (each !== broken) expect(error?.code).to.equal(code);
        expect(await store.books.channel(0n)).to.include({ seq: 1n, metered: 10n });
        expect(await store.books.channel(1n)).to.equal(undefined);
        expect(await store.debts.totals()).to.include({ completed: 1n, metered: 10n });
      }
      await store.books.complete(completion({ seq: 2n, cumulative: 20n }));
    });

    it("keeps the highest voucher, whatever comes after", async () => {
      await store.books.complete(completion({ voucher: 50n }));
      await store.books.complete(completion({ seq: 2n, cumulative: 20n, voucher: 20n }));
      expect((await store.books.channel(0n))?.voucher).to.deep.equal({ cumulative: 50n, signature: "0x0032" });
      await store.books.complete(completion({ seq: 3n, cumulative: 30n, voucher: 60n }));
      expect((await store.books.channel(0n))?.voucher).to.deep.equal({ cumulative: 60n, signature: "0x003c" });
    });

    it("starts a channel that it does not know where the escrow stands", async () => {
      await store.books.complete(completion({ paidBefore: 500n, cumulative: 510n }));
      expect(await store.books.channel(0n)).to.include({ metered: 510n, accounted: 500n });
      expect(await store.debts.applyPaid(0n, 510n)).to.equal(10n);
      expect(await store.debts.totals()).to.include({ unsettled: 0n, settled: 10n });
    });

    it("forgets answers after their time and still knows the requests", async () => {
      const done = completion({});
      await store.books.complete(done);
      await store.books.pruneResponses(5_000n);
      expect(await store.books.response(0n, done.idempotencyKey)).not.to.equal(undefined);
      await store.books.pruneResponses(5_001n);
      expect(await store.books.response(0n, done.idempotencyKey)).to.equal(undefined);
      expect(await store.books.wasCompleted(done.receipt.requestHash)).to.equal(true);
    });

    it("lists debts by version in the order in which they were served", async () => {
      await work(4n, [2, 2]);
      await work(1n, [3, 2, 3]);
      expect(await debts()).to.deep.equal([
        [1n, hash(2), 10n],
        [4n, hash(2), 20n],
        [1n, hash(3), 20n],
      ]);
      const [first] = await store.debts.unsettled();
      expect(first).to.include({ accounted: 0n, since: 5_000n });
    });

    it("takes over payments oldest first, a version first when it is named, and takes them back", async () => {
      await work(0n, [1, 2, 1, 2]);
      expect(await store.debts.applyPaid(0n, 20n, hash(2))).to.equal(20n);
      expect(await debts()).to.deep.equal([[0n, hash(1), 20n]]);
      expect(await store.debts.applyPaid(0n, 20n, hash(2)), "again").to.equal(0n);
      expect(await store.debts.applyPaid(0n, 40n)).to.equal(20n);
      expect(await store.debts.totals()).to.include({ unsettled: 0n, settled: 40n });
      expect(await store.debts.applyPaid(0n, 10n), "a reorganisation").to.equal(-30n);
      expect(await store.debts.totals()).to.include({ unsettled: 30n, settled: 10n });
      expect(await store.books.channel(0n)).to.include({ metered: 40n, accounted: 10n });
    });

    it("marks no receipt as settled that was paid in part only", async () => {
      await work(0n, [1, 1]);
      expect(await store.debts.applyPaid(0n, 15n)).to.equal(10n);
      expect(await store.debts.applyPaid(0n, 19n)).to.equal(0n);
      expect(await store.debts.applyPaid(0n, 20n)).to.equal(10n);
    });

    it("writes off by channel, by row and by time, and settles what was paid all the same", async () => {
      await work(0n, [1, 1, 1]);
      await work(1n, [1, 2]);
      expect(await store.debts.writeOffLate(hash(1), 1_002n)).to.equal(10n);
      expect(await store.debts.writeOffRow(1n, hash(2))).to.equal(10n);
      expect(await store.debts.writeOffChannel(1n)).to.equal(10n);
      expect(await store.debts.writeOffChannel(1n)).to.equal(0n);
      expect(await debts()).to.deep.equal([[0n, hash(1), 20n]]);
      expect(await store.debts.totals()).to.deep.equal({
        completed: 5n,
        metered: 50n,
        unsettled: 20n,
        settled: 0n,
        writtenOff: 30n,
      });
      expect(await store.debts.applyPaid(0n, 30n)).to.equal(30n);
      expect(await store.debts.totals()).to.include({ unsettled: 0n, settled: 30n, writtenOff: 20n });
    });

    it("records one settlement at a time, before it is sent", async () => {
      await work(0n, [1]);
      const plan = {
        lineId: IDENTITY.lineId as Hex,
        versionHash: hash(1),
        lane: Lane.Optimistic,
        claims: [{ channel: 0n, metered: 10n }],
        lastAt: 1_001n,
        receiptKey: hash(7),
        batchNonce: 0n,
        nonce: 3,
        raw: "0x01",
        hash: hash(5),
      } as const;
      const recorded = await store.settlements.record(plan, 6_000n);
      expect(await failure(store.settlements.record(plan, 6_000n))).to.include({ code: "SETTLEMENT_PENDING" });
      await store.settlements.replace(recorded, "0x02", hash(6));
      const stale = await failure(store.settlements.replace(recorded, "0x03", hash(8)));
      expect(stale, "no hash is lost").to.include({ code: "SETTLEMENT_CHANGED" });
      expect(await store.settlements.pending()).to.deep.include({
        lane: Lane.Optimistic,
        raw: "0x02",
        hashes: [hash(5), hash(6)],
        claims: plan.claims,
      });
      await store.settlements.finish(recorded.id, "mined", 10n, 7_000n);
      expect(await store.settlements.pending()).to.equal(undefined);
      expect((await store.settlements.latest(5))[0]).to.include({ status: "mined", total: 10n });
    });

    it("survives a restart, and is one node's for ever", async () => {
      await work(0n, [1, 2]);
      const before = await store.debts.unsettled();
      await store.close();
      const foreign = await failure(openStore(location, { ...IDENTITY, node: `0x${"44".repeat(20)}` }));
      expect(foreign?.message).to.match(/belong to/);
      store = await openStore(location, IDENTITY);
      expect(await store.debts.unsettled()).to.deep.equal(before);
    });

    it("can be read while it is written, and by nobody who writes", async () => {
      const reader = await readStore(location);
      try {
        expect(reader.identity).to.deep.equal(IDENTITY);
        await work(0n, [1]);
        expect(await reader.debts.totals()).to.include({ metered: 10n });
        expect(await failure(reader.debts.writeOffChannel(0n))).to.match(/read-?only/);
      } finally {
        await reader.close();
      }
      const nowhere = await backend.create();
      expect(await failure(readStore(nowhere))).to.include({ code: "NO_DATABASE" });
      backend.remove(nowhere);
    });

    it("keeps the largest amounts, and each replica's keys", async () => {
      const most = 2n ** 63n - 1n;
      await store.books.complete(completion({ channel: most, price: most, cumulative: most, voucher: most }));
      expect(await store.books.channel(most)).to.include({ metered: most });
      expect(await store.debts.totals()).to.include({ metered: most, unsettled: most });
      for (const byte of [1, 2])
        await store.keys.add({ receiptKey: hash(byte), sealed: new Uint8Array([byte, 0, 255]) });
      const keys = (await store.keys.all()).map(({ receiptKey, sealed }) => [receiptKey, [...sealed]]);
      expect(keys).to.deep.equal([
        [hash(2), [2, 0, 255]],
        [hash(1), [1, 0, 255]],
      ]);
      await store.close();
      store = await openStore(location, IDENTITY, "another");
      expect(await store.keys.all()).to.deep.equal([]);
      await store.keys.remove(hash(1));
      await store.close();
      store = await openStore(location, IDENTITY);
      expect(await store.keys.all()).to.have.length(2);
    });

    describe("with two writers", () => {
      let other: Store;

      beforeEach(async () => {
        other = await backend.other(location, IDENTITY, store);
      });

      afterEach(async () => {
        if (other !== store) await other.close();
      });

      it("takes each step of a meter once, whoever is first", async () => {
        for (let seq = 1n; seq <= 5n; seq++) {
          const rivals = Array.from({ length: 8 }, () => completion({ seq, cumulative: 10n * seq }));
          const results = await Promise.all(
            rivals.map((each, i) => failure((i % 2 ? store : other).books.complete(each))),
          );
          expect(results.filter((result) => result === undefined)).to.have.length(1);
          for (const lost of results) if (lost !== undefined) expect(lost.code).to.equal("METER_OUT_OF_STEP");
          expect(await store.books.channel(0n)).to.include({ seq, metered: 10n * seq });
          const winner = rivals[results.indexOf(undefined)];
          expect((await other.books.receipt(0n, seq))?.receipt).to.deep.equal(winner?.receipt);
        }
        expect(await other.debts.totals()).to.include({ completed: 5n, metered: 50n, unsettled: 50n });
      });

      it("answers a request once, even when both see room for it", async () => {
        const first = completion({});
        const twin = { ...first, receipt: { ...first.receipt, seq: 2n, cumulative: 20n }, body: "{}" };
        const results = await Promise.all([failure(store.books.complete(first)), failure(other.books.complete(twin))]);
        expect(results[0]).to.equal(undefined);
        expect(results[1]?.code).to.be.oneOf(["METER_OUT_OF_STEP", "ALREADY_COMPLETED"]);
        expect(await failure(other.books.complete(twin))).to.include({ code: "ALREADY_COMPLETED" });
        expect((await other.books.response(0n, first.idempotencyKey))?.body).to.equal(first.body);
        expect(await store.debts.totals()).to.include({ completed: 1n, metered: 10n });
      });

      it("takes over a payment once, and records one settlement", async () => {
        await work(0n, [1, 1, 2]);
        const paid = await Promise.all([store.debts.applyPaid(0n, 20n), other.debts.applyPaid(0n, 20n)]);
        expect(paid.sort()).to.deep.equal([0n, 20n]);
        expect(await store.debts.totals()).to.include({ settled: 20n, unsettled: 10n });
        const lost = await Promise.all([store.debts.writeOffChannel(0n), other.debts.writeOffChannel(0n)]);
        expect(lost.sort()).to.deep.equal([0n, 10n]);
        const plan = {
          lineId: IDENTITY.lineId as Hex,
          versionHash: hash(1),
          lane: Lane.Voucher,
          claims: [],
          lastAt: 1n,
          batchNonce: 1n,
          nonce: 1,
          raw: "0x",
        } as const;
        const record = ({ settlements }: Store, byte: number) =>
          failure(settlements.record({ ...plan, receiptKey: hash(7), hash: hash(byte) }, 1n));
        const codes = (await Promise.all([record(store, 1), record(other, 2)])).map((error) => error?.code);
        expect(codes.filter((code) => code !== undefined)).to.deep.equal(["SETTLEMENT_PENDING"]);
      });
    });
  });
}
