import { expectBytes, readCbor } from "./cbor.js";
import { parseSign1, type Sign1 } from "./cose.js";
import { NitroError } from "./errors.js";

/** What an AWS Nitro enclave attests, read but not verified. */
export interface NitroDocument extends Sign1 {
  /** Instance, "-enc", enclave. */
  readonly moduleId: string;
  /** Unix milliseconds. */
  readonly timestamp: number;
  /** SHA-384 registers by index, 0 to 31. */
  readonly pcrs: ReadonlyMap<number, Uint8Array>;
  /** DER of the root, its authorities and the leaf, in this order. */
  readonly chain: readonly Uint8Array[];
  readonly publicKey?: Uint8Array;
  readonly userData?: Uint8Array;
  readonly nonce?: Uint8Array;
}

/** AWS's own limits: bytes of a certificate and of public key, user data and nonce each. */
const MAX_FIELD = 1024;
const MAX_KEYS = 32;
const MAX_KEY = 64;
const MAX_AUTHORITIES = 6;
const PCRS = 32;
const PCR_LENGTH = 48;
const MODULE_ID = /^[\x21-\x7e]{1,128}$/;

/** Reads a document as strictly as NitroVerifier does. Throws `BAD_EVIDENCE`. */
export function parseNitroDocument(evidence: Uint8Array): NitroDocument {
  const message = parseSign1(evidence);
  const fields = readCbor(message.payload, "the payload");
  if (!(fields instanceof Map)) throw new NitroError("BAD_EVIDENCE", "the payload is no map");
  if ([...fields.keys()].some((key) => typeof key !== "string" || new TextEncoder().encode(key).length > MAX_KEY)) {
    throw new NitroError("BAD_EVIDENCE", `a key of the payload is no text of at most ${MAX_KEY} bytes`);
  }
  if (fields.size > MAX_KEYS) throw new NitroError("BAD_EVIDENCE", `the payload has more than ${MAX_KEYS} keys`);
  if (fields.get("digest") !== "SHA384") throw new NitroError("BAD_EVIDENCE", "the digest is not SHA384");
  return {
    ...message,
    moduleId: moduleIdOf(fields.get("module_id")),
    timestamp: timestampOf(fields.get("timestamp")),
    pcrs: pcrsOf(fields.get("pcrs")),
    chain: chainOf(fields.get("cabundle"), fields.get("certificate")),
    ...optional("publicKey", fields, "public_key"),
    ...optional("userData", fields, "user_data"),
    ...optional("nonce", fields, "nonce"),
  };
}

/** The EC2 instance that an enclave runs on: its module's name up to "-enc". */
export function instanceOf({ moduleId }: Pick<NitroDocument, "moduleId">): string {
  return moduleId.split("-enc", 1)[0] as string;
}

function moduleIdOf(value: unknown): string {
  if (typeof value !== "string" || !MODULE_ID.test(value)) {
    throw new NitroError("BAD_EVIDENCE", "module_id is not 1 to 128 visible ASCII characters");
  }
  return value;
}

function timestampOf(value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) <= 0) {
    throw new NitroError("BAD_EVIDENCE", "timestamp is no positive number of milliseconds");
  }
  return value as number;
}

function pcrsOf(value: unknown): Map<number, Uint8Array> {
  if (!(value instanceof Map) || value.size === 0 || value.size > PCRS) {
    throw new NitroError("BAD_EVIDENCE", `pcrs is no map of 1 to ${PCRS} registers`);
  }
  const pcrs = new Map<number, Uint8Array>();
  for (const [index, register] of value) {
    if (!Number.isInteger(index) || index < 0 || index >= PCRS) {
      throw new NitroError("BAD_EVIDENCE", `there is no register ${String(index)}`);
    }
    pcrs.set(index, expectBytes(register, `PCR${index}`, PCR_LENGTH, PCR_LENGTH));
  }
  return pcrs;
}

function chainOf(authorities: unknown, leaf: unknown): Uint8Array[] {
  if (!Array.isArray(authorities) || authorities.length === 0 || authorities.length > MAX_AUTHORITIES) {
    throw new NitroError("BAD_EVIDENCE", `cabundle is no array of 1 to ${MAX_AUTHORITIES} certificates`);
  }
  return [...authorities, leaf].map((der, i) => expectBytes(der, `certificate ${i}`, 1, MAX_FIELD));
}

/** Absent or null: nothing. CBOR's undefined is neither. */
function optional<K extends "publicKey" | "userData" | "nonce">(
  name: K,
  fields: ReadonlyMap<unknown, unknown>,
  key: string,
): Partial<Record<K, Uint8Array>> {
  const value = fields.get(key);
  if (value === null || !fields.has(key)) return {};
  return { [name]: expectBytes(value, key, 0, MAX_FIELD) } as Partial<Record<K, Uint8Array>>;
}
