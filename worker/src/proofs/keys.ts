import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Shape } from "@freehold/circuits";
import type { Hex } from "@freehold/sdk";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import type { ProofThread } from "./prover.js";

/** Milliseconds after which a key that could not be read is looked for again. */
const RETRY = 60_000;

/** What of the chain says which key a circuit has. */
export interface PinnedKeys {
  /** Circuit of inferences of a shape, and the hash of its pinned verifying key; undefined: none is pinned. */
  inferenceCircuit(shape: Shape): Promise<{ circuitId: Hex; keyHash: Hex | undefined }>;
}

export interface ProvingKeyParts {
  /** Directory of `<circuit id>.key`; undefined: there is none. */
  readonly directory: string | undefined;
  /** Whether a development key may be made where none is in the directory: local chains alone. */
  readonly mayDevelop: boolean;
  readonly chain: PinnedKeys;
  readonly thread: Pick<ProofThread, "key">;
  readonly log: Logger;
}

type Entry =
  | { readonly bytes: Uint8Array }
  | { readonly why: string; readonly since: number; readonly isOver: boolean };

/** Proving keys of the circuits that lines ask for, each checked against the verifier that the chain has for its circuit. */
export class ProvingKeys {
  readonly #parts: ProvingKeyParts;
  readonly #entries = new Map<Hex, Entry>();

  constructor(parts: ProvingKeyParts) {
    this.#parts = parts;
  }

  /** Why there is no key that proves inferences of a shape as this circuit; undefined: there is one. Begins to look for it. */
  missing(circuitId: Hex, shape: Shape): string | undefined {
    const entry = this.#entries.get(circuitId);
    if (entry !== undefined && "bytes" in entry) return undefined;
    if (entry === undefined || (entry.isOver && performance.now() - entry.since > RETRY)) {
      this.#set(circuitId, "its proving key is being read", false);
      void this.#read(circuitId, shape);
    }
    const found = this.#entries.get(circuitId);
    return found !== undefined && "why" in found ? found.why : undefined;
  }

  /** The key of a circuit, encoded; undefined while it is missing. */
  get(circuitId: Hex): Uint8Array | undefined {
    const entry = this.#entries.get(circuitId);
    return entry !== undefined && "bytes" in entry ? entry.bytes : undefined;
  }

  async #read(circuitId: Hex, shape: Shape): Promise<void> {
    const { chain, directory, mayDevelop, thread, log } = this.#parts;
    const file = join(directory ?? "", `${circuitId}.key`);
    try {
      const pinned = await chain.inferenceCircuit(shape);
      if (pinned.circuitId !== circuitId) {
        return this.#set(circuitId, `the line asks for circuit ${circuitId}, models of this shape have another`, true);
      }
      const bytes = directory === undefined ? undefined : await readFile(file).catch(absent);
      if (bytes === undefined && !mayDevelop) {
        return this.#set(circuitId, `there is no ${file}: pass --proving-keys with the circuit's key`, true);
      }
      const key = await thread.key({ shape, bytes });
      if (key.keyHash !== pinned.keyHash) {
        const name = bytes === undefined ? "the development key" : file;
        return this.#set(circuitId, `${name} has hash ${key.keyHash}, the chain pins ${pinned.keyHash}`, true);
      }
      if (key.development) log.warn({ circuitId }, "proofs are made with a DEVELOPMENT key: anybody can forge them");
      this.#entries.set(circuitId, { bytes: key.bytes });
      log.info({ circuitId }, "proving key ready");
    } catch (error) {
      this.#set(circuitId, `its proving key cannot be used: ${reason(error)}`, true);
    }
  }

  #set(circuitId: Hex, why: string, isOver: boolean): void {
    if (isOver) this.#parts.log.error({ circuitId, why }, "no proofs can be made for this circuit");
    this.#entries.set(circuitId, { why, since: performance.now(), isOver });
  }
}

/** A file that is not there is none; one that cannot be read is an error. */
function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== "ENOENT") throw error;
}
