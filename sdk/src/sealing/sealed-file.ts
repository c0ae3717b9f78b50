import { expand, extract } from "@noble/hashes/hkdf.js";
import { sha256 } from "@noble/hashes/sha2.js";
import { concatBytes, randomBytes, utf8 } from "../bytes.js";
import { CHUNK_BYTES } from "../weights/chunk.js";
import { fragments, type WeightsSource } from "../weights/source.js";
import { SealingError } from "./errors.js";

/*
 * A sealed file (docs/protocol.md 1.1):
 *
 *   header   "FHSEAL01" ‖ salt, 32 bytes ‖ commitment, 32 bytes
 *   chunks   AES-256-GCM of 1 MiB of the file each, the last one shorter: ciphertext ‖ tag, 16 bytes
 *
 * Key and commitment are HKDF-SHA256 of the file key with the salt. Nonce of a chunk: its index in 11 bytes, big-endian, then 1 for the last chunk and 0
 * for others (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, 2015), so that chunks cannot be moved, dropped or cut off. Additional data: the header.
 * The commitment binds the file to one key, which AES-GCM does not.
 */

type Bytes = Uint8Array<ArrayBuffer>;

const MAGIC = utf8("FHSEAL01");
const SALT = 32;
const COMMITMENT = 32;
const TAG = 16;
/** Bytes of a file key. */
export const FILE_KEY_BYTES = 32;
/** Bytes of the header of a sealed file. */
export const SEALED_HEADER_BYTES = MAGIC.length + SALT + COMMITMENT;

/** A fresh key for one file. */
export function generateFileKey(): Bytes {
  return randomBytes(FILE_KEY_BYTES);
}

/** Length of a sealed file whose content has `byteLength` bytes. */
export function sealedLength(byteLength: number): number {
  return SEALED_HEADER_BYTES + byteLength + TAG * Math.max(1, Math.ceil(byteLength / CHUNK_BYTES));
}

/** Seals a file of any size, in constant memory. Throws `INVALID_KEY` for a file key that is not 32 bytes. */
export async function* sealFile(source: WeightsSource, fileKey: Uint8Array): AsyncGenerator<Bytes> {
  const salt = randomBytes(SALT);
  const header = concatBytes(MAGIC, salt, derive(fileKey, salt, "commitment"));
  yield header;
  const key = await contentKey(fileKey, salt, "encrypt");
  for await (const { index, bytes, isLast } of pieces(source, CHUNK_BYTES)) {
    yield new Uint8Array(await crypto.subtle.encrypt(parameters(index, isLast, header), key, bytes));
  }
}

/**
 * Opens a sealed file of any size, in constant memory. What it yields is authentic, but not complete before it ends. Throws `INVALID_KEY`,
 * `WRONG_FILE_KEY` for another file's key, and `BAD_SEALED_FILE` for what is none, was changed or cut off.
 */
export async function* openSealedFile(source: WeightsSource, fileKey: Uint8Array): AsyncGenerator<Bytes> {
  let key: CryptoKey | undefined;
  let header = new Uint8Array();
  for await (const { index, bytes, isLast } of pieces(source, CHUNK_BYTES + TAG, SEALED_HEADER_BYTES)) {
    if (key === undefined) {
      header = bytes;
      if (isLast) throw new SealingError("BAD_SEALED_FILE", "the file ends after its header");
      key = await contentKey(fileKey, checkedSalt(header, fileKey), "decrypt");
      continue;
    }
    // An empty last chunk is of an empty file only: otherwise one content would have two forms.
    if (bytes.length === TAG && index > 1) throw new SealingError("BAD_SEALED_FILE", "the file has an empty chunk");
    try {
      yield new Uint8Array(await crypto.subtle.decrypt(parameters(index - 1, isLast, header), key, bytes));
    } catch (cause) {
      const what = `chunk ${index - 1} of the sealed file was changed, moved or cut off`;
      throw new SealingError("BAD_SEALED_FILE", what, { details: { chunk: index - 1 }, cause });
    }
  }
}

/** Throws unless a file key is the one that the file with this header was sealed with: `WRONG_FILE_KEY`, `BAD_SEALED_FILE`, `INVALID_KEY`. */
export function requireFileKey(header: Uint8Array, fileKey: Uint8Array): void {
  checkedSalt(header, fileKey);
}

function checkedSalt(header: Uint8Array, fileKey: Uint8Array): Uint8Array {
  if (header.length < SEALED_HEADER_BYTES || MAGIC.some((byte, i) => header[i] !== byte)) {
    throw new SealingError("BAD_SEALED_FILE", "the file has no header of a sealed file");
  }
  const salt = header.subarray(MAGIC.length, MAGIC.length + SALT);
  const commitment = derive(fileKey, salt, "commitment");
  if (commitment.some((byte, i) => header[MAGIC.length + SALT + i] !== byte)) {
    throw new SealingError("WRONG_FILE_KEY", "the file was sealed with another key");
  }
  return salt;
}

function derive(fileKey: Uint8Array, salt: Uint8Array, label: string): Bytes {
  if (fileKey.length !== FILE_KEY_BYTES) {
    throw new SealingError("INVALID_KEY", `a file key has ${FILE_KEY_BYTES} bytes, not ${fileKey.length}`);
  }
  return new Uint8Array(expand(sha256, extract(sha256, fileKey, salt), utf8(`freehold/sealed-file/v1 ${label}`), 32));
}

function contentKey(fileKey: Uint8Array, salt: Uint8Array, use: "encrypt" | "decrypt"): Promise<CryptoKey> {
  return crypto.subtle.importKey("raw", derive(fileKey, salt, "key"), "AES-GCM", false, [use]);
}

function parameters(index: number, isLast: boolean, header: Bytes): AesGcmParams {
  const iv = new Uint8Array(12);
  new DataView(iv.buffer).setBigUint64(3, BigInt(index));
  iv[11] = isLast ? 1 : 0;
  return { name: "AES-GCM", iv, additionalData: header, tagLength: 8 * TAG };
}

/** A source in pieces of `size` bytes, the first of `first`; at least one, and none but the only one is empty. */
async function* pieces(source: WeightsSource, size: number, first = size) {
  let index = 0;
  let wanted = first;
  let piece = new Uint8Array(wanted);
  let filled = 0;
  for await (const fragment of fragments(source)) {
    for (let offset = 0; offset < fragment.length; ) {
      // A full piece is passed on when more comes: only then it is known not to be the last.
      if (filled === wanted) {
        yield { index: index++, bytes: piece, isLast: false };
        wanted = size;
        piece = new Uint8Array(wanted);
        filled = 0;
      }
      const part = fragment.subarray(offset, offset + wanted - filled);
      piece.set(part, filled);
      filled += part.length;
      offset += part.length;
    }
  }
  yield { index, bytes: piece.slice(0, filled), isLast: true };
}
