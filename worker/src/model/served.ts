import type { Hex } from "@freehold/sdk";
import type { ChainView } from "../chain/view.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import { KeyPendingError } from "./file-keys.js";
import type { ServedVersion } from "./load.js";

/** Milliseconds between two attempts to load a version that could not be loaded, and one whose key is awaited. */
const RETRY = 10_000;
const KEY_RETRY = 2_000;

/** The version that new requests get, and those that requests in flight may still finish on. */
export class ServedVersions {
  readonly #load: (active: ChainView["active"]) => Promise<ServedVersion>;
  readonly #log: Logger;
  #current: ServedVersion | undefined;
  #superseded: readonly ServedVersion[] = [];
  readonly #uses = new Map<ServedVersion, number>();
  #loading = false;
  #notBefore = 0;
  /** What the wait is for. */
  #awaited: string | undefined;

  constructor(load: (active: ChainView["active"]) => Promise<ServedVersion>, log: Logger) {
    this.#load = load;
    this.#log = log;
  }

  get current(): ServedVersion | undefined {
    return this.#current;
  }

  /** A version that is loaded. */
  find(hash: Hex): ServedVersion | undefined {
    return [this.#current, ...this.#superseded].find((version) => version?.hash === hash);
  }

  /** Hashes of all versions whose payability matters. */
  get hashes(): readonly Hex[] {
    return [...(this.#current ? [this.#current] : []), ...this.#superseded].map(({ hash }) => hash);
  }

  /** Loads the active version; one whose key is awaited is loaded later. Throws what else the loader throws. */
  async start(active: ChainView["active"]): Promise<void> {
    try {
      this.#replace(await this.#load(active));
    } catch (error) {
      if (!(error instanceof KeyPendingError)) throw error;
      this.#await(error);
    }
  }

  /** Loads the active version when it is another one; the present one goes on until then. Never throws. */
  async follow(view: ChainView): Promise<void> {
    this.#closeUnpayable(view);
    const { active } = view;
    if (this.#loading || this.#current?.hash === active.hash || performance.now() < this.#notBefore) return;
    this.#loading = true;
    try {
      this.#replace(await this.#load(active));
    } catch (error) {
      if (error instanceof KeyPendingError) return this.#await(error);
      this.#notBefore = performance.now() + RETRY;
      this.#log.error({ version: active.version, reason: reason(error) }, "the active version cannot be loaded");
    } finally {
      this.#loading = false;
    }
  }

  /** Runs `work` on a version, which stays open until it is done. */
  async use<T>(version: ServedVersion, work: () => Promise<T>): Promise<T> {
    this.#uses.set(version, (this.#uses.get(version) ?? 0) + 1);
    try {
      return await work();
    } finally {
      const left = (this.#uses.get(version) ?? 1) - 1;
      if (left > 0) this.#uses.set(version, left);
      else this.#uses.delete(version);
    }
  }

  /** Frees what is loaded; nothing may run any more. */
  async close(): Promise<void> {
    const all = [...(this.#current ? [this.#current] : []), ...this.#superseded];
    await Promise.allSettled(all.map(({ engine }) => engine.close()));
  }

  /** Says once what is awaited, however often it is looked for. */
  #await(error: KeyPendingError): void {
    this.#notBefore = performance.now() + KEY_RETRY;
    if (error.message !== this.#awaited)
      this.#log.warn({ code: error.code, reason: reason(error) }, "waiting for a key");
    this.#awaited = error.message;
  }

  #closeUnpayable(view: ChainView): void {
    const isOver = (version: ServedVersion) =>
      (view.payableUntil.get(version.hash) ?? 0n) < view.head.timestamp && !this.#uses.has(version);
    const over = this.#superseded.filter(isOver);
    this.#superseded = this.#superseded.filter((version) => !over.includes(version));
    for (const { engine, version } of over) {
      engine.close().catch((error) => this.#log.warn({ version, reason: reason(error) }, "a version cannot be closed"));
    }
  }

  #replace(next: ServedVersion): void {
    const before = this.#current;
    this.#current = next;
    this.#awaited = undefined;
    if (before !== undefined) this.#superseded = [before, ...this.#superseded];
    this.#log.info({ version: next.version, versionHash: next.hash }, "version loaded");
  }
}
