export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes one after the other. */
export const concat = (...parts: readonly Uint8Array[]): Bytes => Uint8Array.from(Buffer.concat(parts));

/** An element of DER; also what no honest writer would write. */
export function tlv(tag: number, ...content: readonly Uint8Array[]): Bytes {
  const body = concat(...content);
  const { length } = body;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 0xff];
  return concat(Uint8Array.from(head), body);
}

export const sequence = (...content: readonly Uint8Array[]): Bytes => tlv(0x30, ...content);
export const octets = (...content: readonly Uint8Array[]): Bytes => tlv(0x04, ...content);
export const boolean = (value: boolean): Bytes => tlv(0x01, Uint8Array.of(value ? 0xff : 0));
export const bitString = (content: Uint8Array, unused = 0): Bytes => tlv(0x03, Uint8Array.of(unused), content);

/** A non-negative integer in its shortest form. */
export function integer(value: bigint): Bytes {
  let hex = value.toString(16);
  if (hex.length % 2 === 1) hex = `0${hex}`;
  const bytes = Uint8Array.from(Buffer.from(hex, "hex"));
  return bytes[0]! >= 0x80 ? tlv(0x02, Uint8Array.of(0), bytes) : tlv(0x02, bytes);
}

export function oid(text: string): Bytes {
  const [first, second, ...others] = text.split(".").map(Number);
  const bytes = [first! * 40 + second!];
  for (const arc of others) {
    const digits = [arc & 0x7f];
    for (let rest = arc >> 7; rest > 0; rest >>= 7) digits.unshift((rest & 0x7f) | 0x80);
    bytes.push(...digits);
  }
  return tlv(0x06, Uint8Array.from(bytes));
}

/** UTCTime, or GeneralizedTime from 2050 on; Unix seconds. */
export function time(unix: number): Bytes {
  const digits = `${new Date(unix * 1000).toISOString().replace(/\D/g, "").slice(0, 14)}Z`;
  const isLate = digits >= "2050";
  return tlv(isLate ? 0x18 : 0x17, Buffer.from(isLate ? digits : digits.slice(2)));
}

/** A name of one common name. */
export const commonName = (name: string): Bytes =>
  sequence(tlv(0x31, sequence(oid("2.5.4.3"), tlv(0x0c, Buffer.from(name)))));
