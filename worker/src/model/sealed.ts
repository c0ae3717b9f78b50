import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { decodeKeyRelease, type Hex, type KeyRelease, openSealedFile, SealingError, sealedLength } from "@freehold/sdk";
import { OperatorError, reason, WorkerError } from "../errors.js";
import type { FileAnchor } from "./files.js";

/** What opens sealed files: the enclave's keys, to which the line's owner releases those of files. */
export interface FileKeys {
  /** Names of the enclave, newest first. */
  readonly receiptKeys: readonly Hex[];
  /** Throws SealingError. */
  unwrap(release: KeyRelease, versionHash: Hex): Promise<Uint8Array>;
}

/**
 * Thrown while a sealed file's key is not here: the worker goes on, not ready, and looks again. To end would lose the keys of an enclave that has
 * nothing to seal with, and with them every release that is on its way.
 */
export class KeyPendingError extends OperatorError {}

/**
 * Content of `<root>.sealed`, opened in memory with the key in `<root>.<receipt key>.release.json`; undefined when there is no such file. It is not checked against
 * the chain yet. Throws {@link KeyPendingError} while no key opens it, `WRONG_FILE` for a file that was changed.
 */
export async function readSealed(
  store: string,
  anchor: FileAnchor,
  versionHash: Hex,
  keys: FileKeys,
): Promise<Uint8Array | undefined> {
  const file = join(store, `${anchor.weightsRoot}.sealed`);
  const size = await stat(file).then(
    (stats) => stats.size,
    () => undefined,
  );
  if (size === undefined) return undefined;
  const expected = sealedLength(Number(anchor.byteLength));
  if (size !== expected) {
    throw new OperatorError("WRONG_FILE", `${file} has ${size} bytes, its content makes ${expected}: fetch it again`);
  }
  const fileKey = await releasedKey(store, anchor.weightsRoot, versionHash, keys);
  const content = new Uint8Array(Number(anchor.byteLength));
  try {
    let filled = 0;
    for await (const part of openSealedFile(createReadStream(file), fileKey)) {
      content.set(part, filled);
      filled += part.length;
    }
    return content;
  } catch (cause) {
    if (!(cause instanceof SealingError)) throw unreadable(file, cause);
    if (cause.code === "WRONG_FILE_KEY")
      throw pending("RELEASE_REFUSED", `the released key does not open ${file}`, cause);
    throw new OperatorError("WRONG_FILE", `${file} cannot be opened (${cause.message}): fetch it again`, { cause });
  } finally {
    fileKey.fill(0);
  }
}

async function releasedKey(store: string, root: Hex, versionHash: Hex, keys: FileKeys): Promise<Uint8Array> {
  const name = (receiptKey: string) => join(store, `${root}.${receiptKey}.release.json`);
  for (const receiptKey of keys.receiptKeys) {
    const file = name(receiptKey);
    const text = await readFile(file, "utf8").catch(() => undefined);
    if (text === undefined) continue;
    try {
      return await keys.unwrap(decodeKeyRelease(text), versionHash);
    } catch (cause) {
      if (!(cause instanceof SealingError || cause instanceof WorkerError)) throw cause;
      throw pending("RELEASE_REFUSED", `${file} does not open (${cause.message})`, cause);
    }
  }
  const newest = keys.receiptKeys[0] ?? "<receipt key>";
  throw pending(
    "KEY_NOT_RELEASED",
    `the key of ${root}.sealed is not released to this enclave: ${name(newest)} is missing`,
  );
}

function pending(code: string, what: string, cause?: unknown): KeyPendingError {
  const text = `${what}; the line's owner makes it with deltas.releaseKey`;
  return new KeyPendingError(code, text, cause === undefined ? {} : { cause });
}

function unreadable(file: string, cause: unknown): OperatorError {
  return new OperatorError("MISSING_FILE", `${file} cannot be read (${reason(cause)}): put it into the store`, {
    cause,
  });
}
