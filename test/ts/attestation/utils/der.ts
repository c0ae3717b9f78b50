// Writes DER (ITU-T X.690), as little of it as certificates need, and also what no honest writer would write.

export type Bytes = Uint8Array<ArrayBuffer>;

/** Bytes one after the other. */
export const concat = (...parts: readonly Uint8Array[]): Buffer<ArrayBuffer> => Buffer.concat(parts);

/** An element; the content is not looked at. */
export function tlv(tag: number, ...parts: readonly Uint8Array[]): Buffer<ArrayBuffer> {
  const content = concat(...parts);
  const { length } = content;
  const head =
    length < 0x80 ? [tag, length] : length < 0x100 ? [tag, 0x81, length] : [tag, 0x82, length >>> 8, length & 0xff];
  return concat(Buffer.from(head), content);
}

export const sequence = (...parts: readonly Uint8Array[]) => tlv(0x30, ...parts);
export const set = (...parts: readonly Uint8Array[]) => tlv(0x31, ...parts);
export const octets = (...parts: readonly Uint8Array[]) => tlv(0x04, ...parts);
export const bits = (content: Uint8Array, unused = 0) => tlv(0x03, Buffer.of(unused), content);
export const boolean = (value: boolean) => tlv(0x01, Buffer.of(value ? 0xff : 0));
export const enumerated = (value: number) => tlv(0x0a, Buffer.of(value));
export const utf8 = (text: string) => tlv(0x0c, Buffer.from(text));
export const printable = (text: string) => tlv(0x13, Buffer.from(text));
/** `[number]`, constructed. */
export const context = (number: number, ...parts: readonly Uint8Array[]) => tlv(0xa0 | number, ...parts);
/** `[number] IMPLICIT` of bytes. */
export const implicit = (number: number, content: Uint8Array) => tlv(0x80 | number, content);

export const integer = (value: bigint | number): Buffer<ArrayBuffer> => {
  const hex = BigInt(value).toString(16);
  const bytes = Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, "hex");
  return tlv(0x02, ...(bytes[0]! >= 0x80 ? [Uint8Array.of(0)] : []), bytes);
};

export const oid = (text: string): Buffer<ArrayBuffer> => {
  const [first = 0, second = 0, ...rest] = text.split(".").map(Number);
  const bytes = [40 * first + second, ...rest].flatMap((arc) => {
    const digits = [arc & 0x7f];
    for (let left = Math.floor(arc / 128); left > 0; left = Math.floor(left / 128)) digits.unshift(0x80 | (left % 128));
    return digits;
  });
  return tlv(0x06, Buffer.from(bytes));
};

/** A name of one common name. */
export const commonName = (name: string) => sequence(set(sequence(oid("2.5.4.3"), utf8(name))));

/** UTCTime, or GeneralizedTime from 2050 on. @param unix seconds */
export const time = (unix: number): Buffer<ArrayBuffer> => {
  const text = new Date(unix * 1_000).toISOString().replace(/[-:T]|\.000/g, "");
  return Number(text.slice(0, 4)) < 2050 ? tlv(0x17, Buffer.from(text.slice(2))) : tlv(0x18, Buffer.from(text));
};
