import type { Debt, Hex } from "@freehold/sdk";
import { isOver } from "../chain/channels.js";
import type { Chain } from "../chain/types.js";
import type { ChainView } from "../chain/view.js";
import type { Logger } from "../log.js";
import type { Store } from "../store/index.js";

/** Channels that are read from the chain at once. */
const PAGE = 64;

/** Brings the books to what the chain says, and gives up what can never be paid. */
export class BooksKeeper {
  readonly #store: Store;
  readonly #chain: Chain;
  readonly #log: Logger;

  constructor(store: Store, chain: Chain, log: Logger) {
    this.#store = store;
    this.#chain = chain;
    this.#log = log;
  }

  /** Takes over what the escrow has paid at the view's final block; work on `versionHash` counts as paid first. */
  async reconcile(channels: readonly bigint[], view: ChainView, versionHash: Hex | undefined): Promise<void> {
    for (let start = 0; start < channels.length; start += PAGE) {
      const page = channels.slice(start, start + PAGE);
      const states = await Promise.all(page.map((channel) => this.#chain.channel(channel, view.finalBlock)));
      for (const [i, state] of states.entries()) {
        const channel = page[i];
        if (state === undefined || channel === undefined) continue;
        const settled = await this.#store.debts.applyPaid(channel, state.paid, versionHash);
        if (settled !== 0n) this.#log.info({ channel: channel.toString(), units: settled.toString() }, "settled");
        if (isOver(state, view)) this.#lose(await this.#store.debts.writeOffChannel(channel), "closed", { channel });
      }
    }
  }

  /** Gives up work of a plan that the escrow will not pay. Returns whether there was any. */
  async writeOffUnpayable(
    debts: readonly Debt[],
    payableUntil: bigint,
    now: bigint,
    maxBatchAge: bigint,
  ): Promise<boolean> {
    const [first] = debts;
    if (first === undefined) return false;
    const { versionHash } = first;
    // 0: the activation is not confirmed yet, for this work was done while the version was active.
    const late = payableUntil === 0n ? 0n : await this.#store.debts.writeOffLate(versionHash, payableUntil);
    this.#lose(late, "out-of-grace", { versionHash, payableUntil });
    // The newest work of a batch gives it its age.
    const isOld = debts.every((debt) => now - debt.lastAt > maxBatchAge);
    const old = isOld ? await this.writeOffOld(debts, now, maxBatchAge) : 0n;
    return late + old > 0n;
  }

  /** Gives up work that is older than the escrow takes. Returns units. */
  async writeOffOld(debts: readonly Debt[], now: bigint, maxBatchAge: bigint): Promise<bigint> {
    let units = 0n;
    for (const { channel, versionHash, lastAt } of debts) {
      if (now - lastAt <= maxBatchAge) continue;
      const old = await this.#store.debts.writeOffRow(channel, versionHash);
      this.#lose(old, "too-old", { channel, versionHash });
      units += old;
    }
    return units;
  }

  #lose(units: bigint, cause: string, values: Readonly<Record<string, bigint | string>>): void {
    if (units === 0n) return;
    const shown = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, value.toString()]));
    this.#log.warn({ ...shown, cause, units: units.toString() }, "written off: this work can never be paid");
  }
}
