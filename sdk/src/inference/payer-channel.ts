import type { Context } from "../context.js";
import type { Domain } from "../eip712/domains.js";
import type { ChannelId } from "../types.js";
import { newIdempotencyKey } from "../wire/request.js";
import { Cached } from "./cached.js";
import { type ChannelView, channelView, checkChannel, type Terms, tooLittle } from "./channel-view.js";
import type { Depositor } from "./deposit/depositor.js";
import { TopUps } from "./deposit/top-ups.js";
import { InferenceError } from "./errors.js";
import { aborted, type Limits } from "./http.js";
import { type Ledger, ledgerOf } from "./ledger.js";
import { evidenceOf, fetchRecovery, lied, nodeOf } from "./recover.js";
import { type Lie, recovered } from "./recovered.js";
import { type ChannelState, FRESH_CHANNEL, type Ticket } from "./state.js";
import { type ChannelStore, channelKey } from "./store.js";
import { reserve } from "./tickets.js";

/** One channel of a session: what is remembered of it, what the chain says, and who may fill it. */
export interface PayerChannelParameters {
  endpoint: string;
  domain: Domain;
  id: ChannelId;
  terms: Terms;
  store: ChannelStore;
  /** Blocks after which a deposit counts. */
  confirmations: number;
  maxInFlight: number;
  /** How old the chain's word may be, milliseconds. */
  recheckMs: number;
  depositor: Depositor | undefined;
}

const MAX_RECOVERY_BYTES = 2 ** 16;

/** Sets money of a channel aside for requests, at any number of processes at once. */
export class PayerChannel {
  readonly ledger: Ledger<ChannelState>;
  readonly #ctx: Context;
  readonly #p: PayerChannelParameters;
  readonly #view: Cached<ChannelView>;
  readonly #topUps: TopUps | undefined;
  #recovering: Promise<unknown> | undefined;

  constructor(ctx: Context, p: PayerChannelParameters) {
    this.#ctx = ctx;
    this.#p = p;
    const { chainId, verifyingContract: escrow } = p.domain;
    this.ledger = ledgerOf<ChannelState>(p.store, channelKey({ chainId, escrow, ...p.id }), "channel");
    this.#view = new Cached(() => channelView(ctx, p.id, p.confirmations), p.recheckMs);
    if (p.depositor !== undefined) {
      this.#topUps = new TopUps(p.depositor, p.id, p.terms.signer, this.#view, this.ledger);
    }
  }

  /** Whether money was deposited so recently that the node may not have seen it yet. */
  get isJustFunded(): boolean {
    return this.#topUps?.isJustFunded ?? false;
  }

  /** Remembers a channel that was opened a moment ago: nobody can have signed anything for it. */
  async begin(): Promise<void> {
    await this.ledger.update((state) => [state ?? FRESH_CHANNEL, undefined]);
    this.#topUps?.justFunded();
  }

  /** Looks at the channel, and refuses one that is not good. Throws {@link InferenceError}. */
  async check(): Promise<ChannelView> {
    const view = await this.#view.get();
    checkChannel(view, this.#p.id, this.#p.terms);
    return view;
  }

  /**
   * Sets a request's price aside. The ticket is durable: its voucher may leave.
   * @throws InferenceError CHANNEL_…, INSUFFICIENT_DEPOSIT, BUDGET_EXCEEDED, and what recovery throws
   */
  async reserve(price: bigint, until: number, limits: Limits): Promise<Ticket> {
    const { id, maxInFlight } = this.#p;
    const request = { id: newIdempotencyKey(), price, until };
    for (;;) {
      if (limits.signal.aborted) throw aborted(limits.signal, this.#p.endpoint);
      const { onChain, deposited } = await this.check();
      const bounds = { deposited, paid: onChain.paid, maxInFlight, now: Date.now() };
      const result = await this.ledger.update((state) => {
        const reserved = reserve(state, request, bounds);
        return Array.isArray(reserved) ? reserved : [state, reserved];
      });
      if (result.outcome === "reserved") {
        this.#topUps?.keepUp(deposited - result.ticket.cumulative);
        return result.ticket;
      }
      if (result.outcome === "busy") throw busy(id.channel, result.inFlight);
      if (result.outcome === "recover") await this.#recoverOnce(limits);
      else await this.#fund(result.cumulative, limits);
    }
  }

  /** Asks the node what it metered, and believes what it can prove. */
  async recover(limits: Limits): Promise<ChannelState> {
    const { endpoint, domain, id } = this.#p;
    const asked = await this.ledger.read();
    const said = await fetchRecovery(endpoint, id.channel, { signal: limits.signal, maxBytes: MAX_RECOVERY_BYTES });
    const { onChain } = await this.#view.refresh();
    const shown = await evidenceOf({ domain, ...id, onChain }, said, nodeOf(this.#ctx));
    const { state, lie } = await this.ledger.update<{ state: ChannelState | undefined; lie?: Lie }>((known) => {
      const outcome = recovered(known, { ...shown, onChain, asked, now: Date.now() });
      if ("state" in outcome) return [outcome.state, outcome];
      const next = outcome.lie.state ?? known;
      return [next, { state: next, lie: outcome.lie }];
    });
    if (lie !== undefined) throw lied(lie);
    return state ?? FRESH_CHANNEL;
  }

  /** Resolves when no top-up is under way. */
  async idle(): Promise<void> {
    await this.#topUps?.idle();
  }

  /** One recovery at a time serves all who wait for one. */
  async #recoverOnce(limits: Limits): Promise<void> {
    const running = this.#recovering;
    if (running !== undefined) {
      // Whether it succeeded shows at the next try.
      await running.catch(() => undefined);
      return;
    }
    const recovery = this.recover(limits).finally(() => {
      this.#recovering = undefined;
    });
    this.#recovering = recovery;
    await recovery;
  }

  async #fund(cumulative: bigint, limits: Limits): Promise<void> {
    const view = await this.#view.refresh();
    if (cumulative <= view.deposited) return;
    if (this.#topUps === undefined) throw tooLittle(this.#p.id.channel, view, cumulative);
    checkChannel(view, this.#p.id, this.#p.terms);
    await this.#topUps.reach(cumulative, limits.signal);
  }
}

function busy(channel: bigint, inFlight: number): InferenceError {
  return new InferenceError("CHANNEL_BUSY", `${inFlight} requests are under way on channel ${channel}`, {
    details: { channel: channel.toString(), inFlight },
    hint: "Wait for some of them, raise maxInFlight, or open another channel.",
  });
}
