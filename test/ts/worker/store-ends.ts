import { expect } from "chai";
import { openStore, type Store, type StoreLocation } from "../../../worker/dist/store/index.js";
import { BACKENDS } from "./harness/backends.ts";
import { completion, hash, IDENTITY } from "./harness/completion.ts";

for (const backend of BACKENDS) {
  describe(`worker: ends of channels in ${backend.name}`, () => {
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

    const failure = (work: Promise<unknown>) =>
      work.then(
        () => undefined,
        (error: unknown) => error as Error & { code: string },
      );

    it("ends a channel: what it owes is said once and for all, and nothing is metered after", async () => {
      for (const [i, version] of [1, 2, 1].entries()) {
        const seq = BigInt(i + 1);
        await store.books.complete(completion({ seq, cumulative: 10n * seq, versionHash: hash(version) }));
      }
      await store.debts.applyPaid(0n, 10n);
      await store.debts.writeOffRow(0n, hash(2));
      expect(await store.books.end(0n, 0n, 7_000n), "without what can never be paid").to.equal(20n);
      const late = completion({ seq: 4n, cumulative: 40n });
      expect((await failure(store.books.complete(late)))?.code).to.equal("METER_OUT_OF_STEP");
      expect(await store.books.channel(0n)).to.include({ seq: 3n, isEnded: true });
      await store.debts.applyPaid(0n, 20n);
      expect(await store.books.end(0n, 0n, 8_000n), "again").to.equal(20n);

      expect(await store.books.end(1n, 60n, 7_000n), "one that it never served").to.equal(60n);
      const first = completion({ channel: 1n, paidBefore: 60n, cumulative: 70n });
      expect((await failure(store.books.complete(first)))?.code).to.equal("METER_OUT_OF_STEP");
      expect(await store.books.channel(1n)).to.include({ seq: 0n, voucher: undefined, isEnded: true });
      expect(await store.debts.totals()).to.include({ completed: 3n, metered: 30n, unsettled: 0n });
    });

    it("ends a channel before or after a step of its meter, and says what is owed then", async () => {
      const other = await backend.other(location, IDENTITY, store);
      for (let seq = 1n; seq <= 20n; seq++) {
        const channel = 100n + seq;
        const step = completion({ channel, cumulative: 10n });
        const [failed, owed] = await Promise.all([
          failure(store.books.complete(step)),
          other.books.end(channel, 0n, 1n),
        ]);
        expect(owed).to.equal(failed === undefined ? 10n : 0n);
      }
      if (other !== store) await other.close();
    });
  });
}
