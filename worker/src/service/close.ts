import { type CloseAsk, type CloseWord, type Hex, sameHex } from "@freehold/sdk";
import type { Channels } from "../chain/channels.js";
import type { Chain } from "../chain/types.js";
import type { Watcher } from "../chain/watcher.js";
import type { Enclave } from "../enclave/enclave.js";
import { Refusal } from "../http/refusal.js";
import type { Logger } from "../log.js";
import { payableKey, RefusedError } from "../settlement/batch.js";
import type { Store } from "../store/index.js";
import { requireChannel } from "./channel.js";
import type { Gate } from "./gate.js";

export interface CloseParts {
  readonly store: Store;
  readonly enclave: Enclave;
  readonly chain: Chain;
  readonly channels: Channels;
  readonly watcher: Watcher;
  /** Of its own: those who ask for closes of others' channels must not keep their payers waiting. */
  readonly gate: Gate;
  readonly log: Logger;
  readonly node: string;
  readonly lineId: Hex;
}

/** Ends channels whose payers ask for it: the enclave's last word lets a payer close his channel at once. */
export class CloseService {
  readonly #parts: CloseParts;

  constructor(parts: CloseParts) {
    this.#parts = parts;
  }

  /** From the answer on, nothing more is metered on the channel; asked again, it says the same. Throws {@link Refusal}. */
  async close(ask: CloseAsk): Promise<CloseWord> {
    const { watcher, channels, gate, lineId } = this.#parts;
    const view = watcher.fresh;
    if (view === undefined) throw new Refusal("not-ready", "the chain does not answer this node: retry later");
    if (!sameHex(ask.lineId, lineId)) throw new Refusal("unknown-channel", `this node serves line ${lineId}`);
    const channel = await requireChannel(channels, ask.channel);
    if (channel.closed) {
      throw new Refusal("channel-closing", `channel ${ask.channel} is closed`, { closeAt: channel.closeAt.toString() });
    }
    return gate.run(ask.channel, async () => {
      await this.#requirePayer(ask, channel.payer);
      return this.#end(ask.channel, channel.paid, view.head.timestamp);
    });
  }

  /** The escrow itself says whether it is the payer's word: wallets that are contracts have rules of their own. */
  async #requirePayer({ channel, deadline, signature }: CloseAsk, payer: string): Promise<void> {
    let isPayers: boolean;
    try {
      isPayers = await this.#parts.chain.takesCloseRequest(channel, deadline, signature);
    } catch {
      throw new Refusal("not-ready", "the chain does not answer this node: retry later");
    }
    if (isPayers) return;
    throw new Refusal("bad-close-signature", "the channel's payer did not sign this, or its deadline is over", {
      expected: payer.toLowerCase(),
    });
  }

  async #end(channel: bigint, paid: bigint, issuedAt: bigint): Promise<CloseWord> {
    const { store, enclave, chain, log, node, lineId } = this.#parts;
    const receiptKey = await payableKey(lineId, issuedAt, enclave, chain).catch((error) => {
      throw error instanceof RefusedError ? new Refusal("not-ready", `${error.message}: retry later`) : error;
    });
    // In the books before it is signed: what is metered later would be in no word.
    const cumulative = await store.books.end(channel, paid, BigInt(Math.floor(Date.now() / 1000)));
    const close = { node: node as Hex, lineId, channel, cumulative, issuedAt };
    log.info({ channel: channel.toString(), cumulative: cumulative.toString() }, "a channel ends as its payer asked");
    return { ...close, signature: await enclave.signClose(receiptKey, close) };
  }
}
