import { concat, getBytes } from "ethers";
import { seeded } from "../../worker/harness/random.ts";

/** The same cases on every machine. */
const random = seeded(20_260_727);
export const below = (limit: number) => Math.floor(random() * limit);
export const pick = <T>(list: readonly T[]): T => list[below(list.length)] as T;
export const chance = (share: number) => random() < share;
export const bytesOf = (length: number) => Uint8Array.from({ length }, () => below(256));

/** What becomes of good groups before they are sent. */
export const DAMAGES: readonly (readonly [string, (groups: Uint8Array[]) => Uint8Array])[] = [
  ["whole", (groups) => join(groups)],
  ["whole again", (groups) => join(groups)],
  ["a byte changed", (groups) => changed(join(groups), 1)],
  ["bytes changed", (groups) => changed(join(groups), 2 + below(6))],
  ["a bit of a header changed", (groups) => headerChanged(groups, (header) => flipped(header))],
  ["cut off", (groups) => cut(join(groups))],
  ["a tail", (groups) => join([...groups, bytesOf(1 + below(90))])],
  ["zeros behind", (groups) => join([...groups, new Uint8Array(1 + below(90))])],
  ["groups swapped", (groups) => join(shuffled(groups))],
  ["a group twice", (groups) => join(groups.length === 0 ? groups : [...groups, pick(groups)])],
  ["a mask of zero", (groups) => headerChanged(groups, (header) => header.fill(0, 3))],
  [
    "a mask over 15",
    (groups) => headerChanged(groups, (header) => header.fill((header[3] ?? 0) | (16 << below(4)), 3)),
  ],
  ["a slot beyond all", (groups) => headerChanged(groups, (header) => header.fill(255, 0, 1 + below(3)))],
  ["a byte lost", (groups) => lost(join(groups))],
  ["any bytes", () => bytesOf(below(400))],
  ["small bytes", () => bytesOf(below(60)).map((byte, i) => (i % 8 < 3 ? 0 : byte & 15))],
];

function join(parts: readonly Uint8Array[]): Uint8Array {
  return getBytes(concat(parts));
}

function changed(bytes: Uint8Array, times: number): Uint8Array {
  for (let i = 0; i < times && bytes.length > 0; i++) bytes[below(bytes.length)] = below(256);
  return bytes;
}

function headerChanged(groups: Uint8Array[], change: (header: Uint8Array) => void): Uint8Array {
  if (groups.length > 0) change(pick(groups).subarray(0, 4));
  return join(groups);
}

function flipped(header: Uint8Array): void {
  const at = below(4);
  header[at] = (header[at] ?? 0) ^ (1 << below(8));
}

function cut(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, below(bytes.length + 1));
}

function lost(bytes: Uint8Array): Uint8Array {
  const at = below(bytes.length);
  return join([bytes.subarray(0, at), bytes.subarray(at + 1)]);
}

function shuffled<T>(list: readonly T[]): T[] {
  return list
    .map((item) => [random(), item] as const)
    .toSorted(([a], [b]) => a - b)
    .map(([, item]) => item);
}
