import { type Hex, Lane } from "@freehold/sdk";
import { expect } from "chai";
import { openStore, type Store, type StoreLocation } from "../../../worker/dist/store/index.js";
import { BACKENDS } from "./harness/backends.ts";
import { completion, hash, IDENTITY } from "./harness/completion.ts";

const lineId = IDENTITY.lineId as Hex;

for (const backend of BACKENDS) {
  describe(`worker: what proofs need, in ${backend.name}`, () => {
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

    const work = async (channel: bigint, seq: bigint, version: number, workedAt = 1_000n) => {
      const receiptId = hash(Number(16n * channel + seq));
      const witness = { receiptId, sealed: Uint8Array.of(Number(channel), Number(seq)) };
      const done = completion({ channel, seq, cumulative: 10n * seq, versionHash: hash(version), workedAt });
      await store.books.complete({ ...done, witness });
      return receiptId;
    };
    let transactions = 100;
    const settle = async (batchNonce: bigint, channels: readonly bigint[], version: number, lastAt = 1_000n) => {
      const claims = channels.map((channel) => ({ channel, metered: 10n }));
      const of = { lineId, versionHash: hash(version), lane: Lane.Voucher, claims, lastAt, receiptKey: hash(7) };
      return store.settlements.record({ ...of, batchNonce, nonce: 0, raw: "0x01", hash: hash(transactions++) }, 1n);
    };
    const receiptsOf = async (id: bigint) =>
      (await store.books.receiptsOf(id)).map(({ receipt }) => [receipt.channel, receipt.seq]);

    it("keeps a receipt's witness with it, or neither", async () => {
      const receiptId = await work(0n, 1n, 1);
      const sealed = Uint8Array.of(0, 1);
      expect(await store.witnesses.find(receiptId)).to.deep.equal({ channel: 0n, seq: 1n, sealed });
      expect(await store.witnesses.find(hash(99))).to.equal(undefined);
      // The same receipt again: nothing of it is written.
      await work(0n, 1n, 1).then(
        () => expect.fail("took a receipt twice"),
        (error) => expect(error.code).to.equal("METER_OUT_OF_STEP"),
      );
      await store.close();
      store = await openStore(location, IDENTITY);
      expect((await store.witnesses.find(receiptId))?.sealed).to.deep.equal(sealed);
    });

    it("puts each receipt into one batch: the one that pays for it", async () => {
      for (const [channel, seq, version] of [
        [0n, 1n, 1],
        [0n, 2n, 2],
        [1n, 1n, 1],
        [2n, 1n, 1],
      ] as const)
        await work(channel, seq, version);
      await work(2n, 2n, 1, 2_000n);
      const first = await settle(0n, [0n, 2n], 1);
      expect(await receiptsOf(first.id), "not of another version, channel or later time").to.deep.equal([
        [0n, 1n],
        [2n, 1n],
      ]);
      await store.settlements.finish(first.id, "dropped", 0n, 2n);
      const second = await settle(1n, [0n, 1n, 2n], 1, 2_000n);
      expect(await receiptsOf(second.id), "those of a batch that came to nothing, too").to.deep.equal([
        [0n, 1n],
        [1n, 1n],
        [2n, 1n],
        [2n, 2n],
      ]);
      expect(await receiptsOf(first.id)).to.deep.equal([]);
      await store.settlements.finish(second.id, "mined", 40n, 2n);
      for (const channel of [0n, 1n, 2n]) await store.debts.applyPaid(channel, channel === 2n ? 20n : 10n, hash(1));
      await work(1n, 2n, 1);
      const third = await settle(2n, [1n], 1);
      expect(await receiptsOf(third.id)).to.deep.equal([[1n, 2n]]);
      expect((await store.settlements.ofNonce(lineId, 1n))?.id).to.equal(second.id);
      expect(await store.settlements.ofNonce(lineId, 7n)).to.equal(undefined);
    });

    it("puts a receipt whose row was skipped into the batch that pays for it, so that none is without receipts", async () => {
      for (const channel of [0n, 1n]) await work(channel, 1n, 1);
      const first = await settle(0n, [0n, 1n], 1);
      // The escrow skipped channel 1: it was closing.
      await store.debts.applyPaid(0n, 10n, hash(1));
      await store.settlements.finish(first.id, "mined", 10n, 2n);
      expect(await receiptsOf(first.id)).to.deep.equal([[0n, 1n]]);
      const second = await settle(1n, [1n], 1);
      expect(await receiptsOf(second.id)).to.deep.equal([[1n, 1n]]);
    });

    it("forgets a witness when its work and its batch are over, and no sooner", async () => {
      const [early, late, settled] = [await work(0n, 1n, 1), await work(1n, 1n, 1, 3_000n), await work(2n, 1n, 2)];
      const batch = await settle(0n, [2n], 2, 2_500n);
      await store.debts.applyPaid(2n, 10n, hash(2));
      await store.settlements.finish(batch.id, "mined", 10n, 2n);
      await store.witnesses.prune(1_000n);
      expect(await store.witnesses.find(early)).not.to.equal(undefined);
      await store.witnesses.prune(2_000n);
      expect(await store.witnesses.find(early)).to.equal(undefined);
      expect(await store.witnesses.find(late)).not.to.equal(undefined);
      expect(await store.witnesses.find(settled), "its batch can be audited still").not.to.equal(undefined);
      await store.witnesses.prune(2_501n);
      expect(await store.witnesses.find(settled)).to.equal(undefined);
    });

    it("keeps one blinder for each version and circuit of tier 2: the first of any replica, until it can be read no more", async () => {
      const [mine, other] = [Uint8Array.of(1), Uint8Array.of(2)];
      const name = { versionHash: hash(1), circuitId: hash(2) };
      await store.sums.add(name, mine);
      await store.sums.add(name, other);
      await store.sums.add({ ...name, circuitId: hash(3) }, other);
      await store.close();
      store = await openStore(location, IDENTITY);
      expect(await store.sums.find(name)).to.deep.equal(mine);
      expect(await store.sums.find({ ...name, versionHash: hash(3) })).to.equal(undefined);
      await store.sums.remove(name, other);
      expect(await store.sums.find(name), "it was replaced meanwhile").to.deep.equal(mine);
      await store.sums.remove(name, mine);
      expect(await store.sums.find(name)).to.equal(undefined);
      expect(await store.sums.find({ ...name, circuitId: hash(3) })).to.deep.equal(other);
    });

    it("keeps a proof and its transactions through a restart, and forgets what is decided", async () => {
      const step = { id: "0x01/2", proof: { proof: "0xabcd", result: 513n }, transactions: [] } as const;
      await store.proofs.save(step, 5n);
      expect(await store.proofs.find("0x01/2")).to.deep.equal(step);
      expect(await store.proofs.open()).to.deep.equal([]);
      const transaction = { step: "proveReceipt", nonce: 3, raw: "0x01", hashes: ["0x02"], block: undefined } as const;
      await store.proofs.save({ ...step, transactions: [{ ...transaction, status: "pending" }] }, 6n);
      await store.close();
      store = await openStore(location, IDENTITY);
      const [open] = await store.proofs.open();
      expect(open).to.deep.include({ id: step.id, proof: step.proof });
      expect(open?.transactions[0]).to.include({ status: "pending", raw: "0x01" });
      await store.proofs.prune(100n);
      expect(await store.proofs.find(step.id), "it is on its way").not.to.equal(undefined);
      await store.proofs.save({ ...step, transactions: [{ ...transaction, status: "mined", block: 9 }] }, 6n);
      await store.proofs.prune(5n);
      expect(await store.proofs.find(step.id)).not.to.equal(undefined);
      await store.proofs.prune(100n);
      expect(await store.proofs.find(step.id)).to.equal(undefined);
    });
  });
}
