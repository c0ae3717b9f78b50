import type { Hex } from "@freehold/sdk";
import { WorkerError } from "../errors.js";
import type { ServedVersion } from "../model/load.js";
import type { CommittedModel } from "./committed.js";

/** Models of versions that are served no more, in memory. */
const MAX_KEPT = 2;

/** A version by its position and hash. */
export interface VersionName {
  readonly version: number;
  readonly hash: Hex;
}

/** The models whose receipts are to be proven: those that are served, and those before them, loaded anew. */
export class ProvenModels {
  readonly #served: { find(hash: Hex): ServedVersion | undefined };
  readonly #load: (name: VersionName) => Promise<ServedVersion>;
  readonly #kept = new Map<Hex, Promise<ServedVersion>>();

  /** @param load loads a version from the store, checked against the chain */
  constructor(
    served: { find(hash: Hex): ServedVersion | undefined },
    load: (name: VersionName) => Promise<ServedVersion>,
  ) {
    this.#served = served;
    this.#load = load;
  }

  /** Throws what loading throws, and `UNPROVABLE_VERSION`. */
  async of(name: VersionName): Promise<CommittedModel> {
    const { committed } = this.#served.find(name.hash) ?? (await this.#loaded(name));
    if (committed === undefined || typeof committed === "string") {
      throw new WorkerError("UNPROVABLE_VERSION", committed ?? "its owner anchored no commitment of its weights");
    }
    return committed;
  }

  #loaded(name: VersionName): Promise<ServedVersion> {
    const kept = this.#kept.get(name.hash);
    if (kept !== undefined) return kept;
    const loading = this.#load(name);
    this.#kept.set(name.hash, loading);
    loading.catch(() => this.#kept.delete(name.hash));
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MAX_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return loading;
  }
}
