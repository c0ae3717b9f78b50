import { Lane } from "@freehold/sdk";
import type { JobStore } from "@freehold/sdk/watchtower";
import { expect } from "chai";
import { createBook, type Scene, startScene, type TestBook, TestTower, wordOf } from "./harness/scene.ts";

const HOUR = 3_600n;

class Killed extends Error {}

/** A store whose process dies at its n-th write: before it is on disk, or just after. */
function dying(store: JobStore, writes: number, after: boolean): JobStore & { readonly isDead: boolean } {
  let left = writes;
  let isDead = false;
  return {
    get isDead() {
      return isDead;
    },
    add: (record) => store.add(record),
    open: async (known) => {
      if (isDead) throw new Killed();
      return store.open(known);
    },
    async save(record) {
      if (isDead) throw new Killed();
      isDead = --left === 0;
      if (!isDead || after) await store.save(record);
      if (isDead) throw new Killed();
    },
  };
}

describe("watchtower: a crash at every write", () => {
  let scene: Scene;
  let book: TestBook;

  before(async () => {
    scene = await startScene();
  });

  after(() => scene.close());

  beforeEach(async function () {
    book = await createBook(scene.world, this.currentTest?.title ?? "");
  });

  /** Turns of a tower that may die, and of the one that comes after it. */
  async function live(tower: TestTower, store: ReturnType<typeof dying>): Promise<void> {
    await tower.settle().catch((error: unknown) => {
      if (!store.isDead) throw error;
    });
    if (!store.isDead) return;
    tower.restart();
    await tower.settle();
  }

  for (const after of [false, true]) {
    it(`sends every step of a challenge once, killed ${after ? "after" : "before"} the write`, async () => {
      const { answerPeriod, bond } = await scene.world.operator.arbiter.parameters();
      let writes = 1;
      for (let isDead = true; isDead; writes++) {
        // Days pass in every life: an enclave is good for a week.
        book = await createBook(scene.world, `crash ${after} ${writes}`);
        const tower = await TestTower.start(scene);
        const store = dying(tower.store, writes, after);
        tower.restart(store);
        const of = await book.open({ amount: 1_000n, optimistic: true });
        const job = await tower.add(await wordOf(book, of, 0n, (await scene.now()) + 1_000n * HOUR));
        const tokens = await scene.world.token.balanceOf(tower.wallet.address);
        const settlement = await book.settlement(Lane.Optimistic, [{ of, amount: 10n }]);
        await (await scene.world.operator.escrow.settle(settlement)).wait();
        await live(tower, store);
        await scene.pass(HOUR);
        await live(tower, store);
        expect(await scene.world.token.balanceOf(tower.wallet.address)).to.equal(tokens - bond);
        await scene.pass(answerPeriod + 1n);
        await live(tower, store);
        expect(tower.outcome(job), `killed at write ${writes}`).to.equal("done: upheld");
        expect(tower.steps(job)).to.deep.equal(["approve", "challenge", "uphold", "withdraw"]);
        expect(await tower.sent()).to.equal(4);
        expect(await scene.world.token.balanceOf(tower.wallet.address)).to.equal(tokens);
        isDead = store.isDead;
      }
      expect(writes, "the last tower was never killed").to.be.greaterThan(9);
    });

    it(`lands a settlement once, killed ${after ? "after" : "before"} the write`, async () => {
      for (let [writes, isDead] = [1, true]; isDead; writes++) {
        const tower = await TestTower.start(scene);
        const store = dying(tower.store, writes, after);
        tower.restart(store);
        const settlement = await book.settlement(Lane.Voucher, [{ of: await book.open(), signed: 10n }]);
        const job = await tower.add({ kind: "settlement", ...settlement, landFrom: 0n });
        await live(tower, store);
        expect(tower.outcome(job), `killed at write ${writes}`).to.equal("done: landed");
        expect(await tower.sent()).to.equal(1);
        isDead = store.isDead;
      }
    });
  }

  it("writes down when it saw a debit before it tells of it: a crash in between would begin the wait anew", async () => {
    const tower = await TestTower.start(scene);
    const told: number[] = [];
    tower.restart({
      ...tower.store,
      async save(record) {
        if (record.seenAt !== undefined) told.push(tower.problems(record.id).length);
        await tower.store.save(record);
      },
    });
    const of = await book.open({ amount: 1_000n, optimistic: true });
    const job = await tower.add(await wordOf(book, of, 0n, (await scene.now()) + 1_000n * HOUR));
    const settlement = await book.settlement(Lane.Optimistic, [{ of, amount: 10n }]);
    await (await scene.world.operator.escrow.settle(settlement)).wait();
    await tower.turn();
    expect(told).to.deep.equal([0]);
    expect(tower.problems(job)).to.have.length(1);
  });

  it("raises the fee of what no block takes, and counts whichever is mined", async () => {
    const settlement = await book.settlement(Lane.Voucher, [{ of: await book.open(), signed: 10n }]);
    const tower = await TestTower.start(scene, {}, 0n, 0);
    await scene.provider.send("evm_setAutomine", [false]);
    try {
      const job = await tower.add({ kind: "settlement", ...settlement, landFrom: 0n });
      await tower.turn();
      // The network asks for four times as much now.
      const { baseFeePerGas } = (await scene.provider.getBlock("latest")) ?? {};
      const fee = `0x${(4n * ((baseFeePerGas ?? 1n) + 2_000_000_000n)).toString(16)}`;
      await scene.provider.send("hardhat_setNextBlockBaseFeePerGas", [fee]);
      await scene.provider.send("evm_mine", []);
      await tower.turn();
      const [raised] = tower.record(job).transactions;
      expect(raised?.hashes).to.have.length(2);
      expect(tower.reports.map(({ what }) => what)).to.deep.equal(["sent", "raised"]);
      await scene.provider.send("evm_mine", []);
      await tower.turn();
      expect(tower.outcome(job)).to.equal("done: landed");
      expect(await tower.sent()).to.equal(1);
    } finally {
      await scene.provider.send("evm_setAutomine", [true]);
    }
  });

  it("signs anew when another transaction of its account took the nonce", async () => {
    const settlement = await book.settlement(Lane.Voucher, [{ of: await book.open(), signed: 10n }]);
    const tower = await TestTower.start(scene);
    await scene.provider.send("evm_setAutomine", [false]);
    const job = await tower.add({ kind: "settlement", ...settlement, landFrom: 0n });
    await tower.turn();
    const [first] = tower.record(job).transactions;
    await scene.provider.send("hardhat_dropTransaction", [first?.hashes[0]]);
    await scene.provider.send("evm_setAutomine", [true]);
    await (await tower.wallet.sendTransaction({ to: tower.wallet.address, nonce: first?.nonce ?? 0 })).wait();
    await tower.settle();
    expect(tower.steps(job)).to.deep.equal(["settle dropped", "settle"]);
    expect(tower.outcome(job)).to.equal("done: landed");
  });

  it("does not settle again what the node settled in the same block", async () => {
    const of = await book.open();
    const settlement = await book.settlement(Lane.Voucher, [{ of, signed: 10n }]);
    const tower = await TestTower.start(scene);
    const job = await tower.add({ kind: "settlement", ...settlement, landFrom: 0n });
    await scene.provider.send("evm_setAutomine", [false]);
    try {
      // The node's own settlement gets into the block before it, every time.
      await tower.turn();
      const { operator } = scene.world;
      const gas = { gasLimit: 500_000n, maxFeePerGas: 10n ** 12n, maxPriorityFeePerGas: 10n ** 11n };
      const own = await operator.escrow.settle(settlement, gas);
      await scene.provider.send("evm_mine", []);
      await own.wait();
      await tower.turn();
      expect(tower.steps(job)).to.deep.equal(["settle reverted"]);
      expect(tower.outcome(job)).to.equal("done: not-needed");
    } finally {
      await scene.provider.send("evm_setAutomine", [true]);
    }
  });

  it("gives up a job whose transactions only ever revert", async () => {
    const { operator, token, signers } = scene.world;
    const { bond } = await operator.arbiter.parameters();
    const tower = await TestTower.start(scene, { challengeDelay: 0n }, bond);
    const thief = signers.stranger;
    const of = await book.open({ optimistic: true });
    const job = await tower.add(await wordOf(book, of, 0n, (await scene.now()) + 1_000n * HOUR));
    await (await operator.escrow.settle(await book.settlement(Lane.Optimistic, [{ of, amount: 10n }]))).wait();
    await (await token.connect(tower.wallet).approve(await thief.getAddress(), 2n ** 255n)).wait();
    await tower.turn();
    const first = { gasLimit: 200_000n, maxFeePerGas: 10n ** 13n, maxPriorityFeePerGas: 10n ** 12n };
    for (let i = 0; i < 5; i++) {
      await scene.provider.send("evm_setAutomine", [false]);
      await tower.turn();
      // Gone in the block in which it challenges, and back after it.
      const theft = await token
        .connect(thief)
        .transferFrom(tower.wallet.address, await thief.getAddress(), bond, first);
      await scene.provider.send("evm_mine", []);
      await theft.wait();
      await scene.provider.send("evm_setAutomine", [true]);
      await (await token.connect(thief).transfer(tower.wallet.address, bond)).wait();
    }
    await tower.settle();
    expect(tower.steps(job)).to.deep.equal(["approve", ...Array(5).fill("challenge reverted")]);
    expect(tower.outcome(job)).to.equal("failed: reverted");
  });
});
