import { type Filter, getAddress, type Log, type Provider } from "ethers";
import type { Freehold } from "../client.js";
import { decoded } from "../errors/decode.js";
import type { Hex } from "../hex.js";
import type { ChannelId } from "../types.js";
import { bookOf } from "./situation.js";

/** Blocks whose logs are read at once: endpoints refuse more. */
const MAX_RANGE = 2_000;
/** Blocks after which a gap is not read: everything is looked at again instead. */
const MAX_GAP = 5_000;
/** Blocks that are read again every time, for reorganisations that nobody noticed. */
const OVERLAP = 8;

/** Logs of the blocks `from` to `to`, both included. Throws what the endpoint answers, typed. */
export async function readLogs(
  provider: Provider,
  filter: Pick<Filter, "address" | "topics">,
  from: number,
  to: number,
): Promise<Log[]> {
  const logs: Log[] = [];
  for (let fromBlock = from; fromBlock <= to; fromBlock += MAX_RANGE) {
    const toBlock = Math.min(to, fromBlock + MAX_RANGE - 1);
    logs.push(...(await decoded("provider", () => provider.getLogs({ ...filter, fromBlock, toBlock }))));
  }
  return logs;
}

/** What happened since the last look: pairs of node and line, and channels that began to close or ended. */
export interface Happened {
  readonly books: ReadonlySet<string>;
  readonly closing: readonly ChannelId[];
}

/** Follows the events of escrow and arbiter. All of them name node and line first. */
export class TowerEvents {
  readonly #provider: Provider;
  readonly #addresses: string[];
  readonly #closing: ReadonlySet<string>;
  #readTo: number | undefined;

  constructor(freehold: Freehold, provider: Provider) {
    this.#provider = provider;
    const { InferenceEscrow, InferenceArbiter } = freehold.deployment.contracts;
    this.#addresses = [InferenceEscrow, InferenceArbiter].flatMap((found) => (found ? [found.address] : []));
    const events = freehold.contract("InferenceEscrow");
    this.#closing = new Set([
      events.getEvent("CloseRequested").fragment.topicHash,
      events.getEvent("ChannelClosed").fragment.topicHash,
    ]);
  }

  /** Undefined at the first look, and after a long gap: anything may have happened. */
  async since(head: number): Promise<Happened | undefined> {
    const from = this.#readTo === undefined ? undefined : Math.max(0, Math.min(this.#readTo + 1, head) - OVERLAP);
    if (from === undefined || head - from > MAX_GAP) {
      this.#readTo = head;
      return undefined;
    }
    const logs = await readLogs(this.#provider, { address: this.#addresses }, from, head);
    this.#readTo = head;
    const subjects = logs.flatMap(subjectOf);
    return {
      books: new Set(subjects.map(bookOf)),
      closing: logs.filter((log) => this.#closing.has(log.topics[0] ?? "")).flatMap(channelOf),
    };
  }
}

function subjectOf({ topics: [, node, lineId] }: Log): { node: string; lineId: Hex }[] {
  // An address in a topic has twelve zero bytes before it.
  if (node === undefined || lineId === undefined || !/^0x0{24}/.test(node)) return [];
  return [{ node: getAddress(`0x${node.slice(26)}`), lineId: lineId as Hex }];
}

function channelOf(log: Log): ChannelId[] {
  const channel = log.topics[3];
  return channel === undefined ? [] : subjectOf(log).map((subject) => ({ ...subject, channel: BigInt(channel) }));
}
