import { QuoteError } from "./errors.js";

/** Certification data of our own, in place of the chain: keccak256 of the first certificate (DcapQuote.TRIMMED). */
export const TRIMMED = 0xff05;
/** Intel's number for a chain of certificates as PEM. */
export const PEM_CHAIN = 5;
/** Intel's number for the quoting enclave's report as certification data: quotes from version 4 on. */
const QE_REPORT = 6;

const HEADER = 48;
const TEE_SGX = 0x00;
const TEE_TDX = 0x81;
/** Bytes of an SGX enclave report body, and of a TD report body: TDX 1.0, and 1.5, which adds TEE_TCB_SVN_2 and MRSERVICETD. */
export const SGX_BODY = 384;
export const TD10_BODY = 584;
export const TD15_BODY = 648;
/** Bytes of the bodies of version 5, by their type. */
const BODIES: Readonly<Record<number, number>> = { 1: SGX_BODY, 2: TD10_BODY, 3: TD15_BODY };

/** The part of a quote that says what it is of. */
export interface QuoteBody {
  readonly version: 3 | 4 | 5;
  readonly isTdx: boolean;
  /** Header and body: what is signed. */
  readonly signed: Uint8Array;
  readonly body: Uint8Array;
}

/** A quote, taken apart; the parts are views of it. Layout: Intel SGX ECDSA Quote Library Reference, A; Intel TDX DCAP Quoting Library API, A. */
export interface ParsedQuote extends QuoteBody {
  /** r and s over {@link signed}, 64 bytes. */
  readonly signature: Uint8Array;
  /** Attestation key, x and y on P-256. */
  readonly key: Uint8Array;
  readonly qeReport: Uint8Array;
  readonly qeSignature: Uint8Array;
  readonly authData: Uint8Array;
  /** {@link PEM_CHAIN} or {@link TRIMMED}. */
  readonly certificationType: number;
  readonly certification: Uint8Array;
  /** Bytes behind the declared end: hardware's buffers are longer than what they hold. */
  readonly trailing: Uint8Array;
}

/** Reads a quote as far as its body; verifies nothing. Throws `BAD_QUOTE`. */
export function parseQuoteBody(quote: Uint8Array): QuoteBody {
  const reader = new Reader(quote);
  const version = reader.u16(0);
  if (version !== 3 && version !== 4 && version !== 5) throw bad(`version ${version} is not read here: 3, 4 and 5 are`);
  if (reader.u16(2) !== 2) throw bad(`attestation key type ${reader.u16(2)} is not ECDSA-256 (2)`);
  // Version 3 has no TEE type: the bytes are reserved.
  const tee = version === 3 ? TEE_SGX : reader.u32(4);
  if (tee !== TEE_SGX && tee !== TEE_TDX) throw bad(`TEE type 0x${tee.toString(16)} is neither SGX nor TDX`);
  const isTdx = tee === TEE_TDX;
  const start = version === 5 ? HEADER + 6 : HEADER;
  const size = version === 5 ? declaredBody(reader, isTdx) : isTdx ? TD10_BODY : SGX_BODY;
  return { version, isTdx, signed: reader.bytes(0, start + size), body: reader.bytes(start, size) };
}

function declaredBody(reader: Reader, isTdx: boolean): number {
  const [type, declared] = [reader.u16(HEADER), reader.u32(HEADER + 2)];
  const size = BODIES[type];
  if (size === undefined) throw bad(`body type ${type} is not known`);
  if (declared !== size) throw bad(`a body of type ${type} has ${size} bytes, not ${declared}`);
  if (isTdx !== (size !== SGX_BODY)) throw bad(`body type ${type} is not of a quote for ${isTdx ? "TDX" : "SGX"}`);
  return size;
}

/** Takes a quote apart; verifies nothing. Throws `BAD_QUOTE`. */
export function parseQuote(quote: Uint8Array): ParsedQuote {
  const head = parseQuoteBody(quote);
  const reader = new Reader(quote);
  const end = head.signed.length;
  const declared = reader.u32(end);
  const data = new Reader(reader.bytes(end + 4, declared));

  let place = 128;
  if (head.version !== 3) {
    if (data.u16(place) !== QE_REPORT) throw bad("the quoting enclave's report is missing");
    place += 6;
  }
  const authEnd = place + 450 + data.u16(place + 448);
  const certificationType = data.u16(authEnd);
  return {
    ...head,
    signature: data.bytes(0, 64),
    key: data.bytes(64, 64),
    qeReport: data.bytes(place, 384),
    qeSignature: data.bytes(place + 384, 64),
    authData: data.bytes(place + 450, authEnd - place - 450),
    certificationType,
    certification: data.bytes(authEnd + 6, data.u32(authEnd + 2)),
    trailing: quote.subarray(end + 4 + declared),
  };
}

const bad = (message: string) => new QuoteError("BAD_QUOTE", `no quote: ${message}`);

/** Little-endian numbers, and slices that are inside. */
class Reader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  u16(place: number): number {
    this.#need(place + 2);
    return this.#view.getUint16(place, true);
  }

  u32(place: number): number {
    this.#need(place + 4);
    return this.#view.getUint32(place, true);
  }

  bytes(place: number, length: number): Uint8Array {
    this.#need(place + length);
    return this.#bytes.subarray(place, place + length);
  }

  #need(length: number): void {
    if (this.#bytes.length < length) throw bad(`it ends after ${this.#bytes.length} bytes, and ${length} are declared`);
  }
}
