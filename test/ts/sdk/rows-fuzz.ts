import { Lane, packOptimisticRows, packVoucherRows, signBatch } from "@freehold/sdk";
import { expect } from "chai";
import { AbiCoder, concat, getBytes, hexlify, type Interface, id, keccak256, toBeHex, Wallet } from "ethers";
import { network } from "hardhat";
import { createBook, type TestBook, type TestChannel } from "./utils/book.ts";
import { below, bytesOf, chance, DAMAGES, pick } from "./utils/damage.ts";
import { type BookState, type Prediction, predict } from "./utils/settle-model.ts";
import { createWorld } from "./utils/world.ts";

const NIGHTLY = process.env.FREEHOLD_NIGHTLY === "1";
const CASES = NIGHTLY ? 50_000 : 600;
/** Cases of one eth_call. */
const CHUNK = 20;
const MAX_DEPOSIT = 2n ** 56n - 1n;
const DAY = 86_400n;
const STAKE = 2n ** 32n;

const connection = await network.create("local");
const world = await createWorld(connection);
const { operator, payer } = world;
const prober = await connection.ethers.deployContract("Prober");
const escrow = world.address("InferenceEscrow");
const settles: Interface = operator.contract("InferenceEscrow").interface;

interface Case {
  readonly what: string;
  readonly lane: Lane;
  readonly rows: string;
}

interface Outcome {
  success: boolean;
  data: string;
  afterwards: string;
}

describe("contracts: packed rows against a model in TypeScript", () => {
  let book: TestBook;
  let opened: TestChannel[];
  let state: BookState;

  before(async function () {
    this.timeout(120_000);
    book = await createBook(world, "packed rows");
    // Enough for most rows of lane O, and not for the largest.
    await world.token.mint(book.node, STAKE);
    await (await operator.nodes.approveStake({ amount: STAKE })).wait();
    await (await operator.nodes.addStake({ amount: STAKE })).wait();
    await (await operator.escrow.setStakeShare({ lineId: book.lineId, share: 1 })).wait();
    opened = await channels();
    await world.networkHelpers.time.increase(DAY);
    const { node, lineId } = book;
    state = {
      channels: await Promise.all(opened.map(({ channel }) => operator.escrow.channelOf({ node, lineId, channel }))),
      ...(await operator.escrow.earningsOf({ node, lineId })),
      time: BigInt(await world.networkHelpers.time.latest()),
    };
  });

  after(() => connection.close());

  it(`${CASES} times the same rows are refused, paid, clipped and skipped, and nothing else changes`, async function () {
    this.timeout(NIGHTLY ? 3_600_000 : 120_000);
    const counts = new Map<string, number>();
    const count = (what: string) => counts.set(what, (counts.get(what) ?? 0) + 1);
    for (let done = 0; done < CASES; done += CHUNK) {
      const cases = await Promise.all(Array.from({ length: CHUNK }, () => anyCase()));
      const outcomes = await settle(cases);
      for (const [i, { what, lane, rows }] of cases.entries()) {
        const expected = predict(book, state, lane, rows);
        const context = `${what}, lane ${lane}: ${rows}`;
        expect(outcomes[i], context).to.deep.equal(outcomeOf(expected));
        const kind = kindOf(expected);
        count(`${what}: ${kind}`);
        count(`lane ${lane}: ${kind}`);
        if ("total" in expected) {
          if (expected.skipped !== "0x" && expected.total > 0n) count(`lane ${lane}: pays some`);
          if (expected.rows > 8 && expected.skipped.length > 4) count(`lane ${lane}: long bitmap`);
        }
      }
    }
    // What the claim rests on: both lanes, all outcomes, every kind of damage.
    for (const lane of [Lane.Voucher, Lane.Optimistic]) {
      for (const [kind, share] of [
        ["refused", 0.2],
        ["pays", 0.1],
        ["pays nothing", 0.02],
        ["pays some", 0.05],
        ["long bitmap", 0.02],
      ] as const) {
        expect(counts.get(`lane ${lane}: ${kind}`) ?? 0, `lane ${lane}: ${kind}`).to.be.at.least((CASES / 2) * share);
      }
    }
    for (const lane of [Lane.Voucher, Lane.Optimistic]) {
      expect(counts.get(`lane ${lane}: too much`) ?? 0, `lane ${lane}`).to.be.at.least(CASES / 400);
    }
    for (const what of DAMAGES.map(([name]) => name)) {
      const times = KINDS.map((kind) => counts.get(`${what}: ${kind}`) ?? 0);
      expect(
        times.reduce((sum, each) => sum + each),
        what,
      ).to.be.at.least(CASES / 40);
    }
  });

  /** 26 channels of every kind; the last slot of four has only two. */
  async function channels(): Promise<TestChannel[]> {
    const found: TestChannel[] = [];
    const kinds = [
      { optimistic: true },
      { optimistic: false },
      { optimistic: true, signer: new Wallet(id("another signer")) },
      { optimistic: true, amount: 1_700n },
      { optimistic: false, amount: 3n },
      { optimistic: true, amount: 1n },
    ];
    for (let i = 0; i < 26; i++) {
      const most = i === 3 ? { amount: MAX_DEPOSIT } : {};
      found.push(await book.open({ amount: 1_000n, ...kinds[i % kinds.length], ...most }));
    }
    // Paid in part, and in full.
    for (const [channel, amount] of [
      [0, 400n],
      [3, 2n ** 55n],
      [5, 1n],
      [4, 2n],
      [7, 1_000n],
    ] as const) {
      const of = found[channel] as TestChannel;
      const { batch, rows, signature } = await book.settlement(Lane.Voucher, [{ of, signed: amount }]);
      await (await operator.escrow.settle({ batch, rows, signature })).wait();
    }
    const { node, lineId } = book;
    // Over in a second a day later, closing for another month, closed.
    for (const channel of [8n, 9n]) await (await payer.escrow.requestClose({ node, lineId, channel })).wait();
    const month = { closeDelay: 30n * DAY };
    found.push(await book.open({ amount: 777n, optimistic: true, ...month }));
    found.push(await book.open({ amount: 777n, optimistic: false, ...month }));
    for (const channel of [26n, 27n]) await (await payer.escrow.requestClose({ node, lineId, channel })).wait();
    for (const channel of [12n, 13n]) await (await operator.escrow.release({ lineId, channel })).wait();
    found.push(await book.open({ amount: 50n, optimistic: true }), await book.open({ amount: 50n }));
    return found;
  }

  /** What the contract makes of each case, each on the state before all of them. */
  async function settle(cases: readonly Case[]): Promise<Outcome[]> {
    const { node, lineId, versionHash, domain, enclave } = book;
    const { nextNonce: nonce } = await operator.escrow.earningsOf({ node, lineId });
    const calls = await Promise.all(
      cases.map(async ({ lane, rows }) => {
        const batch = { node, lineId, versionHash, lane, nonce, lastAt: state.time };
        const signature = await signBatch(enclave, domain, { ...batch, rowsHash: keccak256(rows) as `0x${string}` });
        return settles.encodeFunctionData("settle", [batch, rows, signature]);
      }),
    );
    const views = opened.map(({ channel }) => settles.encodeFunctionData("channelOf", [node, lineId, channel]));
    const results = await prober.getFunction("probe").staticCall(escrow, calls, views);
    return Array.from(results as Outcome[], ({ success, data, afterwards }) => ({ success, data, afterwards }));
  }

  const encodings = new Map<string, string>();

  /** What all channels say once these have paid so much more. */
  function afterwardsOf(paid: ReadonlyMap<bigint, bigint>): string {
    return keccak256(
      concat(
        state.channels.map((channel, i) => {
          const sum = channel.paid + (paid.get(BigInt(i)) ?? 0n);
          const key = `${i} ${sum}`;
          let encoded = encodings.get(key);
          if (encoded === undefined) {
            encoded = settles.encodeFunctionResult("channelOf", [{ ...channel, paid: sum }]);
            encodings.set(key, encoded);
          }
          return encoded;
        }),
      ),
    );
  }

  function outcomeOf(expected: Prediction): Outcome {
    if ("remaining" in expected) {
      const data = settles.encodeErrorResult("InferenceEscrow_MalformedRows", [expected.remaining]);
      return { success: false, data, afterwards: keccak256("0x") };
    }
    if ("overflow" in expected) {
      const data = settles.encodeErrorResult("BookState_Overflow", [expected.overflow]);
      return { success: false, data, afterwards: keccak256("0x") };
    }
    if ("unbacked" in expected) {
      const data = settles.encodeErrorResult("InferenceEscrow_StakeTooLow", [expected.unbacked, state.limit]);
      return { success: false, data, afterwards: keccak256("0x") };
    }
    const data = AbiCoder.defaultAbiCoder().encode(["uint64", "bytes"], [expected.total, expected.skipped]);
    return { success: true, data, afterwards: afterwardsOf(expected.paid) };
  }

  async function anyCase(): Promise<Case> {
    const [what, damage] = pick(DAMAGES);
    const lane = pick([Lane.Voucher, Lane.Optimistic]);
    const groups = await anyGroups(lane);
    return { what, lane, rows: hexlify(damage(groups)) };
  }

  /** Rows in groups of one slot, the bytes of each. */
  async function anyGroups(lane: Lane): Promise<Uint8Array[]> {
    // Two beyond the last channel: slots that hold fewer than four, or none.
    const density = pick([0.1, 0.4, 1]);
    const chosen = Array.from({ length: opened.length + 2 }, (_, i) => i).filter(() => chance(density));
    const slots = [...new Set(chosen.map((channel) => channel >> 2))];
    return Promise.all(
      slots.map(async (slot) => {
        const channels = chosen.filter((channel) => channel >> 2 === slot);
        const rows = await Promise.all(channels.map((channel) => anyRow(channel)));
        return getBytes(
          lane === Lane.Voucher
            ? packVoucherRows(rows)
            : packOptimisticRows(rows.map(({ channel }) => ({ channel, amount: anyAmount() }))),
        );
      }),
    );
  }

  async function anyRow(channel: number) {
    const signed = anyCumulative(channel);
    const metered = chance(0.7) ? signed : anyCumulative(channel);
    return { channel: BigInt(channel), signed, metered, signature: await anySignature(channel, signed) };
  }

  /** A cumulative amount near what matters of a channel; few, so that their signatures are made once. */
  function anyCumulative(channel: number): bigint {
    const { paid = 0n, deposited = 0n } = state.channels[channel] ?? {};
    const near = [paid, paid + 1n, deposited - 1n, deposited, deposited + 1n, 2n ** 56n, 2n ** 64n - 1n, 0n, 500n];
    const value = pick(near);
    return value < 0n ? 0n : value;
  }

  function anyAmount(): bigint {
    return pick([
      0n,
      1n,
      2n,
      49n,
      50n,
      51n,
      600n,
      999n,
      1_000n,
      1_001n,
      2n ** 31n,
      2n ** 32n - 1n,
      BigInt(below(1_200)),
    ]);
  }

  const signatures = new Map<string, Promise<string>>();

  /** Mostly the signer's own; else of another amount, channel or key, or any bytes. */
  async function anySignature(channel: number, signed: bigint): Promise<string> {
    if (chance(0.02)) return concat([bytesOf(32), toBeHex(below(2 ** 30), 32), pick(["0x1b", "0x1c"])]);
    const wrong = chance(0.12) ? below(3) : -1;
    const of = opened[wrong === 0 ? below(opened.length) : channel] ?? (opened[0] as TestChannel);
    const cumulative = wrong === 1 ? signed ^ 1n : signed;
    const signer = wrong === 2 ? STRANGER : of.signer;
    const key = `${of.channel} ${cumulative} ${signer.address}`;
    const made = signatures.get(key) ?? book.voucher({ channel: of.channel, signer }, cumulative);
    signatures.set(key, made);
    return made;
  }
});

const KINDS = ["refused", "too much", "pays nothing", "pays"] as const;

function kindOf(expected: Prediction): (typeof KINDS)[number] {
  if ("remaining" in expected) return "refused";
  if ("overflow" in expected || "unbacked" in expected) return "too much";
  return expected.total === 0n ? "pays nothing" : "pays";
}

const STRANGER = new Wallet(id("a stranger to every channel"));
