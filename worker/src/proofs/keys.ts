import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Shape } from "@freehold/circuits";
import type { Hex } from "@freehold/sdk";
import type { Chain } from "../chain/types.js";
import { reason } from "../errors.js";
import type { Logger } from "../log.js";
import { inferenceCircuitOf } from "./circuits.js";
import type { ProofThread } from "./prover.js";

/** Milliseconds after which a key that could not be read is looked for again. */
const RETRY = 60_000;

export interface ProvingKeyParts {
  /** Directory of `<circuit id>.key`, and for tier 2 `<circuit id>.link`; undefined: there is none. */
  readonly directory: string | undefined;
  /** Whether a development key may be made where none is in the directory: local chains alone. */
  readonly mayDevelop: boolean;
  readonly chain: Pick<Chain, "pinnedVerifier">;
  readonly thread: Pick<ProofThread, "key">;
  readonly log: Logger;
}

type Entry =
  | { readonly bytes: Uint8Array; readonly link: Uint8Array | undefined }
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

  /** Tier 2: the link key of a circuit, encoded; undefined while it is missing. */
  linkOf(circuitId: Hex): Uint8Array | undefined {
    const entry = this.#entries.get(circuitId);
    return entry !== undefined && "bytes" in entry ? entry.link : undefined;
  }

  async #read(circuitId: Hex, shape: Shape): Promise<void> {
    const { chain, directory, mayDevelop, thread, log } = this.#parts;
    const file = join(directory ?? "", `${circuitId}.key`);
    const linkFile = join(directory ?? "", `${circuitId}.link`);
    const read = async (name: string) => (directory === undefined ? undefined : readFile(name).catch(absent));
    try {
      const circuit = inferenceCircuitOf(circuitId, shape);
      if (circuit === undefined) {
        return this.#set(circuitId, `the line asks for circuit ${circuitId}, models of this shape have others`, true);
      }
      const { tier } = circuit;
      const [pinned, bytes, link] = await Promise.all([
        chain.pinnedVerifier(circuitId),
        read(file),
        tier === 2 ? read(linkFile) : undefined,
      ]);
      if (bytes === undefined && !mayDevelop) {
        return this.#set(circuitId, `there is no ${file}: pass --proving-keys with the circuit's key`, true);
      }
      // A development link beside a ceremony's key, or the other way round, is nobody's.
      if (tier === 2 && (bytes === undefined) !== (link === undefined)) {
        const [here, absent] = bytes === undefined ? [linkFile, file] : [file, linkFile];
        return this.#set(circuitId, `there is ${here} and no ${absent}: a circuit of tier 2 has both`, true);
      }
      if (tier === 2 && pinned?.isOfFactory === false) {
        const why = `its verifier ${pinned.address} is none of CommitGroth16Factory's: it may take links from anybody, and refuse proofs`;
        return this.#set(circuitId, why, true);
      }
      const key = await thread.key({ shape, tier, bytes, link });
      if (key.keyHash !== pinned?.keyHash) {
        const files = tier === 2 ? `${file} with ${linkFile}` : file;
        const name = bytes === undefined ? "the development key" : files;
        return this.#set(circuitId, `${name} has hash ${key.keyHash}, the chain pins ${pinned?.keyHash}`, true);
      }
      if (key.development) log.warn({ circuitId }, "proofs are made with a DEVELOPMENT key: anybody can forge them");
      this.#entries.set(circuitId, { bytes: key.bytes, link: key.link });
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
