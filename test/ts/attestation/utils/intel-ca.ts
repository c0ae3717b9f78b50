import { createHash, generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import {
  bits,
  boolean,
  context,
  enumerated,
  implicit,
  integer,
  octets,
  oid,
  printable,
  sequence,
  set,
  time,
  utf8,
} from "./der.ts";

/** A key on P-256. */
export interface Key {
  readonly secret: KeyObject;
  /** x || y. */
  readonly point: Buffer;
}

export function newKey(): Key {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { secret: privateKey, point: publicKey.export({ type: "spki", format: "der" }).subarray(-64) };
}

/** r || s over SHA-256. */
export const signRaw = (key: Key, message: Uint8Array): Buffer =>
  sign("sha256", message, { key: key.secret, dsaEncoding: "ieee-p1363" });

const DAY = 24 * 60 * 60;
const ECDSA_SHA256 = sequence(oid("1.2.840.10045.4.3.2"));
const P256_KEY = sequence(oid("1.2.840.10045.2.1"), oid("1.2.840.10045.3.1.7"));
const SGX = "1.2.840.113741.1.13.1";

/** Names as Intel writes them. */
export const nameOf = (commonName: string): Buffer =>
  sequence(
    ...(
      [
        ["2.5.4.3", utf8(commonName)],
        ["2.5.4.10", utf8("Intel Corporation")],
        ["2.5.4.7", utf8("Santa Clara")],
        ["2.5.4.8", utf8("CA")],
        ["2.5.4.6", printable("US")],
      ] as const
    ).map(([type, value]) => set(sequence(oid(type), value))),
  );

/** Identifier of a key in certificates: SHA-1 of its point. */
export const keyIdOf = (key: Key) => createHash("sha1").update(key.point).digest();

/** What a certificate says; everything has the value that Intel's have. */
export interface CertificateOptions {
  readonly subject: string;
  readonly key: Key;
  readonly serial?: bigint;
  readonly notBefore?: number;
  readonly notAfter?: number;
  readonly isCa?: boolean;
  /** The bits of keyUsage, as one byte. */
  readonly usage?: number;
  /** Undefined: as it should be; empty: an identifier of no bytes; null: none. */
  readonly subjectKeyId?: Buffer | null;
  readonly authorityKeyId?: Buffer | null;
  readonly issuer?: string;
  readonly sgx?: Buffer;
  readonly extra?: readonly Buffer[];
}

export interface Issued extends CertificateOptions {
  readonly der: Buffer;
  readonly serial: bigint;
}

const extension = (id: string, value: Uint8Array, critical = false) =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octets(value));

let lastSerial = 0x1000_0000_0000n;

/** A certificate that `signer` signs under the name `issuer`. */
export function certify(now: number, signer: Key, issuer: string, options: CertificateOptions): Issued {
  const { key, isCa = false, usage = isCa ? 0x06 : 0xc0 } = options;
  lastSerial += 1n;
  const serial = options.serial ?? lastSerial;
  const subjectKeyId = options.subjectKeyId === undefined ? keyIdOf(key) : options.subjectKeyId;
  const authorityKeyId = options.authorityKeyId === undefined ? keyIdOf(signer) : options.authorityKeyId;
  const unused = 31 - Math.clz32(usage & -usage);
  const extensions = [
    ...(authorityKeyId === null ? [] : [extension("2.5.29.35", sequence(implicit(0, authorityKeyId)))]),
    ...(subjectKeyId === null ? [] : [extension("2.5.29.14", octets(subjectKeyId))]),
    extension("2.5.29.15", bits(Buffer.of(usage), unused), true),
    extension("2.5.29.19", isCa ? sequence(boolean(true)) : sequence(), true),
    ...(options.sgx === undefined ? [] : [extension(SGX, options.sgx)]),
    ...(options.extra ?? []),
  ];
  const tbs = sequence(
    context(0, integer(2)),
    integer(serial),
    ECDSA_SHA256,
    nameOf(options.issuer ?? issuer),
    sequence(time(options.notBefore ?? now - 365 * DAY), time(options.notAfter ?? now + 365 * DAY)),
    nameOf(options.subject),
    sequence(P256_KEY, bits(Buffer.concat([Buffer.of(4), key.point]))),
    context(3, sequence(...extensions)),
  );
  return { ...options, serial, der: signed(tbs, signer) };
}

const signed = (tbs: Buffer, signer: Key) => sequence(tbs, ECDSA_SHA256, bits(sign("sha256", tbs, signer.secret)));

export interface CrlOptions {
  readonly revoked?: readonly bigint[];
  readonly thisUpdate?: number;
  readonly nextUpdate?: number;
  readonly number?: number;
  readonly authorityKeyId?: Buffer | null;
}

/** A revocation list of `issuer`'s. */
export function crlOf(now: number, signer: Key, issuer: string, options: CrlOptions = {}): Buffer {
  const { revoked = [], thisUpdate = now - DAY, nextUpdate = now + 30 * DAY, number = 1 } = options;
  const authorityKeyId = options.authorityKeyId === undefined ? keyIdOf(signer) : options.authorityKeyId;
  const reason = sequence(extension("2.5.29.21", enumerated(1)));
  const entries = revoked.map((serial) => sequence(integer(serial), time(thisUpdate), reason));
  const extensions = [
    extension("2.5.29.20", integer(number)),
    ...(authorityKeyId === null ? [] : [extension("2.5.29.35", sequence(implicit(0, authorityKeyId)))]),
  ];
  const tbs = sequence(
    integer(1),
    ECDSA_SHA256,
    nameOf(issuer),
    time(thisUpdate),
    time(nextUpdate),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    context(0, sequence(...extensions)),
  );
  return signed(tbs, signer);
}

/** What a PCK certificate says of its platform. */
export interface Platform {
  readonly ppid: Buffer;
  readonly svns: readonly number[];
  readonly pceSvn: number;
  readonly pceId: Buffer;
  readonly fmspc: Buffer;
}

export const PLATFORM: Platform = {
  ppid: Buffer.from("00112233445566778899aabbccddeeff", "hex"),
  svns: [3, 3, 2, 2, 4, 1, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0],
  pceSvn: 13,
  pceId: Buffer.from("0000", "hex"),
  fmspc: Buffer.from("50806f000000", "hex"),
};

/** Intel's extension of PCK certificates. */
export function sgxExtension({ ppid, svns, pceSvn, pceId, fmspc }: Platform): Buffer {
  const part = (id: string, value: Uint8Array) => sequence(oid(`${SGX}.${id}`), value);
  const components = [...svns, pceSvn].map((svn, index) => part(`2.${index + 1}`, integer(svn)));
  return sequence(
    part("1", octets(ppid)),
    part("2", sequence(...components, part("2.18", octets(Buffer.from(svns))))),
    part("3", octets(pceId)),
    part("4", octets(fmspc)),
    part("5", enumerated(0)),
  );
}

const ROOT = "Intel SGX Root CA";
const PLATFORM_CA = "Intel SGX PCK Platform CA";

/** A certificate authority that is Intel's in everything but its key. */
export function intelCa(now: number) {
  const rootKey = newKey();
  const root = certify(now, rootKey, ROOT, { subject: ROOT, key: rootKey, isCa: true });
  const issue = (options: CertificateOptions) => certify(now, rootKey, ROOT, options);
  const platformCa = issue({ subject: PLATFORM_CA, key: newKey(), isCa: true });
  const signer = issue({ subject: "Intel SGX TCB Signing", key: newKey() });
  return {
    now,
    rootKey,
    root,
    platformCa,
    signer,
    issue,
    rootCrl: (options?: CrlOptions) => crlOf(now, rootKey, ROOT, options),
    pckCrl: (options?: CrlOptions, ca: Issued = platformCa) => crlOf(now, ca.key, ca.subject, options),
    pck: (platform: Partial<Platform> = {}, options: Partial<CertificateOptions> = {}, ca: Issued = platformCa) =>
      certify(now, ca.key, ca.subject, {
        subject: "Intel SGX PCK Certificate",
        key: newKey(),
        sgx: sgxExtension({ ...PLATFORM, ...platform }),
        ...options,
      }),
  };
}

export type IntelCa = ReturnType<typeof intelCa>;
