import { setTimeout as pause } from "node:timers/promises";
import {
  type ChannelState,
  type ChannelStore,
  channelKey,
  decodeRequest,
  generateSessionKey,
  memoryStore,
  recoverVoucher,
  type StoreState,
  sessionSigner,
  signReceipt,
} from "@freehold/sdk";
import { expect } from "chai";
import { network } from "hardhat";
import { errorOf, INPUT, outcomes, serveLine } from "./utils/served-line.ts";
import { createWorld } from "./utils/world.ts";

const connection = await network.create();
const world = await createWorld(connection);
const { payer, networkHelpers } = { payer: world.payer, networkHelpers: world.networkHelpers };
const { lineId, node, open, parameters } = await serveLine(world, "paid");

const keyOf = (channel: bigint) => {
  const escrow = world.address("InferenceEscrow");
  return channelKey({ chainId: world.chainId, escrow, node: node.node, lineId, channel });
};
const stateIn = async (store: ChannelStore, channel: bigint) =>
  (await store.get(keyOf(channel)))?.state as ChannelState;
/** Vouchers that came to the node, whatever became of them. */
const vouchers = () => node.posts.map(({ body }) => decodeRequest(JSON.parse(body)).voucher.cumulative);
const highest = (amounts: bigint[]) => amounts.reduce((most, amount) => (amount > most ? amount : most), 0n);
/** Hold-ups of a few milliseconds, different for each. */
const jumble = () => pause(Math.random() * 30);

/** A memory store that can be put back to an earlier moment, as a backup does. */
function restorable(): ChannelStore & { save(): void; restore(): void } {
  let current = memoryStore();
  const states = new Map<string, StoreState>();
  let saved = new Map<string, StoreState>();
  return {
    get: (key) => current.get(key),
    async compareAndSwap(key, expected, state) {
      const swapped = await current.compareAndSwap(key, expected, state);
      if (swapped !== undefined) states.set(key, state);
      return swapped;
    },
    save() {
      saved = new Map(states);
    },
    restore() {
      current = memoryStore();
      for (const [key, state] of saved) void current.compareAndSwap(key, undefined, state);
    },
  };
}

describe("sdk: payer", () => {
  beforeEach(() => {
    node.misbehaviour = {};
    node.price = 100n;
    node.posts.length = 0;
    node.receipts.length = 0;
  });

  after(() => node.stop());

  describe("requests at once", () => {
    it("case 59: sixty-four share a channel, overtake each other, and none is paid twice or beyond the deposit", async () => {
      const channel = await open(6_400n);
      const store = memoryStore();
      node.misbehaviour = { arrive: jumble, leave: jumble };
      node.mostAtOnce = 0;
      const session = await payer.inference.connect({ ...parameters(), channel, store });
      const { done, failed } = await outcomes(Array.from({ length: 64 }, () => session.request({ input: INPUT })));
      expect(failed).to.deep.equal([]);
      const inOrder = done.toSorted((a, b) => Number(a.receipt.seq - b.receipt.seq)).map(({ receipt }) => receipt);
      expect(inOrder.map(({ seq }) => Number(seq))).to.deep.equal(Array.from({ length: 64 }, (_, i) => i + 1));
      expect(inOrder.map(({ cumulative }) => Number(cumulative) / 100)).to.deep.equal(
        Array.from({ length: 64 }, (_, i) => i + 1),
      );
      expect(new Set(vouchers()).size, "a voucher of its own for each").to.equal(64);
      expect(highest(vouchers())).to.equal(6_400n);
      expect(node.mostAtOnce).to.be.greaterThan(8);
      const arrival = node.receipts.map(({ requestHash }) =>
        done.findIndex((d) => d.receipt.requestHash === requestHash),
      );
      expect(arrival, "the node worked in another order").not.to.deep.equal(arrival.toSorted((a, b) => a - b));
      const { signed, metered, seq, gaps, tickets } = await stateIn(store, channel);
      expect({ signed, metered, seq, gaps, tickets }).to.deep.equal({
        signed: 6_400n,
        metered: 6_400n,
        seq: 64n,
        gaps: [],
        tickets: [],
      });
      expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("INSUFFICIENT_DEPOSIT");
    });

    it("case 59: when the deposit covers half of them, exactly half are paid", async () => {
      const channel = await open(1_650n);
      node.misbehaviour = { arrive: jumble, leave: jumble };
      const session = await payer.inference.connect({ ...parameters(), channel });
      const { done, failed } = await outcomes(Array.from({ length: 32 }, () => session.request({ input: INPUT })));
      expect(done).to.have.length(16);
      expect(failed.map((error) => (error as { code: string }).code)).to.deep.equal(
        Array.from({ length: 16 }, () => "INSUFFICIENT_DEPOSIT"),
      );
      expect(highest(vouchers())).to.equal(1_600n);
    });

    it("case 59: answers lost on the way cost no headroom that was not in flight", async () => {
      const channel = await open(10_000n);
      const store = memoryStore();
      const session = await payer.inference.connect({ ...parameters(), channel, store, timeoutMs: 3_000 });
      await session.request({ input: INPUT, timeoutMs: 30_000 });
      node.misbehaviour = {
        arrive: jumble,
        leave: async (post) => {
          await jumble();
          if (post % 4 === 0) await pause(4_500);
        },
        before: (_, post) => post % 7 === 0,
      };
      const { done, failed } = await outcomes(Array.from({ length: 24 }, () => session.request({ input: INPUT })));
      expect(done.length).to.be.greaterThan(0);
      expect(new Set(failed.map((error) => (error as { code: string }).code))).to.deep.equal(new Set(["NODE_TIMEOUT"]));
      await pause(2_500);
      node.misbehaviour = {};
      const { receipt } = await session.request({ input: INPUT, timeoutMs: 30_000 });
      const state = await stateIn(store, channel);
      expect(receipt.cumulative).to.equal(state.metered);
      expect(state).to.deep.include({ gaps: [], tickets: [], seq: receipt.seq });
      expect(highest(vouchers()) <= 100n + 24n * 100n + 100n).to.equal(true);
      expect(node.channels.get(channel)?.metered).to.equal(state.metered);
    });

    it("a bad input among them is released, and its headroom serves again", async () => {
      // One unit more: the refused one's own voucher is free again, and the highest is not.
      const channel = await open(401n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      node.misbehaviour = { arrive: jumble };
      const inputs = ["a", "", "b", "c"].map((text) => session.request({ input: { text } }));
      const { done, failed } = await outcomes(inputs);
      expect(done).to.have.length(3);
      expect((failed[0] as { details: object }).details).to.include({ code: "bad-input" });
      expect((await session.request({ input: INPUT })).receipt.cumulative).to.equal(400n);
    });

    it("refuses more at once than allowed, and goes on when some are done", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel, maxInFlight: 2 });
      node.misbehaviour = { arrive: () => pause(50) };
      const { done, failed } = await outcomes(Array.from({ length: 3 }, () => session.request({ input: INPUT })));
      expect(done).to.have.length(2);
      expect(failed[0]).to.include({ code: "CHANNEL_BUSY" });
      await session.request({ input: INPUT });
    });

    it("pays what the receipt says when that is less than was offered", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      node.price = 60n;
      expect((await session.request({ input: INPUT })).paid).to.equal(60n);
      const { paid, receipt } = await session.request({ input: INPUT });
      expect([paid, receipt.cumulative]).to.deep.equal([60n, 120n]);
      expect(vouchers()).to.deep.equal([100n, 160n]);
    });
  });

  describe("a node that was restored, or forgot", () => {
    it("case 60: the meter went back: its next receipt has a number that another one has", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      const { receipt: first } = await session.request({ input: INPUT });
      node.forget("meter");
      const error = await errorOf(session.request({ input: INPUT }));
      expect(error.code).to.equal("RECEIPT_WRONG_SEQ");
      const { receipt } = error.details as { receipt: { seq: string; requestHash: string } };
      expect(receipt.seq, "the evidence is kept").to.equal(first.seq.toString());
      expect(receipt.requestHash).not.to.equal(first.requestHash);
      // Two receipts of one number convict the enclave (arbiter.proveDoubleReceipt). The payer loses nothing by going on.
      expect((await session.request({ input: INPUT })).receipt).to.include({ seq: 2n, cumulative: 200n });
      expect(vouchers(), "the node took 200 for the refused one").to.deep.equal([100n, 200n, 201n]);
    });

    it("case 60: the stored responses are gone: one voucher pays no retry as a second inference", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      await session.request({ input: INPUT });
      node.misbehaviour.after = (response, post) => {
        if (post !== 2) return false;
        node.forget("responses");
        response.destroy();
        return true;
      };
      // One voucher covers one inference, so the honest enclave refuses the second, and its first receipt shows.
      const { receipt } = await session.request({ input: INPUT });
      expect(receipt).to.include({ seq: 3n, cumulative: 300n });
      expect(highest(vouchers())).to.equal(300n);
    });

    it("case 60: the payer's own store went back: vouchers and receipts of the node bring it up to date", async () => {
      const channel = await open(1_000n);
      const store = restorable();
      const session = await payer.inference.connect({ ...parameters(), channel, store });
      await session.request({ input: INPUT });
      store.save();
      await session.request({ input: INPUT });
      await session.request({ input: INPUT });
      store.restore();
      const again = await payer.inference.connect({ ...parameters(), channel, store });
      expect((await again.request({ input: INPUT })).receipt).to.include({ seq: 4n, cumulative: 400n });
    });

    it("case 60: the payer's store is lost altogether while requests were under way", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      await session.request({ input: INPUT });
      node.misbehaviour.after = (response) => {
        response.destroy();
        return true;
      };
      await outcomes([session.request({ input: INPUT }), session.request({ input: INPUT })]);
      node.misbehaviour = {};
      const fresh = await payer.inference.connect({ ...parameters(), channel });
      expect((await fresh.request({ input: INPUT })).receipt).to.include({ seq: 4n, cumulative: 400n });
    });
  });

  describe("a node that wants more", () => {
    it("case 61: an inflated demand is refused, whatever it says, and never signed", async () => {
      const channel = await open(100_000n);
      const store = memoryStore();
      const session = await payer.inference.connect({ ...parameters(), channel, store });
      await session.request({ input: INPUT });
      for (const required of ["90000", "201", "-1", "0x10", "18446744073709551616", null, 5]) {
        node.misbehaviour.before = (response) => {
          response.writeHead(402).end(JSON.stringify({ code: "voucher-too-low", details: { required } }));
          return true;
        };
        expect((await errorOf(session.request({ input: INPUT }))).code, String(required)).to.equal("NODE_LIED");
      }
      expect(highest(vouchers())).to.equal(200n);
      expect((await stateIn(store, channel)).signed).to.equal(200n);
      node.misbehaviour = {};
      expect((await session.request({ input: INPUT })).receipt.cumulative).to.equal(200n);
    });

    it("case 61: an inflated demand to one of many changes nothing for the others", async () => {
      const channel = await open(100_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      node.misbehaviour = {
        arrive: jumble,
        before: (response, post) => {
          if (post % 3 !== 0) return false;
          response.writeHead(402).end(JSON.stringify({ code: "voucher-too-low", details: { required: "90000" } }));
          return true;
        },
      };
      const { failed } = await outcomes(Array.from({ length: 12 }, () => session.request({ input: INPUT })));
      expect(failed.map((error) => (error as { code: string }).code)).to.include("NODE_LIED");
      expect(highest(vouchers()) <= 1_300n, `${highest(vouchers())}`).to.equal(true);
      node.misbehaviour = {};
      await session.request({ input: INPUT });
    });

    it("case 61: an inflated meter, voucher or receipt in its recovery is refused", async () => {
      const channel = await open(100_000n);
      const store = memoryStore();
      const session = await payer.inference.connect({ ...parameters(), channel, store });
      const { receipt } = await session.request({ input: INPUT });
      const honest = node.channels.get(channel);
      if (honest?.voucher == null) throw new Error("no voucher");
      const { voucher } = honest;
      const inflated = { ...receipt, seq: 2n, cumulative: 50_000n };
      const signature = await signReceipt(node.enclave, node.domain, inflated);
      for (const lie of [
        { metered: 50_000n },
        { receipt: inflated, signature },
        { voucher: { ...voucher, cumulative: 50_000n } },
        { receipt: null, signature: null },
      ]) {
        node.misbehaviour = {
          recovery: (r) => ({ ...r, ...lie }),
          before: (response) => {
            response.writeHead(402).end(JSON.stringify({ code: "voucher-too-low", details: { required: "50100" } }));
            return true;
          },
        };
        expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("NODE_LIED");
      }
      expect(highest(vouchers())).to.equal(200n);
    });

    it("case 63: a refusal that was billed is called a lie", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      await session.request({ input: INPUT });
      node.misbehaviour.billsRefusal = (post) => post === 2;
      expect((await errorOf(session.request({ input: INPUT }))).details).to.include({ code: "bad-input" });
      const error = await errorOf(session.request({ input: INPUT }));
      expect(error.code).to.equal("NODE_LIED");
      expect(error.message).to.contain("were not made, or that it refused");
    });

    it("case 63: among requests at once, a billed refusal is called a lie too", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      node.misbehaviour = {
        // The first is worked on first, and its refusal comes last.
        arrive: (post) => pause(post === 1 ? 0 : 40),
        leave: (post) => pause(post === 1 ? 200 : 0),
        billsRefusal: (post) => post === 1,
      };
      const { done, failed } = await outcomes([0, 1, 2].map(() => session.request({ input: INPUT })));
      expect(done).to.have.length(2);
      expect(failed[0]).to.include({ code: "NODE_LIED" });
      expect((failed[0] as Error).message).to.contain("metered a request that it refused");
    });

    it("case 63: an empty answer costs one inference at most, and the next request serves its voucher", async () => {
      const channel = await open(1_000n);
      const store = memoryStore();
      const session = await payer.inference.connect({ ...parameters(), channel, store });
      node.misbehaviour.before = (response) => {
        response.writeHead(200).end("");
        return true;
      };
      for (let i = 0; i < 5; i++) {
        expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("RESPONSE_MALFORMED");
      }
      expect(highest(vouchers())).to.equal(100n);
      node.misbehaviour = {};
      expect((await session.request({ input: INPUT })).receipt.cumulative).to.equal(100n);
    });
  });

  describe("a channel that is not good", () => {
    it("case 18: one whose close was requested before the first voucher is refused before anything is signed", async () => {
      const channel = await open(1_000n);
      await (await payer.escrow.requestClose({ node: node.node, lineId, channel })).wait();
      const error = await errorOf(payer.inference.connect({ ...parameters(), channel }));
      expect(error.code).to.equal("CHANNEL_CLOSING");
      expect(error.hint).to.contain("Open another");
      expect(node.posts).to.have.length(0);
    });

    it("case 18: one whose delay is over, withdrawn or not, is refused", async () => {
      const channel = await open(1_000n);
      await (await payer.escrow.requestClose({ node: node.node, lineId, channel })).wait();
      await networkHelpers.time.increase(86_401);
      expect((await errorOf(payer.inference.connect({ ...parameters(), channel }))).code).to.equal("CHANNEL_CLOSING");
      const to = await world.signers.payer.getAddress();
      await (await payer.escrow.withdrawChannel({ node: node.node, lineId, channel, to })).wait();
      expect((await errorOf(payer.inference.connect({ ...parameters(), channel }))).code).to.equal("CHANNEL_CLOSING");
    });

    it("case 20: what was signed for a channel that was withdrawn counts for no other", async () => {
      const store = memoryStore();
      const channel = await open(1_000n);
      const first = await payer.inference.connect({ ...parameters(), channel, store });
      for (let i = 0; i < 3; i++) await first.request({ input: INPUT });
      await (await payer.escrow.requestClose({ node: node.node, lineId, channel })).wait();
      await networkHelpers.time.increase(86_401);
      const to = await world.signers.payer.getAddress();
      await (await payer.escrow.withdrawChannel({ node: node.node, lineId, channel, to })).wait();
      const next = await open(1_000n);
      expect(next).not.to.equal(channel);
      node.posts.length = 0;
      const second = await payer.inference.connect({ ...parameters(), channel: next, store });
      expect((await second.request({ input: INPUT })).receipt).to.include({ seq: 1n, cumulative: 100n, channel: next });
      expect(vouchers()).to.deep.equal([100n]);
    });

    it("case 64: a close in the middle of a session ends it before the next voucher is signed", async () => {
      const channel = await open(1_000n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      await session.request({ input: INPUT });
      await (await payer.escrow.requestClose({ node: node.node, lineId, channel })).wait();
      expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("CHANNEL_CLOSING");
      expect(node.posts).to.have.length(1);
    });

    it("case 64: no voucher promises more than is deposited, so no answer is released that cannot be paid", async () => {
      const channel = await open(250n);
      const session = await payer.inference.connect({ ...parameters(), channel });
      const { done, failed } = await outcomes([0, 1, 2, 3].map(() => session.request({ input: INPUT })));
      expect(done).to.have.length(2);
      expect(failed).to.have.length(2);
      expect(highest(vouchers())).to.equal(200n);
      expect(node.channels.get(channel)?.metered).to.equal(200n);
    });

    it("case 22: a deposit counts after its confirmations, and not before", async () => {
      const channel = await open(150n);
      const session = await payer.inference.connect({ ...parameters(), channel, confirmations: 3 });
      expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("CHANNEL_UNCONFIRMED");
      await networkHelpers.mine(2);
      await session.request({ input: INPUT });

      await (await payer.escrow.approve({ amount: 100n })).wait();
      await (await payer.escrow.topUp({ node: node.node, lineId, channel, amount: 100n })).wait();
      const error = await errorOf(session.request({ input: INPUT }));
      expect(error.code).to.equal("CHANNEL_UNCONFIRMED");
      expect(error.details).to.include({ deposited: "150", required: "200" });
      await networkHelpers.mine(1);
      expect((await errorOf(session.request({ input: INPUT }))).code).to.equal("CHANNEL_UNCONFIRMED");
      await networkHelpers.mine(1);
      await session.request({ input: INPUT });
      expect(vouchers()).to.deep.equal([100n, 200n]);
    });

    it("one whose close delay is under the payer's own minimum is refused", async () => {
      const channel = await open(1_000n, { closeDelay: 43_200n });
      const connect = (minCloseDelay: bigint) => payer.inference.connect({ ...parameters(), channel, minCloseDelay });
      await connect(43_200n);
      const error = await errorOf(connect(43_201n));
      expect(error.code).to.equal("CLOSE_DELAY_TOO_SHORT");
      expect(error.details).to.deep.equal({ closeDelay: "43200", minimum: "43201" });
    });

    it("case 27: one whose vouchers another key signs is refused", async () => {
      const signer = sessionSigner(generateSessionKey());
      const channel = await open(1_000n, { signer: signer.address });
      expect((await errorOf(payer.inference.connect({ ...parameters(), channel }))).code).to.equal("CHANNEL_NOT_YOURS");
      const session = await payer.inference.connect({ ...parameters(), channel, signer });
      await session.request({ input: INPUT });
      const { voucher } = decodeRequest(JSON.parse(node.posts[0]?.body ?? ""));
      const struct = { node: node.node, channel, lineId, cumulative: 100n };
      expect(recoverVoucher(node.domain, struct, voucher.signature)).to.equal(signer.address);
    });
  });

  it("a request that never left keeps nothing back", async () => {
    const channel = await open(100n);
    const store = memoryStore();
    const session = await payer.inference.connect({ ...parameters(), channel, store });
    const dead = { ...parameters(), endpoint: "http://127.0.0.1:1", channel, store };
    expect((await errorOf(payer.inference.connect(dead))).code).to.equal("NODE_UNREACHABLE");
    const aborted = AbortSignal.abort(new Error("enough"));
    const error = await session.request({ input: INPUT, signal: aborted }).catch((thrown: unknown) => thrown);
    expect(error).to.be.instanceOf(Error).with.property("message", "enough");
    await session.request({ input: INPUT });
    expect((await stateIn(store, channel)).tickets).to.deep.equal([]);
  });

  it("a store that fails stops a request before its voucher leaves, and says so", async () => {
    const channel = await open(1_000n);
    const memory = memoryStore();
    let isBroken = false;
    const store: ChannelStore = {
      get: memory.get,
      compareAndSwap: async (...swap) => {
        if (isBroken) throw new TypeError("disk full");
        return memory.compareAndSwap(...swap);
      },
    };
    const session = await payer.inference.connect({ ...parameters(), channel, store });
    await session.request({ input: INPUT });
    isBroken = true;
    const error = await session.request({ input: INPUT }).catch((thrown: unknown) => thrown);
    expect(error).to.include({ name: "StoreError", code: "STORE_FAILED" });
    expect(node.posts).to.have.length(1);
    isBroken = false;
    expect((await session.request({ input: INPUT })).receipt.cumulative).to.equal(200n);
  });
});
