import { type Bytes, concat } from "./der.ts";

/** Random numbers that a seed repeats (mulberry32). */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** 0 to `bound` - 1. */
  below(bound: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * bound);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

/** Bytes that mean something to a reader of DER or CBOR. */
const TELLING = [0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x17, 0x18, 0x30, 0x31, 0x7f, 0x80, 0x81, 0x82, 0xa0, 0xa3];
const MORE = [0x18, 0x19, 0x1b, 0x40, 0x5f, 0x58, 0x60, 0x9f, 0xbf, 0xc0, 0xd2, 0xf4, 0xf5, 0xf6, 0xf9, 0xff];

type Damage = (bytes: Uint8Array, random: Random, others: readonly Uint8Array[]) => Bytes;

const changed = (bytes: Uint8Array, at: number, value: number): Bytes => {
  const copy = Uint8Array.from(bytes);
  copy[at] = value & 0xff;
  return copy;
};

export const DAMAGES: Readonly<Record<string, Damage>> = {
  none: (bytes) => Uint8Array.from(bytes),
  bit: (bytes, random) => {
    const at = random.below(bytes.length);
    return changed(bytes, at, bytes[at]! ^ (1 << random.below(8)));
  },
  "telling byte": (bytes, random) => changed(bytes, random.below(bytes.length), random.pick([...TELLING, ...MORE])),
  "length by one": (bytes, random) => {
    const at = random.below(Math.min(bytes.length, 200));
    return changed(bytes, at, bytes[at]! + random.pick([1, -1]));
  },
  cut: (bytes, random) => Uint8Array.from(bytes.subarray(0, random.below(bytes.length))),
  "byte out": (bytes, random) => {
    const at = random.below(bytes.length);
    return concat(bytes.subarray(0, at), bytes.subarray(at + 1));
  },
  "byte in": (bytes, random) => {
    const at = random.below(bytes.length + 1);
    return concat(bytes.subarray(0, at), Uint8Array.of(random.pick(TELLING)), bytes.subarray(at));
  },
  "piece twice": (bytes, random) => {
    const from = random.below(bytes.length);
    const to = Math.min(bytes.length, from + 1 + random.below(64));
    return concat(bytes.subarray(0, to), bytes.subarray(from));
  },
  splice: (bytes, random, others) => {
    const other = random.pick(others);
    const at = random.below(Math.min(bytes.length, other.length));
    return concat(bytes.subarray(0, at), other.subarray(at));
  },
};

/** A genuine or synthetic file with one or two damages. */
export function damaged(random: Random, files: readonly Uint8Array[]): { bytes: Bytes; what: string } {
  const names = [
    random.pick(Object.keys(DAMAGES)),
    ...(random.below(4) === 0 ? [random.pick(Object.keys(DAMAGES))] : []),
  ];
  let bytes = Uint8Array.from(random.pick(files));
  for (const name of names) if (bytes.length > 0) bytes = DAMAGES[name]!(bytes, random, files);
  return { bytes, what: names.join(", ") };
}
