import { existsSync } from "node:fs";
import { open, readFile } from "node:fs/promises";
import { join } from "node:path";
import {
  decodeKeyRelease,
  type Hex,
  type KeyRelease,
  type ReleaseBinding,
  requireFileKey,
  SEALED_HEADER_BYTES,
  SealingError,
} from "@freehold/sdk";
import type { Enclave } from "../enclave/enclave.js";
import type { EnclaveKeys } from "../enclave/jobs.js";
import { OperatorError, WorkerError } from "../errors.js";

/**
 * Thrown while a sealed file's key is not here: the worker goes on, not ready, and looks again. To end would lose the keys of an enclave that has
 * nothing to seal with, and with them every release that is on its way.
 */
export class KeyPendingError extends OperatorError {}

/** A version whose file lies sealed in the store. */
export interface SealedVersion {
  readonly hash: Hex;
  readonly weightsRoot: Hex;
}

/** What a key is asked with: whoever has it can have the chain say whether this enclave may get it. */
export interface AwaitedKey extends EnclaveKeys {
  readonly lineId: Hex;
  readonly versionHash: Hex;
}

/** Keys of the sealed files of a store: released to this enclave, in files beside them or by whoever brings one. */
export class FileKeys {
  readonly #store: string;
  readonly #enclave: Pick<Enclave, "keys" | "unwrapFileKey">;
  readonly #binding: Omit<ReleaseBinding, "receiptKey" | "versionHash">;
  /** Sealed files whose key is not here yet, by the hash of their version. */
  readonly #awaited = new Map<Hex, string>();
  /** Releases that were brought, by the hash of their version; each opens its file. */
  readonly #brought = new Map<Hex, KeyRelease>();

  constructor(
    store: string,
    enclave: Pick<Enclave, "keys" | "unwrapFileKey">,
    binding: Omit<ReleaseBinding, "receiptKey" | "versionHash">,
  ) {
    this.#store = store;
    this.#enclave = enclave;
    this.#binding = binding;
  }

  /** Path of a version's file where it is sealed; undefined where its plaintext lies there. */
  sealedFile({ weightsRoot }: Pick<SealedVersion, "weightsRoot">): string | undefined {
    const [plain, sealed] = ["safetensors", "sealed"].map((end) => join(this.#store, `${weightsRoot}.${end}`)) as [
      string,
      string,
    ];
    return !existsSync(plain) && existsSync(sealed) ? sealed : undefined;
  }

  /** What is asked for, for the enclave's newest keys. */
  get awaited(): readonly AwaitedKey[] {
    const [keys] = this.#enclave.keys;
    if (keys === undefined) return [];
    return [...this.#awaited.keys()].map((versionHash) => ({ lineId: this.#binding.lineId, versionHash, ...keys }));
  }

  /** Asks for the keys of all sealed files at once, so that one visit brings them all. What else is wrong with a file is said when it is read. */
  async expect(versions: readonly SealedVersion[]): Promise<void> {
    for (const version of versions) {
      const file = this.sealedFile(version);
      const key = file === undefined ? undefined : await this.keyOf(version, file).catch(() => undefined);
      key?.fill(0);
    }
  }

  /** The key of a version's sealed file. Throws {@link KeyPendingError}, and asks for it. */
  async keyOf({ hash, weightsRoot }: SealedVersion, file: string): Promise<Uint8Array> {
    const releases: { from: string; read: () => Promise<KeyRelease | undefined> }[] = [
      { from: "the release that was brought", read: async () => this.#brought.get(hash) },
      ...this.#enclave.keys.map(({ receiptKey }) => {
        const from = join(this.#store, `${weightsRoot}.${receiptKey}.release.json`);
        return { from, read: () => readRelease(from) };
      }),
    ];
    let refused: string | undefined;
    for (const { from, read } of releases) {
      try {
        const release = await read();
        if (release === undefined) continue;
        const key = await this.#open(release, hash, file);
        this.#awaited.delete(hash);
        return key;
      } catch (error) {
        if (!isRefusal(error)) throw error;
        refused ??= `${from}: ${error.message}`;
      }
    }
    this.#awaited.set(hash, file);
    const made = "the line's owner makes one with deltas.releaseKey";
    if (refused !== undefined)
      throw new KeyPendingError("RELEASE_REFUSED", `${file} does not open (${refused}); ${made}`);
    throw new KeyPendingError("KEY_NOT_RELEASED", `the key of ${file} is not released to this enclave; ${made}`);
  }

  /**
   * Takes a release that somebody brings: only one that opens a file whose key is awaited, so that nobody can put a wrong one in the place
   * of the right one. Throws `NOT_AWAITED`, and SealingError or `UNKNOWN_KEY` for one that does not open it.
   */
  async take(release: KeyRelease): Promise<void> {
    const { versionHash } = release;
    const file = this.#awaited.get(versionHash);
    if (file === undefined) throw new WorkerError("NOT_AWAITED", `no key of version ${versionHash} is awaited`);
    (await this.#open(release, versionHash, file)).fill(0);
    this.#brought.set(versionHash, release);
  }

  async #open(release: KeyRelease, versionHash: Hex, file: string): Promise<Uint8Array> {
    const key = await this.#enclave.unwrapFileKey(release, { ...this.#binding, versionHash });
    requireFileKey(await readHeader(file), key);
    return key;
  }
}

/** Whether a release is wrong, as opposed to the store. */
function isRefusal(error: unknown): error is Error {
  if (error instanceof SealingError) return error.code !== "BAD_SEALED_FILE";
  return error instanceof WorkerError && error.code === "UNKNOWN_KEY";
}

async function readRelease(file: string): Promise<KeyRelease | undefined> {
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return decodeKeyRelease(JSON.parse(text));
  } catch (cause) {
    if (cause instanceof SealingError) throw cause;
    throw new SealingError("BAD_RELEASE", "it is no JSON", { cause });
  }
}

async function readHeader(file: string): Promise<Uint8Array> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(SEALED_HEADER_BYTES), 0, SEALED_HEADER_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
