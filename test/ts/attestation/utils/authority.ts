import { createECDH, createHash } from "node:crypto";
import {
  type Bytes,
  bits,
  boolean,
  commonName,
  concat,
  context,
  implicit,
  integer,
  octets,
  oid,
  sequence,
  time,
  tlv,
} from "./der.ts";

/** A P-384 key that is always the same for a name. */
export interface Key {
  readonly secret: Uint8Array;
  /** 0x04, x and y. */
  readonly point: Uint8Array;
}

/** Order of P-384's group. */
export const ORDER =
  0xffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973n;

const sha384 = (...bytes: readonly Uint8Array[]): Uint8Array =>
  createHash("sha384")
    .update(concat(...bytes))
    .digest();
const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${Buffer.from(bytes).toString("hex")}`);

/** 48 bytes, big-endian. */
export const bytes48 = (value: bigint): Bytes =>
  Uint8Array.from(Buffer.from(value.toString(16).padStart(96, "0"), "hex"));

export function keyOf(name: string): Key {
  const secret = sha384(Buffer.from(`test key ${name}`));
  return { secret, point: pointOf(secret) };
}

function pointOf(secret: Uint8Array): Bytes {
  const ecdh = createECDH("secp384r1");
  ecdh.setPrivateKey(secret);
  return Uint8Array.from(ecdh.getPublicKey());
}

/** r || s of ECDSA with SHA-384, always the same for a key and a message; about half of them have a high S, as AWS's. */
export function sign(message: Uint8Array, key: Key): Bytes {
  const nonce = sha384(key.secret, message);
  const r = numberOf(pointOf(nonce).subarray(1, 49)) % ORDER;
  const s = ((numberOf(sha384(message)) + r * numberOf(key.secret)) * inverse(numberOf(nonce))) % ORDER;
  return concat(bytes48(r), bytes48(s));
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [value % ORDER, ORDER, 1n, 0n];
  while (a > 1n) [a, b, x, y] = [b % a, a, y - (b / a) * x, x];
  return ((x % ORDER) + ORDER) % ORDER;
}

const ES384 = sequence(oid("1.2.840.10045.4.3.3"));

/** Bits of RFC 5280 4.2.1.3 in one byte. */
export const Usage = { digitalSignature: 0x80, certSign: 0x04, crlSign: 0x02 } as const;

export interface CertificateFields {
  readonly subject: string;
  readonly key: Key;
  readonly issuer: string;
  readonly issuerKey: Key;
  readonly serial: bigint;
  /** Unix seconds. */
  readonly notBefore: number;
  readonly notAfter: number;
  /** Undefined: no basicConstraints at all. */
  readonly isCa?: boolean | undefined;
  readonly pathLength?: number | undefined;
  /** Undefined: no keyUsage at all. */
  readonly usage?: number | undefined;
  /** Undefined: derived from the key; null: absent. */
  readonly subjectKeyId?: Uint8Array | null;
  readonly authorityKeyId?: Uint8Array | null;
  /** Whole extensions to be added. */
  readonly extra?: readonly Uint8Array[];
  /** In place of ECDSA with SHA-384 by `issuerKey`. */
  readonly signature?: (tbs: Uint8Array) => Uint8Array;
}

export const keyIdOf = (key: Key): Uint8Array => sha384(key.point).subarray(0, 20);

export function extension(id: string, isCritical: boolean, value: Uint8Array): Bytes {
  return sequence(oid(id), ...(isCritical ? [boolean(true)] : []), octets(value));
}

function keyUsage(usage: number): Bytes {
  let unused = 0;
  while (((usage >> unused) & 1) === 0) unused++;
  return bits(Uint8Array.of(usage), unused);
}

function authorityKeyId(id: Uint8Array): Bytes {
  return extension("2.5.29.35", false, sequence(tlv(0x80, id)));
}

function extensionsOf(fields: CertificateFields): Bytes[] {
  const extensions: Bytes[] = [];
  const { isCa, pathLength, usage } = fields;
  if (isCa !== undefined) {
    const constraints = [
      ...(isCa ? [boolean(true)] : []),
      ...(pathLength === undefined ? [] : [integer(BigInt(pathLength))]),
    ];
    extensions.push(extension("2.5.29.19", true, sequence(...constraints)));
  }
  if (usage !== undefined) extensions.push(extension("2.5.29.15", true, keyUsage(usage)));
  const subjectId = fields.subjectKeyId === undefined ? keyIdOf(fields.key) : fields.subjectKeyId;
  if (subjectId !== null) extensions.push(extension("2.5.29.14", false, octets(subjectId)));
  const authorityId = fields.authorityKeyId === undefined ? keyIdOf(fields.issuerKey) : fields.authorityKeyId;
  if (authorityId !== null) extensions.push(authorityKeyId(authorityId));
  return [...extensions, ...((fields.extra ?? []) as Bytes[])];
}

/** r || s as a SEQUENCE of two integers. */
export function derSignature(rs: Uint8Array): Bytes {
  const number = (bytes: Uint8Array) => integer(BigInt(`0x${Buffer.from(bytes).toString("hex")}`));
  return sequence(number(rs.subarray(0, 48)), number(rs.subarray(48)));
}

function signed(tbs: Bytes, key: Key, signature?: (tbs: Uint8Array) => Uint8Array): Bytes {
  return sequence(tbs, ES384, bits(derSignature((signature ?? ((message) => sign(message, key)))(tbs))));
}

export function makeCertificate(fields: CertificateFields): Bytes {
  const info = sequence(sequence(oid("1.2.840.10045.2.1"), oid("1.3.132.0.34")), bits(fields.key.point));
  const tbs = sequence(
    tlv(0xa0, integer(2n)),
    integer(fields.serial),
    ES384,
    commonName(fields.issuer),
    sequence(time(fields.notBefore), time(fields.notAfter)),
    commonName(fields.subject),
    info,
    tlv(0xa3, sequence(...extensionsOf(fields))),
  );
  return signed(tbs, fields.issuerKey, fields.signature);
}

export interface CrlFields {
  readonly issuer: string;
  readonly issuerKey: Key;
  readonly number: bigint;
  readonly thisUpdate: number;
  readonly nextUpdate?: number;
  readonly serials: readonly bigint[];
  readonly authorityKeyId?: Uint8Array | null;
  readonly extra?: readonly Uint8Array[];
}

export function makeCrl(fields: CrlFields): Bytes {
  const { thisUpdate, nextUpdate = thisUpdate + 7 * 86_400, serials } = fields;
  const entries = serials.map((serial) => sequence(integer(serial), time(thisUpdate)));
  const authorityId = fields.authorityKeyId === undefined ? keyIdOf(fields.issuerKey) : fields.authorityKeyId;
  const tbs = sequence(
    integer(1n),
    ES384,
    commonName(fields.issuer),
    time(thisUpdate),
    time(nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    tlv(
      0xa0,
      sequence(
        ...(authorityId === null ? [] : [authorityKeyId(authorityId)]),
        extension("2.5.29.20", false, integer(fields.number)),
        ...(fields.extra ?? []),
      ),
    ),
  );
  return signed(tbs, fields.issuerKey);
}

/** A chain like AWS's below a root of our own, all of it valid at `at`. */
export interface TestChain {
  readonly at: number;
  readonly names: readonly string[];
  readonly keys: readonly Key[];
  /** DER: the root first, the leaf last. */
  readonly certificates: readonly Bytes[];
}

export type Overrides = Readonly<Record<number, Partial<CertificateFields>>>;

const DAY = 86_400;
const LEVELS = [
  { name: "root", before: 365 * DAY, after: 3650 * DAY },
  { name: "regional", before: 10 * DAY, after: 10 * DAY },
  { name: "zonal", before: 3 * DAY, after: 3 * DAY },
  { name: "instance", before: 3600, after: 23 * 3600 },
  { name: "leaf", before: 3, after: 3 * 3600 },
];

/** @param overrides by level: 0 the root, 4 the leaf */
export function makeChain(at: number, overrides: Overrides = {}, label = "aws"): TestChain {
  // One root for all: the store knows no other.
  const names = LEVELS.map((level, i) => `${i === 0 ? "test" : label} ${level.name}`);
  const keys = names.map(keyOf);
  const certificates = LEVELS.map((level, i) => {
    const above = Math.max(i - 1, 0);
    const isLeaf = i === LEVELS.length - 1;
    return makeCertificate({
      subject: names[i]!,
      key: keys[i]!,
      issuer: names[above]!,
      issuerKey: keys[above]!,
      serial: BigInt(1000 + i),
      notBefore: at - level.before,
      notAfter: at + level.after,
      isCa: !isLeaf,
      ...(i === 0 || isLeaf ? {} : { pathLength: 3 - i }),
      usage: isLeaf ? Usage.digitalSignature : Usage.certSign | Usage.crlSign | Usage.digitalSignature,
      ...overrides[i],
    });
  });
  return { at, names, keys, certificates };
}

/** Has the certificates of a chain say where the lists of the root and of the region lie. */
export function publishedAt(root: string, region: string): Overrides {
  const at = (url: string) => {
    const name = context(0, implicit(6, Buffer.from(url)));
    return { extra: [extension("2.5.29.31", false, sequence(sequence(context(0, name))))] };
  };
  return { 1: at(root), 2: at(region) };
}
