import { fromBase64, toBase64, utf8 } from "../bytes.js";
import { type Hex, isHex, sameHex } from "../hex.js";
import { SealingError } from "./errors.js";
import { cipherSuite, type HpkeKeyPair, importHpkePublicKey } from "./keys.js";
import { FILE_KEY_BYTES } from "./sealed-file.js";

type Bytes = Uint8Array<ArrayBuffer>;

/** What a released key is for: it opens for that enclave, line and version only. */
export interface ReleaseBinding {
  chainId: bigint;
  nodeRegistry: string;
  lineId: Hex;
  /** Of the version whose file the key opens; h(0) for the base. */
  versionHash: Hex;
  /** Names the enclave. */
  receiptKey: string;
}

/** A file key, wrapped for one enclave. Public: nobody else can open it. */
export interface KeyRelease {
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly receiptKey: Hex;
  /** 32 bytes: the encapsulated key. */
  readonly enc: Bytes;
  readonly ciphertext: Bytes;
}

const TYPE = "freehold/release/v1";
const INFO = utf8(TYPE);
const ENC_BYTES = 32;
const TAG = 16;

/** Additional data of a wrapped file key (docs/protocol.md 1.1). */
export function releaseAad(b: ReleaseBinding): Bytes {
  return utf8(
    JSON.stringify([
      TYPE,
      b.chainId.toString(),
      b.nodeRegistry.toLowerCase(),
      b.lineId.toLowerCase(),
      b.versionHash.toLowerCase(),
      b.receiptKey.toLowerCase(),
    ]),
  );
}

/**
 * Wraps a file key for an enclave: HPKE base mode, the suite of requests. Whoever calls this has to know that the HPKE key is an accepted enclave's:
 * `deltas.releaseKey` asks the chain first. Throws `INVALID_KEY`.
 */
export async function wrapFileKey(
  fileKey: Uint8Array,
  hpkePublicKey: Hex | Uint8Array,
  binding: ReleaseBinding,
): Promise<KeyRelease> {
  if (fileKey.length !== FILE_KEY_BYTES) {
    throw new SealingError("INVALID_KEY", `a file key has ${FILE_KEY_BYTES} bytes, not ${fileKey.length}`);
  }
  const recipientPublicKey = await importHpkePublicKey(hpkePublicKey);
  try {
    const context = await cipherSuite().createSenderContext({ recipientPublicKey, info: INFO });
    const ciphertext = new Uint8Array(await context.seal(fileKey, releaseAad(binding)));
    const { lineId, versionHash, receiptKey } = binding;
    const lower = (hex: string) => hex.toLowerCase() as Hex;
    return {
      lineId: lower(lineId),
      versionHash: lower(versionHash),
      receiptKey: lower(receiptKey),
      enc: new Uint8Array(context.enc),
      ciphertext,
    };
  } catch (cause) {
    throw new SealingError("INVALID_KEY", "nothing can be sealed to this key: a point of low order", { cause });
  }
}

/** Opens a released key with the enclave's HPKE key. Throws `BAD_RELEASE` for one that is for something else, `OPEN_FAILED` for a changed one. */
export async function unwrapFileKey(
  release: KeyRelease,
  keyPair: HpkeKeyPair,
  binding: ReleaseBinding,
): Promise<Bytes> {
  for (const field of ["lineId", "versionHash", "receiptKey"] as const) {
    if (!sameHex(release[field], binding[field])) {
      throw new SealingError("BAD_RELEASE", `the release is of ${field} ${release[field]}, not ${binding[field]}`);
    }
  }
  try {
    const context = await cipherSuite().createRecipientContext({
      recipientKey: keyPair.keys,
      enc: release.enc,
      info: INFO,
    });
    return new Uint8Array(await context.open(release.ciphertext, releaseAad(binding)));
  } catch (cause) {
    throw new SealingError("OPEN_FAILED", "the key was not released to this enclave, or was changed on its way", {
      cause,
    });
  }
}

/** A release in JSON, hex in lower case, binary in base64. */
export interface KeyReleaseJson {
  readonly type: typeof TYPE;
  readonly lineId: Hex;
  readonly versionHash: Hex;
  readonly receiptKey: Hex;
  readonly enc: string;
  readonly ciphertext: string;
}

export function encodeKeyRelease({ enc, ciphertext, ...names }: KeyRelease): KeyReleaseJson {
  return { type: TYPE, ...names, enc: toBase64(enc), ciphertext: toBase64(ciphertext) };
}

/** Reads a release that anybody may have written. Throws `BAD_RELEASE`, naming the field. */
export function decodeKeyRelease(json: unknown): KeyRelease {
  const fields = (typeof json === "object" && json !== null ? json : {}) as Record<string, unknown>;
  const check = (valid: boolean, field: string, expected: string) => {
    if (!valid)
      throw new SealingError("BAD_RELEASE", `key release: ${field} must be ${expected}`, { details: { field } });
  };
  check(fields.type === TYPE, "type", TYPE);
  const hex = (field: string, length: number): Hex => {
    const value = fields[field];
    check(isHex(value, length), field, `${length} bytes of hex`);
    return (value as string).toLowerCase() as Hex;
  };
  const bytes = (field: string, length: number): Bytes => {
    const value = fields[field];
    const decoded = typeof value === "string" ? fromBase64(value) : undefined;
    check(decoded?.length === length, field, `${length} bytes of base64`);
    return decoded ?? new Uint8Array();
  };
  return {
    lineId: hex("lineId", 32),
    versionHash: hex("versionHash", 32),
    receiptKey: hex("receiptKey", 20),
    enc: bytes("enc", ENC_BYTES),
    ciphertext: bytes("ciphertext", FILE_KEY_BYTES + TAG),
  };
}
