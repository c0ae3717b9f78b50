export type HexString = `0x${string}`;

/** A number as 32 bytes, big-endian. */
export const toBeHex = (value: bigint): HexString => `0x${value.toString(16).padStart(64, "0")}`;

export const concat = (parts: readonly HexString[]): HexString => `0x${parts.map((part) => part.slice(2)).join("")}`;

/** Bytes of a hex string from `start` to before `end`; negative places count from its end. */
export const slice = (hex: HexString, start: number, end?: number): HexString =>
  `0x${hex.slice(2).slice(2 * start, end === undefined ? undefined : 2 * end)}`;

/** The same with bytes from `start` on replaced. */
export const splice = (hex: HexString, start: number, bytes: HexString): HexString =>
  concat([slice(hex, 0, start), bytes, slice(hex, start + (bytes.length - 2) / 2)]);
