import type { ChannelState, Ticket } from "@freehold/sdk";
import { expect } from "chai";
import { accept } from "../../../sdk/dist/inference/accept.js";
import { recovered } from "../../../sdk/dist/inference/recovered.js";
import { FRESH_CHANNEL } from "../../../sdk/dist/inference/state.js";
import {
  claimable,
  committed,
  lose,
  missing,
  type Reserved,
  release,
  reserve,
} from "../../../sdk/dist/inference/tickets.js";

const NOW = 1_000;
const BOUNDS = { deposited: 1_000_000n, paid: 0n, maxInFlight: 256, now: NOW };
type Reservation = Extract<Reserved, { outcome: "reserved" }>;

let tickets = 0;
function reserved(state: ChannelState, price: bigint, bounds = BOUNDS): [ChannelState, Reservation] {
  const result = reserve(state, { id: `${tickets++}`, price, until: NOW + 1 }, bounds);
  if (!Array.isArray(result) || result[1].outcome !== "reserved") throw new Error(`not reserved: ${String(result)}`);
  return [result[0], result[1]];
}

function accepted(
  state: ChannelState,
  ticket: Ticket,
  seq: bigint,
  cumulative: bigint,
  price = ticket.price,
): ChannelState {
  const next = accept(state, ticket, { seq, cumulative, price });
  if ("code" in next) throw new Error(`${next.code}: ${next.expected}`);
  return next;
}

function misfit(state: ChannelState, ticket: Ticket, seq: bigint, cumulative: bigint): string {
  const next = accept(state, ticket, { seq, cumulative, price: ticket.price });
  return "code" in next ? next.code : "accepted";
}

/** Reserves several requests at once. */
function some(prices: bigint[], from: ChannelState = FRESH_CHANNEL): [ChannelState, Reservation[]] {
  const all: Reservation[] = [];
  let state = from;
  for (const price of prices) {
    const [next, reservation] = reserved(state, price);
    state = next;
    all.push(reservation);
  }
  return [state, all];
}

describe("sdk: tickets", () => {
  it("give every request a voucher that covers all before it, whatever their prices", () => {
    const [state, all] = some([100n, 50n, 70n]);
    expect(all.map(({ ticket }) => ticket.cumulative)).to.deep.equal([100n, 150n, 220n]);
    expect(state.signed).to.equal(220n);
    expect(claimable(state)).to.equal(220n);
  });

  it("stop at the deposit and at the most requests at once", () => {
    const [state] = some([100n, 50n]);
    const request = { id: "x", price: 51n, until: NOW };
    expect(reserve(state, request, { ...BOUNDS, deposited: 200n })).to.deep.equal({
      outcome: "short",
      cumulative: 201n,
    });
    expect(reserve(state, request, { ...BOUNDS, maxInFlight: 2 })).to.deep.equal({ outcome: "busy", inFlight: 2 });
    expect(reserve(state, request, { ...BOUNDS, deposited: 201n })).to.be.an("array");
  });

  it("wait for recovery when nothing is known, when the chain paid more, when an answer was lost, when time ran out", () => {
    const [state, [first]] = some([100n]);
    const request = { id: "x", price: 1n, until: NOW };
    const ask = (s: ChannelState | undefined, bounds = BOUNDS) => reserve(s, request, bounds);
    expect(ask(undefined)).to.deep.equal({ outcome: "recover" });
    expect(ask(FRESH_CHANNEL, { ...BOUNDS, paid: 1n })).to.deep.equal({ outcome: "recover" });
    expect(ask(lose(state, first?.ticket.id ?? ""))).to.deep.equal({ outcome: "recover" });
    expect(ask(state, { ...BOUNDS, now: NOW + 2 })).to.deep.equal({ outcome: "recover" });
  });

  it("take receipts in any order, and know in the end what they knew in order", () => {
    const prices = [100n, 50n, 70n, 70n];
    const sums = [100n, 150n, 220n, 290n];
    for (const order of permutations([0, 1, 2, 3])) {
      let [state, all] = some(prices);
      for (const i of order) state = accepted(state, (all[i] as Reservation).ticket, BigInt(i + 1), sums[i] as bigint);
      expect(state, order.join()).to.deep.equal({ ...FRESH_CHANNEL, signed: 290n, used: 290n, metered: 290n, seq: 4n });
    }
  });

  it("a released request's headroom serves the next, and no more than that was ever signed", () => {
    const [state, [first, second]] = some([100n, 100n]);
    const [less, outcome] = release(state, first?.ticket.id ?? "");
    expect(outcome).to.equal("released");
    const [again, third] = reserved(less, 100n);
    expect(third.ticket.cumulative, "200 is with the second").to.equal(201n);
    expect(again.signed).to.equal(201n);
    expect(accepted(again, second?.ticket as Ticket, 1n, 100n).metered).to.equal(100n);
  });

  describe("refuse a receipt", () => {
    const [state, all] = some([100n, 50n, 70n]);
    const [a, b, c] = all.map(({ ticket }) => ticket) as [Ticket, Ticket, Ticket];
    const withB = accepted(state, b, 2n, 150n);

    it("with a number that another one has", () => {
      expect(misfit(withB, a, 2n, 150n)).to.equal("RECEIPT_WRONG_SEQ");
      expect(misfit(accepted(withB, a, 1n, 100n), c, 1n, 70n)).to.equal("RECEIPT_WRONG_SEQ");
    });

    it("with a number that was committed before its request was made", () => {
      const [later, { ticket }] = reserved(withB, 10n);
      expect(misfit(later, ticket, 1n, 100n)).to.equal("RECEIPT_WRONG_SEQ");
    });

    it("that leaves more out than there are requests", () => {
      expect(misfit(state, a, 4n, 320n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit({ ...state, signed: 400n }, a, 4n, 320n)).to.equal("RECEIPT_WRONG_SEQ");
      expect(misfit(FRESH_CHANNEL, a, 2n, 0n)).to.equal("RECEIPT_WRONG_SEQ");
    });

    it("above what was signed", () => {
      expect(misfit(state, a, 1n, 221n)).to.equal("RECEIPT_WRONG_AMOUNT");
    });

    it("whose sum is not its neighbours' and its price", () => {
      expect(misfit(state, a, 1n, 101n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit(withB, a, 1n, 99n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit(withB, c, 3n, 221n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit(withB, c, 1n, 70n), "its price is not what is missing").to.equal("RECEIPT_WRONG_AMOUNT");
    });

    it("that leaves out what no request can have cost", () => {
      expect(misfit(state, c, 2n, 219n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit(state, c, 2n, 171n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit(state, c, 2n, 69n)).to.equal("RECEIPT_WRONG_AMOUNT");
      expect(misfit(state, c, 2n, 170n)).to.equal("accepted");
    });
  });

  it("case 63: a request that the node refused and billed is noticed at once, or at the next receipt", () => {
    const [state, [first, second]] = some([100n, 100n]);
    const billed = accepted(state, second?.ticket as Ticket, 2n, 200n);
    const [after, outcome] = release(billed, first?.ticket.id ?? "");
    expect(outcome).to.equal("billed");
    expect(committed(after)).to.equal(200n);
    const [refused] = release(state, first?.ticket.id ?? "");
    expect(misfit(refused, second?.ticket as Ticket, 2n, 200n)).to.equal("RECEIPT_WRONG_SEQ");
  });

  it("hold against an honest node under any interleaving of requests, losses, releases and recoveries", function () {
    this.timeout(60_000);
    for (let seed = 1; seed <= 300; seed++) simulate(seed);
  });
});

/** Payers that share one state, and an honest node: nothing of what it gives is refused, nothing beyond the bounds is signed. */
function simulate(seed: number): void {
  const random = generator(seed);
  const pick = <T>(items: T[]): T | undefined => items.splice(Math.floor(random() * items.length), 1)[0];
  const node = { seq: 0n, metered: 0n, voucher: 0n, spent: new Set<bigint>(), late: 0 };
  let passedBy = 0n;
  let state: ChannelState = FRESH_CHANNEL;
  const travelling: Reservation[] = [];
  const limbo: Reservation[] = [];
  const answers: { ticket: Ticket; seq: bigint; cumulative: bigint; price: bigint }[] = [];
  let mostInFlight = 0n;

  const recover = (now: number) => {
    const receipt = node.seq === 0n ? null : { seq: node.seq, cumulative: node.metered };
    const evidence = { voucher: node.voucher, receipt, onChain: { paid: 0n }, asked: state, now };
    const result = recovered(state, evidence);
    if (!("state" in result)) throw new Error(`seed ${seed}: ${result.lie.what}`);
    state = result.state;
  };

  for (let step = 0; step < 120; step++) {
    const what = random();
    if (what < 0.4) {
      const price = BigInt(1 + Math.floor(random() * 3)) * 50n;
      const result = reserve(state, { id: `${tickets++}`, price, until: NOW + 1 }, BOUNDS);
      if (!Array.isArray(result)) recover(NOW);
      else {
        state = result[0];
        if (result[1].outcome === "reserved") travelling.push(result[1]);
        if (result[1].outcome === "reserved" && result[1].ticket.cumulative > claimable(state)) passedBy++;
        const inFlight = claimable(state) - committed(state);
        mostInFlight = inFlight > mostInFlight ? inFlight : mostInFlight;
      }
    } else if (what < 0.7) {
      // One that was given up may reach the node all the same: its answer comes to nobody.
      const isLate = limbo.length > 0 && random() < 0.2;
      const request = pick(isLate ? limbo : travelling);
      if (request === undefined) continue;
      const { ticket } = request;
      const { cumulative } = ticket;
      const coverage = cumulative > node.voucher ? cumulative : node.voucher;
      const isSpent = node.spent.has(cumulative);
      expect(isSpent && state.doubt.count + BigInt(node.late) === 0n, `seed ${seed}: a voucher of its own`).to.equal(
        false,
      );
      if (isSpent || coverage < node.metered + ticket.price || random() < 0.1) {
        // Too low or spent, which only a request in doubt can bring about, or an input that the model cannot take.
        if (isLate) continue;
        const [next, outcome] = release(state, ticket.id);
        expect(outcome, `seed ${seed}`).to.equal("released");
        state = next;
        continue;
      }
      node.spent.add(cumulative);
      if (isLate) node.late++;
      node.voucher = coverage;
      // The price is a ceiling.
      const price = random() < 0.2 ? ticket.price - 10n : ticket.price;
      node.seq++;
      node.metered += price;
      if (!isLate) answers.push({ ticket, seq: node.seq, cumulative: node.metered, price });
    } else if (what < 0.92) {
      const answer = pick(answers);
      if (answer !== undefined) state = accepted(state, answer.ticket, answer.seq, answer.cumulative, answer.price);
    } else {
      // An answer, or a request, is lost.
      const answer = pick(answers);
      const request = answer === undefined ? pick(travelling) : undefined;
      if (request !== undefined) limbo.push(request);
      const lost = answer ?? request;
      if (lost !== undefined) state = lose(state, lost.ticket.id);
    }
    expect(node.metered <= state.signed, `seed ${seed}: metered beyond what was signed`).to.equal(true);
    expect(missing(state) <= BigInt(state.tickets.length) + state.doubt.count, `seed ${seed}: bounded`).to.equal(true);
    expect(state.gaps.length <= state.tickets.length + Number(state.doubt.count), `seed ${seed}: gaps`).to.equal(true);
  }
  for (const { ticket, seq, cumulative, price } of answers) state = accepted(state, ticket, seq, cumulative, price);
  for (const { ticket } of travelling) state = lose(state, ticket.id);
  recover(NOW);
  expect(state, `seed ${seed}`).to.deep.include({ seq: node.seq, metered: node.metered, gaps: [], tickets: [] });
  expect(committed(state), `seed ${seed}`).to.equal(node.metered);
  // A voucher that may have been taken costs one unit of headroom.
  expect(state.signed - state.metered <= mostInFlight + passedBy, `seed ${seed}: headroom`).to.equal(true);
}

function permutations<T>(items: T[]): T[][] {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) => permutations(items.toSpliced(i, 1)).map((rest) => [item, ...rest]));
}

/** Random numbers from 0 to 1 (mulberry32). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
