import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { openSealedFile, SealingError, sealedLength } from "@freehold/sdk";
import { OperatorError, reason } from "../errors.js";
import type { FileKeys, SealedVersion } from "./file-keys.js";

/**
 * Content of a version's sealed file, opened in memory. It is not checked against the chain yet. Throws KeyPendingError while no key opens it,
 * `WRONG_FILE` for a file that was changed, `MISSING_FILE` for one that cannot be read.
 */
export async function readSealed(
  file: string,
  version: SealedVersion & { readonly byteLength: bigint },
  keys: FileKeys,
): Promise<Uint8Array> {
  const byteLength = Number(version.byteLength);
  try {
    const { size } = await stat(file);
    const expected = sealedLength(byteLength);
    if (size !== expected) throw wrong(file, `has ${size} bytes, its content makes ${expected}`);
    const key = await keys.keyOf(version, file);
    try {
      const content = new Uint8Array(byteLength);
      let filled = 0;
      for await (const part of openSealedFile(createReadStream(file), key)) {
        content.set(part, filled);
        filled += part.length;
      }
      return content;
    } finally {
      key.fill(0);
    }
  } catch (cause) {
    if (cause instanceof OperatorError) throw cause;
    if (cause instanceof SealingError) throw wrong(file, `cannot be opened (${cause.message})`, cause);
    const text = `${file} cannot be read (${reason(cause)}): put it into the store`;
    throw new OperatorError("MISSING_FILE", text, { cause });
  }
}

function wrong(file: string, what: string, cause?: unknown): OperatorError {
  const text = `${file} ${what}: fetch it again`;
  return new OperatorError("WRONG_FILE", text, cause === undefined ? {} : { cause });
}
