import { type Key, sign, type TestChain } from "./authority.ts";
import { type Bytes, concat } from "./der.ts";

/** A small writer of CBOR, which also writes what no honest writer would. */
export function head(major: number, value: number | bigint): Bytes {
  const v = BigInt(value);
  if (v < 24n) return Uint8Array.of((major << 5) | Number(v));
  const width = v < 0x100n ? 0 : v < 0x10000n ? 1 : v < 0x100000000n ? 2 : 3;
  const bytes = new Uint8Array(1 + (1 << width));
  bytes[0] = (major << 5) | (24 + width);
  for (let i = 1 << width, rest = v; i > 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return bytes;
}

export const uint = (value: number | bigint): Bytes => head(0, value);
export const bytesOf = (content: Uint8Array): Bytes => concat(head(2, content.length), content);
export const text = (content: string): Bytes => concat(head(3, Buffer.byteLength(content)), Buffer.from(content));
export const array = (items: readonly Uint8Array[]): Bytes => concat(head(4, items.length), ...items);
export const map = (pairs: readonly (readonly [Uint8Array, Uint8Array])[]): Bytes =>
  concat(head(5, pairs.length), ...pairs.flat());
export const NULL: Bytes = Uint8Array.of(0xf6);
export const EMPTY_MAP: Bytes = Uint8Array.of(0xa0);
export const PROTECTED: Bytes = Uint8Array.of(0xa1, 0x01, 0x38, 0x22);

/** A register of 48 equal bytes. */
export const pcr = (byte: number, length = 48): Bytes => new Uint8Array(length).fill(byte);

/** The registers that AWS sends: 0 to 15, of which 5 and above are zero. */
export const usualPcrs = (): [Bytes, Bytes][] =>
  Array.from({ length: 16 }, (_, i) => [uint(i), bytesOf(pcr(i < 5 ? i + 1 : 0))]);

/** Items of a document by key, in the order of AWS; each is whole CBOR. Undefined leaves a key out. */
export type Items = Record<string, Uint8Array | undefined>;

export function itemsOf(chain: TestChain): Items {
  return {
    module_id: text("i-0123456789abcdef0-enc0123456789abcdef"),
    digest: text("SHA384"),
    timestamp: uint(BigInt(chain.at) * 1000n),
    pcrs: map(usualPcrs()),
    certificate: bytesOf(chain.certificates.at(-1)!),
    cabundle: array(chain.certificates.slice(0, -1).map(bytesOf)),
    public_key: bytesOf(pcr(0x99, 65)),
    user_data: bytesOf(pcr(0x55, 32)),
    nonce: NULL,
  };
}

export const payloadOf = (items: Items): Bytes =>
  map(Object.entries(items).flatMap(([key, item]) => (item === undefined ? [] : [[text(key), item] as const])));

/** Parts of a COSE_Sign1, each whole CBOR. */
export interface Cose {
  readonly prefix?: Uint8Array;
  readonly header?: Uint8Array;
  readonly unprotected?: Uint8Array;
  readonly payload?: Uint8Array;
  readonly signature?: Uint8Array;
  readonly suffix?: Uint8Array;
}

/** ES384 over Sig_structure (RFC 9052, 4.4). */
export function signPayload(payload: Uint8Array, key: Key): Uint8Array {
  return sign(array([text("Signature1"), bytesOf(PROTECTED), bytesOf(new Uint8Array()), bytesOf(payload)]), key);
}

export function makeCose(payload: Uint8Array, key: Key, parts: Cose = {}): Bytes {
  return concat(
    parts.prefix ?? new Uint8Array(),
    array([
      parts.header ?? bytesOf(PROTECTED),
      parts.unprotected ?? EMPTY_MAP,
      parts.payload ?? bytesOf(payload),
      parts.signature ?? bytesOf(signPayload(payload, key)),
    ]),
    parts.suffix ?? new Uint8Array(),
  );
}

/** A signed document of a chain. */
export function makeDocument(chain: TestChain, changes: Items = {}, parts: Cose = {}): Bytes {
  return makeCose(payloadOf({ ...itemsOf(chain), ...changes }), chain.keys.at(-1)!, parts);
}
