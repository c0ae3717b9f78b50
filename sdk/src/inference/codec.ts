import { Reader } from "../wire/reader.js";
import type { BudgetState, ChannelState, Gap, OpenedChannel, PendingDeposit, Ticket } from "./state.js";
import type { StoreState } from "./store.js";

/** Text of a state: JSON, for stores that keep text. */
export function encodeState(state: StoreState): string {
  const decimal = (_: string, value: unknown) => (typeof value === "bigint" ? value.toString() : value);
  return JSON.stringify({ v: 1, ...state }, decimal);
}

/** Reads the text of a state. Throws `SyntaxError` or {@link WireError}. */
export function decodeState(text: string): StoreState {
  const json = JSON.parse(text) as unknown;
  const isBudget = typeof json === "object" && json !== null && (json as { kind?: unknown }).kind === "budget";
  return isBudget ? decodeBudget(json) : decodeChannel(json);
}

function decodeChannel(json: unknown): ChannelState {
  const r = new Reader(json, ["v", "kind", "signed", "used", "metered", "seq", "gaps", "tickets", "doubt"]);
  r.version();
  return {
    kind: r.literal("kind", "channel"),
    signed: r.uint("signed", 64),
    used: r.uint("used", 64),
    metered: r.uint("metered", 64),
    seq: r.uint("seq", 64),
    gaps: r.list("gaps", decodeGap),
    tickets: r.list("tickets", decodeTicket),
    doubt: r.object("doubt", (value, path) => {
      const doubt = new Reader(value, ["count", "amount"], path);
      return { count: doubt.uint("count", 64), amount: doubt.uint("amount", 256) };
    }),
  };
}

function decodeGap(json: unknown, path: string): Gap {
  const r = new Reader(json, ["first", "last", "before", "after"], path);
  return {
    first: r.uint("first", 64),
    last: r.uint("last", 64),
    before: r.uint("before", 64),
    after: r.uint("after", 64),
  };
}

function decodeTicket(json: unknown, path: string): Ticket {
  const r = new Reader(json, ["id", "price", "cumulative", "after", "until", "lost"], path);
  return {
    id: r.text("id"),
    price: r.uint("price", 64),
    cumulative: r.uint("cumulative", 64),
    after: r.uint("after", 64),
    until: r.time("until"),
    lost: r.boolean("lost"),
  };
}

function decodeBudget(json: unknown): BudgetState {
  const r = new Reader(json, ["v", "kind", "spent", "pending", "channels"]);
  r.version();
  return {
    kind: r.literal("kind", "budget"),
    spent: r.uint("spent", 256),
    pending: r.list("pending", decodePending),
    channels: r.list("channels", decodeOpened),
  };
}

function decodePending(json: unknown, path: string): PendingDeposit {
  const names = ["id", "node", "amount", "channel", "signer", "before", "hash", "until"];
  const r = new Reader(json, names, path);
  return {
    id: r.text("id"),
    node: r.address("node"),
    amount: r.uint("amount", 64),
    channel: r.nullable("channel", () => r.uint("channel", 256)),
    signer: r.address("signer"),
    before: r.uint("before", 256),
    hash: r.nullable("hash", () => r.bytes32("hash")),
    until: r.time("until"),
  };
}

function decodeOpened(json: unknown, path: string): OpenedChannel {
  const r = new Reader(json, ["node", "signer", "channel"], path);
  return { node: r.address("node"), signer: r.address("signer"), channel: r.uint("channel", 256) };
}
