import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { type Hex, toHex } from "@freehold/sdk";
import { type ChunkManifest, chunkLeaves, parseManifest, weightsRoot } from "@freehold/sdk/weights";
import { OperatorError, reason } from "../errors.js";
import type { FileKeys } from "./file-keys.js";
import { readSealed } from "./sealed.js";

/** A file as the chain knows it. */
export interface FileAnchor {
  readonly weightsRoot: Hex;
  readonly byteLength: bigint;
}

/**
 * The bytes of a version's weights file or delta, checked against the chain: from `<root>.safetensors`, or from `<root>.sealed`, which is opened in
 * memory. They are hashed in memory, so that what was checked is what is used. Throws `WRONG_FILE`, naming the file, `MISSING_FILE`, and
 * KeyPendingError for a sealed one whose key is not here.
 */
export async function readWeights(
  store: string,
  anchor: FileAnchor & { readonly hash: Hex },
  keys: FileKeys,
): Promise<Uint8Array> {
  const sealed = keys.sealedFile(anchor);
  const file = sealed ?? join(store, `${anchor.weightsRoot}.safetensors`);
  const bytes = sealed === undefined ? await read(file) : await readSealed(sealed, anchor, keys);
  if (BigInt(bytes.length) !== anchor.byteLength) {
    throw wrong(file, `has ${bytes.length} bytes, the chain says ${anchor.byteLength}`);
  }
  const { root } = await weightsRoot(bytes);
  if (root !== anchor.weightsRoot) {
    const chunk = await wrongChunk(store, anchor.weightsRoot, bytes);
    throw wrong(file, `has root ${root}, the chain says ${anchor.weightsRoot}${chunk}`);
  }
  return bytes;
}

/** The architecture file, checked against its hash. Throws `WRONG_FILE`. */
export async function readArchitecture(store: string, hash: Hex): Promise<Uint8Array> {
  const file = join(store, `${hash}.json`);
  const bytes = await read(file);
  const actual = `0x${createHash("sha256").update(bytes).digest("hex")}`;
  if (actual !== hash) throw wrong(file, `has SHA-256 ${actual}, the chain says ${hash}`);
  return bytes;
}

async function read(file: string): Promise<Uint8Array> {
  try {
    return await readFile(file);
  } catch (cause) {
    throw new OperatorError("MISSING_FILE", `${file} cannot be read (${reason(cause)}): put it into the store`, {
      cause,
    });
  }
}

/** Names the wrong chunk where the store has the file's manifest, `<root>.manifest.json`. */
async function wrongChunk(store: string, root: Hex, bytes: Uint8Array): Promise<string> {
  let manifest: ChunkManifest;
  try {
    manifest = parseManifest(JSON.parse(await readFile(join(store, `${root}.manifest.json`), "utf8")));
  } catch {
    return "";
  }
  if (manifest.root !== root) return "";
  for await (const { index, leaf } of chunkLeaves(bytes)) {
    if (toHex(leaf) !== manifest.leaves[index]) return `: chunk ${index} is wrong`;
  }
  return "";
}

function wrong(file: string, what: string): OperatorError {
  return new OperatorError("WRONG_FILE", `${file} ${what}: fetch it again`);
}
