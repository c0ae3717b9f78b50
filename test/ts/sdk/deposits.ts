import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import {
  type BudgetState,
  budgetKey,
  type ChannelStore,
  createFreehold,
  type DepositPolicy,
  type DepositProposal,
  type Freehold,
  generateSessionKey,
  memoryStore,
  sessionSigner,
} from "@freehold/sdk";
import { sqliteStore } from "@freehold/sdk/node";
import { expect } from "chai";
import { type Signer, Wallet } from "ethers";
import { network } from "hardhat";
import { errorOf, INPUT, outcomes, serveLine } from "./utils/served-line.ts";
import { createWorld } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { lineId, node, parameters } = await serveLine(world, "deposits");
const escrow = world.address("InferenceEscrow");
const POLICY: DepositPolicy = { budget: 10_000n, target: 1_000n, low: 300n };

/** A payer of his own, with `units` of tokens. */
async function newPayer(units: bigint): Promise<{ client: Freehold; signer: Signer; account: string }> {
  const signer = Wallet.createRandom().connect(world.ethers.provider);
  await world.networkHelpers.setBalance(signer.address, 10n ** 18n);
  await world.token.mint(signer.address, units);
  return { client: clientOf(signer), signer, account: signer.address };
}

const clientOf = (signer: Signer) => createFreehold({ signer, chainId: world.chainId, deployment: world.deployment });

/** Units that an account has in channels of the line, and in how many. */
async function deposited(account: string): Promise<{ units: bigint; channels: number }> {
  const count = await world.payer.contract("InferenceEscrow").channelCount(node.node, lineId);
  let units = 0n;
  let channels = 0;
  for (let channel = 0n; channel < count; channel++) {
    const one = await world.payer.escrow.channelOf({ node: node.node, lineId, channel });
    if (one.payer.toLowerCase() !== account.toLowerCase()) continue;
    units += one.deposited;
    channels++;
  }
  return { units, channels };
}

async function budgetOf(store: ChannelStore, account: string): Promise<BudgetState> {
  const stored = await store.get(budgetKey({ chainId: world.chainId, escrow, account, lineId }));
  return stored?.state as BudgetState;
}

/** A store that fails from the moment on at which `when` says so: what a process that dies there leaves behind. */
function dying(store: ChannelStore, when: (state: BudgetState) => boolean): ChannelStore {
  let isDead = false;
  return {
    get: (key) => (isDead ? Promise.reject(new Error("dead")) : store.get(key)),
    async compareAndSwap(key, expected, next) {
      isDead ||= next.kind === "budget" && when(next);
      if (isDead) throw new Error("dead");
      return store.compareAndSwap(key, expected, next);
    },
  };
}

describe("sdk: deposits", () => {
  let directory: string;

  before(async () => {
    directory = await mkdtemp(join(tmpdir(), "freehold-deposits-"));
  });

  beforeEach(() => {
    node.misbehaviour = {};
    node.price = 100n;
  });

  after(async () => {
    await rm(directory, { recursive: true, force: true });
    await node.stop();
  });

  it("open a channel when there is none, and use it again in the next session", async () => {
    const { client, account } = await newPayer(10_000n);
    const store = memoryStore();
    const session = await client.inference.connect({ ...parameters(), store, deposit: POLICY });
    await session.request({ input: INPUT });
    expect(await deposited(account)).to.deep.equal({ units: 1_000n, channels: 1 });
    const again = await client.inference.connect({ ...parameters(), store, deposit: POLICY });
    expect(again.channel).to.equal(session.channel);
    expect((await again.request({ input: INPUT })).receipt.seq).to.equal(2n);
    expect(await deposited(account)).to.deep.equal({ units: 1_000n, channels: 1 });
  });

  it("need a channel or a policy, and a policy that can be kept", async () => {
    const { client } = await newPayer(0n);
    const connect = (deposit?: DepositPolicy) =>
      client.inference.connect({ ...parameters(), ...(deposit && { deposit }) }).catch((error: unknown) => error);
    expect(await connect()).to.include({ code: "INVALID_ARGUMENT" });
    for (const changes of [{ low: -1n }, { low: 1_001n }, { target: 0n, low: 0n }, { budget: 999n }]) {
      expect(await connect({ ...POLICY, ...changes }), JSON.stringify(Object.keys(changes))).to.include({
        code: "INVALID_ARGUMENT",
      });
    }
  });

  it("keep a channel filled while sixty-four requests at a time run, and pass the budget by no unit", async () => {
    const { client, account } = await newPayer(1_000_000n);
    const store = memoryStore();
    const deposit = { budget: 10_050n, target: 3_000n, low: 1_500n };
    const session = await client.inference.connect({ ...parameters(), store, deposit, timeoutMs: 60_000 });
    const done: bigint[] = [];
    const failed: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      const result = await outcomes(Array.from({ length: 64 }, () => session.request({ input: INPUT })));
      done.push(...result.done.map(({ receipt }) => receipt.cumulative));
      failed.push(...result.failed);
    }
    await session.idle();
    expect(done).to.have.length(100);
    expect(new Set(failed.map((error) => (error as { code: string }).code))).to.deep.equal(
      new Set(["BUDGET_EXCEEDED"]),
    );
    expect(await deposited(account)).to.deep.equal({ units: 10_050n, channels: 1 });
    expect(await budgetOf(store, account)).to.deep.include({ spent: 10_050n, pending: [] });
  });

  it("fill a channel in the background before it is empty", async () => {
    const { client, account } = await newPayer(10_000n);
    const store = memoryStore();
    const session = await client.inference.connect({ ...parameters(), store, deposit: POLICY });
    for (let i = 0; i < 7; i++) await session.request({ input: INPUT });
    await session.idle();
    expect((await deposited(account)).units, "300 are left, which is not below the mark").to.equal(1_000n);
    await session.request({ input: INPUT });
    await session.idle();
    expect((await deposited(account)).units, "back at the target").to.equal(1_800n);
  });

  it("count what was spent over restarts, in a file", async () => {
    const { signer, account } = await newPayer(100_000n);
    const deposit = { ...POLICY, budget: 1_500n };
    const file = join(directory, "restarts.sqlite");
    let done = 0;
    let last: unknown;
    for (let run = 0; run < 4; run++) {
      const store = sqliteStore(file);
      try {
        const session = await clientOf(signer).inference.connect({ ...parameters(), store, deposit });
        for (let i = 0; i < 5; i++) {
          await session.request({ input: INPUT });
          done++;
        }
        await session.idle();
      } catch (error) {
        last = error;
      }
      await store.close();
    }
    expect(done).to.equal(15);
    expect(last).to.include({ code: "BUDGET_EXCEEDED" });
    expect(await deposited(account)).to.deep.equal({ units: 1_500n, channels: 1 });
  });

  it("of several clients that share a store are one deposit, within one budget", async () => {
    const { signer, account } = await newPayer(100_000n);
    const file = join(directory, "shared.sqlite");
    const stores = Array.from({ length: 4 }, () => sqliteStore(file));
    const deposit = { ...POLICY, budget: 2_000n };
    const sessions = await Promise.all(
      stores.map((store) => clientOf(signer).inference.connect({ ...parameters(), store, deposit, timeoutMs: 60_000 })),
    );
    expect(new Set(sessions.map(({ channel }) => channel)).size, "one channel for all").to.equal(1);
    const { done, failed } = await outcomes(
      sessions.flatMap((session) => Array.from({ length: 6 }, () => session.request({ input: INPUT }))),
    );
    await Promise.all(sessions.map((session) => session.idle()));
    expect(done).to.have.length(20);
    for (const error of failed) expect(error).to.include({ code: "BUDGET_EXCEEDED" });
    expect(await deposited(account)).to.deep.equal({ units: 2_000n, channels: 1 });
    await Promise.all(stores.map((store) => store.close()));
  });

  it("that are decided at the same moment, for two channels, pass the budget by no unit", async () => {
    const { client, account } = await newPayer(10_000n);
    const store = memoryStore();
    // Both see nothing spent, and both want what the budget allows once.
    let asked = 0;
    const strategy = async ({ amount }: DepositProposal) => {
      asked++;
      while (asked < 2) await pause(5);
      return amount;
    };
    const deposit = { ...POLICY, budget: 1_500n, strategy };
    const { done, failed } = await outcomes(
      [0, 1].map(() => {
        const signer = sessionSigner(generateSessionKey());
        return client.inference.connect({ ...parameters(), store, deposit, signer });
      }),
    );
    expect(done).to.have.length(1);
    expect(failed[0]).to.include({ code: "BUDGET_EXCEEDED" });
    expect(await deposited(account)).to.deep.equal({ units: 1_000n, channels: 1 });
    expect(await budgetOf(store, account)).to.deep.include({ spent: 1_000n, pending: [] });
  });

  it("that a process decided, and died before it sent them, count as spent until their time is over", async () => {
    const { signer, account } = await newPayer(10_000n);
    const store = memoryStore();
    let isDecided = false;
    const dead = dying(store, ({ pending }) => {
      const dies = isDecided;
      isDecided = pending.length > 0;
      return dies;
    });
    // It writes the deposit down, sends it, and dies before it can note the hash.
    const deposit = { ...POLICY, budget: 1_000n };
    await clientOf(signer)
      .inference.connect({ ...parameters(), store: dead, deposit })
      .catch(() => undefined);
    expect((await budgetOf(store, account)).pending).to.have.length(1);
    expect((await budgetOf(store, account)).spent).to.equal(1_000n);
    // The next process finds on the chain what became of it, and opens no second channel.
    const session = await clientOf(signer).inference.connect({ ...parameters(), store, deposit });
    await session.request({ input: INPUT });
    expect(await deposited(account)).to.deep.equal({ units: 1_000n, channels: 1 });
    expect(await budgetOf(store, account)).to.deep.include({ spent: 1_000n, pending: [] });
  });

  it("that failed for certain are given back", async () => {
    const { client, account } = await newPayer(999n);
    const store = memoryStore();
    const connect = () => client.inference.connect({ ...parameters(), store, deposit: POLICY });
    expect(await connect().catch((error: unknown) => error)).to.be.instanceOf(Error);
    expect(await budgetOf(store, account)).to.deep.include({ spent: 0n, pending: [] });
    await world.token.mint(account, 1n);
    await (await connect()).request({ input: INPUT });
    expect(await budgetOf(store, account)).to.deep.include({ spent: 1_000n });
  });

  it("are the strategy's to lower and to refuse, never to raise", async () => {
    const { client, account } = await newPayer(100_000n);
    const asked: DepositProposal[] = [];
    let allow = (proposal: DepositProposal) => proposal.amount * 2n;
    const strategy = (proposal: DepositProposal) => {
      asked.push(proposal);
      return allow(proposal);
    };
    const store = memoryStore();
    const session = await client.inference.connect({
      ...parameters(),
      store,
      deposit: { ...POLICY, low: 0n, strategy },
    });
    expect((await deposited(account)).units).to.equal(1_000n);
    for (let i = 0; i < 10; i++) await session.request({ input: INPUT });
    allow = ({ needed }) => needed;
    await session.request({ input: INPUT });
    expect((await deposited(account)).units, "the least that the next one needs").to.equal(1_100n);
    allow = () => 0n;
    expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("DEPOSIT_REFUSED");
    expect(asked.map(({ reason, needed, spent }) => ({ reason, needed, spent }))).to.deep.equal([
      { reason: "open", needed: 100n, spent: 0n },
      { reason: "top-up", needed: 100n, spent: 1_000n },
      { reason: "top-up", needed: 100n, spent: 1_100n },
    ]);
    expect(asked[0]).to.include({ channel: undefined, amount: 1_000n, budget: 10_000n });
    expect(asked[1]).to.include({ channel: session.channel });
    expect((await deposited(account)).units).to.equal(1_100n);
  });

  it("go by permit in one transaction, or by an approval of no more than the amount", async () => {
    for (const [via, transactions] of [
      ["permit", 1],
      ["approve", 2],
    ] as const) {
      const { client, signer, account } = await newPayer(10_000n);
      await client.inference.connect({ ...parameters(), deposit: { ...POLICY, via } });
      expect(await signer.getNonce(), via).to.equal(transactions);
      expect((await deposited(account)).units).to.equal(1_000n);
      expect(await world.token.allowance(account, escrow), "nothing is left to take").to.equal(0n);
    }
  });

  it("open another channel when the one before closes", async () => {
    const { client, account } = await newPayer(10_000n);
    const store = memoryStore();
    const connect = () => client.inference.connect({ ...parameters(), store, deposit: POLICY });
    const { channel } = await connect();
    await (await client.escrow.requestClose({ node: node.node, lineId, channel })).wait();
    const next = await connect();
    expect(next.channel).not.to.equal(channel);
    await next.request({ input: INPUT });
    expect(await deposited(account)).to.deep.equal({ units: 2_000n, channels: 2 });
  });
});
