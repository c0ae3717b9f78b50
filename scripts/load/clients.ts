import { setTimeout as pause } from "node:timers/promises";
import {
  type ChannelState,
  type ChannelStore,
  channelKey,
  type Freehold,
  type Hex,
  InferenceError,
  type InferenceSession,
  memoryStore,
  type Receipt,
  type VoucherSigner,
} from "@freehold/sdk";

/** Milliseconds that a request is waited for: an outage of the node is shorter. */
const TIMEOUT_MS = 20_000;
const PAUSE_MS = 100;

/** One request that was answered. */
export interface Answered {
  /** `performance.now()` when it was asked. */
  at: number;
  milliseconds: number;
}

/** A payer who asks one question after the other, and keeps what he is given. */
export class LoadClient {
  readonly channel: bigint;
  readonly answered: Answered[] = [];
  readonly receipts: Receipt[] = [];
  /** Failures by their codes: whether these were metered is not known until the end. */
  readonly failed: Record<string, number> = {};
  readonly #session: InferenceSession;
  readonly #store: ChannelStore;
  readonly #key: string;

  private constructor(session: InferenceSession, store: ChannelStore, key: string) {
    this.channel = session.channel;
    this.#session = session;
    this.#store = store;
    this.#key = key;
  }

  static async connect(
    freehold: Freehold,
    signer: VoucherSigner,
    of: {
      endpoint: string;
      lineId: Hex;
      channel: bigint;
      price: bigint;
      chainId: bigint;
      escrow: string;
      node: string;
    },
  ): Promise<LoadClient> {
    const store = memoryStore();
    const { endpoint, lineId, channel, price } = of;
    const terms = { endpoint, lineId, channel, maxPrice: price, signer };
    const session = await freehold.inference.connect({ ...terms, store, timeoutMs: TIMEOUT_MS });
    return new LoadClient(session, store, channelKey(of));
  }

  /** Asks until the time is over. */
  async run(question: () => string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      const at = performance.now();
      if (await this.ask(question())) this.answered.push({ at, milliseconds: performance.now() - at });
      else await pause(PAUSE_MS);
    }
  }

  /** One request; whether it was answered. Throws what is no failure of node or chain. */
  async ask(text: string): Promise<boolean> {
    try {
      const { receipt } = await this.#session.request({ input: { text } });
      this.receipts.push(receipt);
      return true;
    } catch (error) {
      if (error instanceof InferenceError && isLie(error)) throw error;
      const code = (error as { code?: unknown }).code;
      if (typeof code !== "string") throw error;
      this.failed[code] = (this.failed[code] ?? 0) + 1;
      return false;
    }
  }

  async state(): Promise<ChannelState> {
    const stored = await this.#store.get(this.#key);
    if (stored?.state.kind !== "channel") throw new Error(`channel ${this.channel} is not remembered`);
    return stored.state;
  }
}

/** What a node that was killed never does. */
function isLie({ code }: InferenceError): boolean {
  return code === "NODE_LIED" || code.startsWith("RECEIPT_") || code.startsWith("RESPONSE_");
}
