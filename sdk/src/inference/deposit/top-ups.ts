import { max } from "../../bigint.js";
import type { ChannelId } from "../../types.js";
import type { Cached } from "../cached.js";
import { type ChannelView, tooLittle } from "../channel-view.js";
import { orAborted } from "../http.js";
import type { Ledger } from "../ledger.js";
import { sleep } from "../post.js";
import type { ChannelState } from "../state.js";
import { claimable } from "../tickets.js";
import { type Depositor, POLL_MS, unsettled } from "./depositor.js";

/** Most units that a channel can hold: InferenceEscrow.MAX_DEPOSIT. */
export const MAX_DEPOSIT = 2n ** 56n - 1n;
/** A node has seen a deposit by then. */
const SEEN_MS = 60_000;
/** After a top-up in the background failed. */
const PAUSE_MS = 30_000;

/** Keeps one channel filled, one top-up at a time. */
export class TopUps {
  readonly #depositor: Depositor;
  readonly #id: ChannelId;
  readonly #signer: string;
  readonly #view: Cached<ChannelView>;
  readonly #ledger: Ledger<ChannelState>;
  #active: Promise<unknown> | undefined;
  #fundedAt = 0;
  #pausedUntil = 0;

  constructor(
    depositor: Depositor,
    id: ChannelId,
    signer: string,
    view: Cached<ChannelView>,
    ledger: Ledger<ChannelState>,
  ) {
    this.#depositor = depositor;
    this.#id = id;
    this.#signer = signer;
    this.#view = view;
    this.#ledger = ledger;
  }

  get isJustFunded(): boolean {
    return Date.now() < this.#fundedAt + SEEN_MS;
  }

  justFunded(): void {
    this.#fundedAt = Date.now();
  }

  /** Tops up in the background when this headroom is below the policy's. A failure shows when the money is needed. */
  keepUp(headroom: bigint): void {
    if (headroom >= this.#depositor.policy.low || this.#active !== undefined || Date.now() < this.#pausedUntil) return;
    void this.#start(0n).catch(() => {
      this.#pausedUntil = Date.now() + PAUSE_MS;
    });
  }

  /** Tops up until `cumulative` units are deposited and confirmed. Throws what a deposit throws. */
  async reach(cumulative: bigint, signal: AbortSignal): Promise<void> {
    for (;;) {
      const { onChain, deposited } = await this.#view.refresh();
      if (cumulative <= deposited) return;
      const late = () => unsettled(signal);
      if (this.#active !== undefined) {
        await orAborted(
          this.#active.catch(() => undefined),
          signal,
          late,
        );
      } else if (cumulative <= onChain.deposited || (await this.#isPending())) await sleep(POLL_MS, signal, late);
      else await orAborted(this.#start(cumulative), signal, late);
    }
  }

  async idle(): Promise<void> {
    await this.#active?.catch(() => undefined);
  }

  async #isPending(): Promise<boolean> {
    const { node, channel } = this.#id;
    return (await this.#depositor.pending({ node, channel, signer: this.#signer })) !== undefined;
  }

  #start(cumulative: bigint): Promise<void> {
    const active = this.#topUp(cumulative).finally(() => {
      if (this.#active === active) this.#active = undefined;
    });
    this.#active = active;
    return active;
  }

  async #topUp(cumulative: bigint): Promise<void> {
    if (await this.#isPending()) return;
    const { onChain } = await this.#view.refresh();
    const { deposited } = onChain;
    const state = await this.#ledger.read();
    const headroom = deposited - (state === undefined ? onChain.paid : claimable(state));
    const { policy } = this.#depositor;
    if (cumulative === 0n && headroom >= policy.low) return;
    const needed = max(cumulative - deposited, 0n);
    const wanted = max(policy.target - headroom, needed);
    const amount = wanted < MAX_DEPOSIT - deposited ? wanted : MAX_DEPOSIT - deposited;
    if (amount < needed) throw tooLittle(this.#id.channel, { onChain, deposited }, cumulative);
    if (amount <= 0n) return;
    const deposit = { topUp: { ...this.#id, amount } };
    const made = await this.#depositor.make({ deposit, signer: this.#signer, before: deposited, needed });
    if (made !== undefined) this.justFunded();
    await this.#view.refresh();
  }
}
