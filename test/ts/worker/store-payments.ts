import { expect } from "chai";
import {
  openStore,
  readStore,
  type Store,
  type StoredPayment,
  type StoreLocation,
} from "../../../worker/dist/store/index.js";
import { BACKENDS } from "./harness/backends.ts";
import { IDENTITY } from "./harness/completion.ts";

const payment = (n: number) => ({
  payer: `0x${"44".repeat(20)}`,
  nonce: `0x${n.toString(16).padStart(64, "0")}`,
  requestHash: `0x${"55".repeat(32)}`,
  // Of a token with 18 decimals: beyond what a column of amounts holds.
  amount: 10n ** 30n,
  body: `{"n":${n}}`,
  fromBlock: 17,
  createdAt: 1_000n + BigInt(n),
});

for (const backend of BACKENDS) {
  describe(`worker: payments in ${backend.name}`, () => {
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

    const fresh = (n: number): StoredPayment => ({
      ...payment(n),
      raw: undefined,
      hash: undefined,
      settledBy: undefined,
    });

    it("are written once: whoever comes later reads what the first wrote", async () => {
      const other = await backend.other(location, IDENTITY, store);
      const rival = { ...payment(1), requestHash: `0x${"66".repeat(32)}`, body: "other" };
      const both = await Promise.all([store.payments.record(payment(1)), other.payments.record(rival)]);
      expect(both[0]).to.deep.equal(both[1]);
      expect([fresh(1), { ...fresh(1), ...rival }]).to.deep.include(both[0]);
      expect(await store.payments.record(payment(2)), "another nonce is another payment").to.deep.equal(fresh(2));
      if (other !== store) await other.close();
    });

    it("keep what was sent and what paid, through a restart", async () => {
      await store.payments.record(payment(1));
      await store.payments.send(payment(1), "0xaa", "0x01");
      await store.payments.send(payment(1), "0xbb", "0x02");
      await store.payments.settle(payment(1), "0x03");
      await store.close();
      store = await openStore(location, IDENTITY);
      const expected = { ...payment(1), raw: "0xbb", hash: "0x02", settledBy: "0x03" };
      expect(await store.payments.find(payment(1))).to.deep.equal(expected);
      expect(await store.payments.find(payment(2))).to.equal(undefined);
      const reader = await readStore(location);
      expect(await reader.payments.find(payment(1))).to.deep.equal(expected);
      await reader.close();
    });

    it("send nothing that was not written down", async () => {
      const failure = await store.payments
        .send(payment(1), "0xaa", "0x01")
        .catch((error: { code: string }) => error.code);
      expect(failure).to.equal("UNKNOWN_PAYMENT");
    });

    it("are forgotten by age", async () => {
      for (const n of [1, 2, 3]) await store.payments.record(payment(n));
      await store.payments.prune(1_003n);
      const left = await Promise.all([1, 2, 3].map((n) => store.payments.find(payment(n))));
      expect(left.map((each) => each?.body)).to.deep.equal([undefined, undefined, '{"n":3}']);
    });
  });
}
