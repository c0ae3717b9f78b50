import { setTimeout as sleep } from "node:timers/promises";
import type { KeyRelease } from "@freehold/sdk";
import { computeAddress, isError } from "ethers";
import type { FastifyInstance } from "fastify";
import { refusal } from "./chain/refusal.js";
import type { EscrowEvent } from "./chain/types.js";
import type { ChainView } from "./chain/view.js";
import { RESPONSE_LIFE, type WorkerConfig } from "./config.js";
import type { EnclaveProvider } from "./enclave/provider.js";
import { OperatorError, reason, WorkerError } from "./errors.js";
import { createServer, type HttpServer, serve } from "./http/server.js";
import { assemble, type Parts } from "./parts.js";
import { recoveryOf } from "./service/recovery.js";
import { takeRelease } from "./service/release.js";
import type { Settlement } from "./settlement/index.js";
import { openStore, type Store } from "./store/index.js";

/** Longest pause between two attempts to start while the chain does not answer, milliseconds. */
const MAX_PAUSE = 30_000;
/** Milliseconds for a settlement in the making when the worker stops: what it recorded is sent after the next start. */
const STOP_PATIENCE = 15_000;
/** Milliseconds for everything to settle when the worker was asked to settle before it stops. */
const SETTLE_PATIENCE = 60_000;
/** Milliseconds between two prunings of stored answers. */
const PRUNE_PAUSE = 60 * 60 * 1000;

/** A node's worker: serves one line from one enclave and settles what it earns. */
export class Worker {
  readonly #config: WorkerConfig;
  readonly #store: Store;
  readonly #parts: Parts;
  readonly #http: HttpServer;
  readonly #app: FastifyInstance;
  readonly #stop = new AbortController();
  #settlement: Settlement | undefined;
  #maxBatchAge = 0n;
  #watching: Promise<void> | undefined;
  #pruner: NodeJS.Timeout | undefined;

  private constructor(config: WorkerConfig, store: Store, app: FastifyInstance, parts: Parts) {
    this.#config = config;
    this.#store = store;
    this.#app = app;
    this.#parts = parts;
    const { offers, inference, closes, channels, x402, fileKeys } = parts;
    const routes = {
      offer: () => offers.current(),
      inference: (key: string, request: Parameters<typeof inference.answer>[1]) => inference.answer(key, request),
      recovery: (channel: bigint) => recoveryOf(store, channels, channel),
      x402: (call: Parameters<typeof x402.answer>[0]) => x402.answer(call),
      close: (ask: Parameters<typeof closes.close>[0]) => closes.close(ask),
      awaitedKeys: () => fileKeys.awaited,
      release: (release: KeyRelease) => takeRelease(fileKeys, release),
      isReady: () => offers.isReady,
    };
    this.#http = serve(app, routes, parts.metrics);
  }

  /** Opens the books. Throws what {@link openStore} throws, and `ENCLAVE_KEYS`. */
  static async create(config: WorkerConfig, operatorKey: string, provider: EnclaveProvider): Promise<Worker> {
    const { chainId, inferenceEscrow: escrow } = config.addresses;
    const { lineId } = config;
    const identity = { chainId, escrow, node: computeAddress(operatorKey), lineId };
    const store = await openStore(config, identity, config.replica);
    try {
      const app = createServer(config);
      let worker: Worker | undefined;
      const onView = (view: ChainView, events: readonly EscrowEvent[] | undefined) =>
        worker === undefined ? undefined : worker.#onView(view, events);
      const parts = await assemble(config, operatorKey, provider, store, onView, app.log);
      worker = new Worker(config, store, app, parts);
      return worker;
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  /** Listens, then waits for the chain, registers and loads. Throws what only the operator can put right. */
  async start(): Promise<string> {
    const { host, port } = this.#config;
    const address = await this.#app.listen({ host, port });
    this.#pruner = setInterval(() => void this.#prune(), PRUNE_PAUSE);
    void this.#prune();
    for (let pause = this.#config.pollMs; !this.#stop.signal.aborted; pause = Math.min(2 * pause, MAX_PAUSE)) {
      try {
        await this.#boot();
        break;
      } catch (error) {
        if (isForOperator(error)) throw explain(error, this.#config);
        this.#app.log.warn({ reason: reason(error) }, "the chain or the database does not answer: trying again");
      }
      await sleep(pause, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
    return address;
  }

  /** Settles everything as soon as possible. */
  settleAll(): void {
    this.#settlement?.settleAll();
  }

  /** Takes nothing new, finishes what runs, leaves no settlement half done. */
  async stop({ settle = false } = {}): Promise<void> {
    clearInterval(this.#pruner);
    await this.#http.drain();
    if (settle) await this.#settleBeforeEnd();
    await within(STOP_PATIENCE, this.#settlement?.stop());
    this.#stop.abort();
    await within(STOP_PATIENCE, this.#watching);
    await this.#parts.proofs.close();
    await this.#parts.versions.close();
    this.#parts.provider.destroy();
    this.#parts.handover?.close();
    await this.#store.close();
  }

  /** Everything that follows the chain, once per view. */
  #onView(view: ChainView, events: readonly EscrowEvent[] | undefined): Promise<void> {
    const { versions, registrar, channels, proofs } = this.#parts;
    if (this.#settlement !== undefined) {
      void versions.follow(view);
      proofs.provability.follow(versions.current, view);
      void registrar.renew(view);
      void this.#forgetKeys(view);
      this.#settlement.onView(view, events);
    }
    return channels.update(events);
  }

  async #boot(): Promise<void> {
    const { chain, provider, registrar, follower, handover, versions, watcher } = this.#parts;
    const chainId = BigInt(await provider.send("eth_chainId", []));
    if (chainId !== this.#config.addresses.chainId) {
      throw new OperatorError(
        "WRONG_CHAIN",
        `--rpc is chain ${chainId}, --deployment is of ${this.#config.addresses.chainId}`,
      );
    }
    await registrar.requireOperator();
    this.#maxBatchAge = await chain.maxBatchAge();
    // A settlement of the run before goes first: its nonce is the next one.
    const before = await watcher.poll();
    if (await this.#store.lead()) {
      // It may have died before it gave it away.
      const pending = await this.#store.settlements.pending();
      if (pending !== undefined) await handover?.give(pending);
      await follower.follow(before);
    }
    await registrar.requireLane(this.#config.settlement.lane, this.#config.lineId);
    await registrar.ensure();
    const view = await watcher.poll();
    await versions.start(view.active);
    this.#settlement = this.#parts.settlement(this.#maxBatchAge);
    this.#settlement.onView(await watcher.poll(), undefined);
    this.#watching = watcher.run(this.#stop.signal);
    if (versions.current !== undefined && !this.#parts.offers.isReady)
      this.#app.log.warn("not ready: the line's policy does not accept this enclave now");
  }

  /** Keys whose work nobody can settle any more. Never throws: keys that stay in the books are forgotten later. */
  async #forgetKeys(view: ChainView): Promise<void> {
    const { enclave } = this.#parts;
    for (const { receiptKey } of enclave.keys.slice(1)) {
      const key = view.keys.get(receiptKey);
      const isOver = key !== undefined && key.validUntil + this.#maxBatchAge < view.head.timestamp;
      if (isOver) await enclave.forget(receiptKey).catch((error) => this.#warn(error, "a key cannot be deleted"));
    }
  }

  async #settleBeforeEnd(): Promise<void> {
    const end = performance.now() + SETTLE_PATIENCE;
    try {
      while (this.#settlement !== undefined && (await this.#owes()) && performance.now() < end) {
        this.#settlement.settleAll();
        await sleep(this.#config.pollMs);
      }
    } catch (error) {
      this.#warn(error, "not everything could be settled");
    }
  }

  /** Whether there is anything left that this replica has to settle. */
  async #owes(): Promise<boolean> {
    const { debts, settlements } = this.#store;
    if (!(await this.#store.lead())) return false;
    return (await debts.totals()).unsettled > 0n || (await settlements.pending()) !== undefined;
  }

  async #prune(): Promise<void> {
    const before = BigInt(Math.floor(Date.now() / 1000)) - RESPONSE_LIFE;
    const { books, payments } = this.#store;
    await Promise.all([books.pruneResponses(before), payments.prune(before), this.#pruneProofs()]).catch((error) =>
      this.#warn(error, "old answers cannot be deleted"),
    );
  }

  /** Nothing is forgotten that somebody could ask for a proof of. */
  async #pruneProofs(): Promise<void> {
    const { watcher, chain } = this.#parts;
    const now = watcher.latest?.head.timestamp;
    if (now === undefined) return;
    const life = await chain.proofLife();
    await this.#store.witnesses.prune(now - life);
    await this.#store.proofs.prune(BigInt(Math.floor(Date.now() / 1000)) - life);
  }

  #warn(error: unknown, what: string): void {
    this.#app.log.warn({ reason: reason(error) }, what);
  }
}

/** Whether trying again cannot help. */
function isForOperator(error: unknown): boolean {
  if (error instanceof WorkerError) return error.code !== "RPC_FAILED";
  return isError(error, "CALL_EXCEPTION") || isForeign(error);
}

/** Whether what answered is not the contract that it should be. */
function isForeign(error: unknown): boolean {
  return isError(error, "BAD_DATA") || isError(error, "BUFFER_OVERRUN");
}

function explain(error: unknown, { lineId }: WorkerConfig): unknown {
  if (error instanceof WorkerError) return error;
  const cause = isForeign(error) ? "no such contracts answer at its addresses" : refusal(error);
  return new OperatorError(
    "WRONG_DEPLOYMENT",
    `line ${lineId} cannot be read: ${cause}; check --deployment and --line`,
  );
}

async function within(milliseconds: number, work: Promise<void> | undefined): Promise<void> {
  await Promise.race([work, sleep(milliseconds, undefined, { ref: false })]);
}
