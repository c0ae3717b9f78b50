import { sha256 } from "@noble/hashes/sha2.js";
import { CHUNK_BYTES } from "./chunk.js";

/** Hashes one leaf after another: SHA-256(0x00 ‖ chunk). */
export interface LeafHasher {
  /** More bytes of the current chunk, at most {@link CHUNK_BYTES} in all. They may be reused after the call. */
  update(bytes: Uint8Array): void;
  /** Ends the current chunk. No update before it has settled. */
  digest(): Uint8Array | Promise<Uint8Array>;
}

/** A SHA-256 that takes its input in parts. */
interface StreamingHash {
  update(bytes: Uint8Array): unknown;
  digest(): Uint8Array;
}

const LEAF_PREFIX = Uint8Array.of(0x00);

/** For a platform that hashes in parts: nothing is copied. */
export class StreamingLeafHasher implements LeafHasher {
  readonly #create: () => StreamingHash;
  #hash: StreamingHash | undefined;

  constructor(create: () => StreamingHash) {
    this.#create = create;
  }

  update(bytes: Uint8Array): void {
    this.#started().update(bytes);
  }

  digest(): Uint8Array {
    const leaf = this.#started().digest();
    this.#hash = undefined;
    return leaf;
  }

  #started(): StreamingHash {
    if (this.#hash === undefined) {
      this.#hash = this.#create();
      this.#hash.update(LEAF_PREFIX);
    }
    return this.#hash;
  }
}

/** WebCrypto hashes whole messages only: the chunk is gathered behind its prefix. */
export class WebCryptoLeafHasher implements LeafHasher {
  readonly #message = new Uint8Array(1 + CHUNK_BYTES);
  #length = 1;

  update(bytes: Uint8Array): void {
    this.#message.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  async digest(): Promise<Uint8Array> {
    const message = this.#message.subarray(0, this.#length);
    this.#length = 1;
    return new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", message));
  }
}

/** The platform's SHA-256: node:crypto in Node, WebCrypto in browsers; plain JavaScript where a page is not secure. */
export function platformLeafHasher(): LeafHasher {
  // Not an import, so that bundles for browsers need no polyfill.
  const crypto = globalThis.process?.getBuiltinModule?.("node:crypto");
  if (crypto !== undefined) return new StreamingLeafHasher(() => crypto.createHash("sha256"));
  if (globalThis.crypto?.subtle !== undefined) return new WebCryptoLeafHasher();
  return new StreamingLeafHasher(() => sha256.create());
}
