import { concat, getBytes, keccak256, toBeHex } from "ethers";
import { compactSignature } from "../eip712/struct.js";
import { FreeholdError } from "../errors/base.js";
import type { Hex } from "../hex.js";

/** How a batch proves the payers' consent. */
export const Lane = { Voucher: 0, Optimistic: 1 } as const;
export type Lane = (typeof Lane)[keyof typeof Lane];

/** Bytes of a row in each lane, and of the header of up to four rows. */
export const ROW_BYTES = { [Lane.Voucher]: 80, [Lane.Optimistic]: 4 } as const;
export const HEADER_BYTES = 4;
/** Most channels that rows can name. */
export const MAX_CHANNELS = 2n ** 26n;

const UINT32 = 2n ** 32n;
const UINT64 = 2n ** 64n;

/** A row of lane V; amounts in units, over the channel's whole life. */
export interface VoucherRow {
  channel: bigint;
  /** Of the payer's voucher. */
  signed: bigint;
  /** What the enclave metered. */
  metered: bigint;
  /** Of the voucher, 65 bytes. */
  signature: string;
}

/** A row of lane O. */
export interface OptimisticRow {
  channel: bigint;
  /** Units to take, below 2^32. */
  amount: bigint;
}

/**
 * Packs rows of lane V as `ISettlements` describes, in the order of their channels.
 * @throws FreeholdError `INVALID_ROW`, `BAD_SIGNATURE`
 */
export function packVoucherRows(rows: readonly VoucherRow[]): Hex {
  return pack(rows, ({ signed, metered, signature }) => {
    const { r, vs } = compactSignature(signature);
    return [r, vs, bytes(signed, 8, UINT64, "signed"), bytes(metered, 8, UINT64, "metered")];
  });
}

/** Packs rows of lane O. Throws `INVALID_ROW`. */
export function packOptimisticRows(rows: readonly OptimisticRow[]): Hex {
  return pack(rows, ({ amount }) => [bytes(amount, 4, UINT32, "amount")]);
}

/** Channels of packed rows, in their order. Throws `MALFORMED_ROWS` for what the contract refuses. */
export function channelsOf(lane: Lane, rows: string): bigint[] {
  const bytes = getBytes(rows);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const channels: bigint[] = [];
  let floor = 0;
  for (let position = 0; position < bytes.length; ) {
    const header = bytes.length - position < HEADER_BYTES ? 0 : view.getUint32(position);
    const slot = Math.floor(header / 256);
    const lanes = [0, 1, 2, 3].filter((lane) => (header >> lane) & 1);
    const next = position + HEADER_BYTES + lanes.length * ROW_BYTES[lane];
    if (lanes.length === 0 || (header & 0xff) > 15 || slot < floor || next > bytes.length) {
      const remaining = bytes.length - position;
      throw new FreeholdError("MALFORMED_ROWS", `the rows are malformed ${remaining} bytes before their end`, {
        details: { remaining },
      });
    }
    channels.push(...lanes.map((lane) => BigInt(4 * slot + lane)));
    floor = slot + 1;
    position = next;
  }
  return channels;
}

/** Hash of packed rows that a batch commits to. */
export function hashRows(rows: string): Hex {
  return keccak256(rows) as Hex;
}

/** Indices of the rows that paid nothing, from what `settle` returns. */
export function skippedRows(skipped: string): number[] {
  const found: number[] = [];
  for (const [i, byte] of getBytes(skipped).entries()) {
    for (let bit = 0; bit < 8; bit++) {
      if ((byte >> bit) & 1) found.push(8 * i + bit);
    }
  }
  return found;
}

function pack<T extends { channel: bigint }>(rows: readonly T[], parts: (row: T) => string[]): Hex {
  const slots = new Map<bigint, T[]>();
  let last = -1n;
  for (const row of rows.toSorted((a, b) => (a.channel < b.channel ? -1 : 1))) {
    if (row.channel < 0n || row.channel >= MAX_CHANNELS) throw invalid("channel", row.channel);
    if (row.channel === last) throw invalid("channel", row.channel, "twice");
    last = row.channel;
    slots.set(row.channel >> 2n, [...(slots.get(row.channel >> 2n) ?? []), row]);
  }
  return concat(
    [...slots].flatMap(([slot, group]) => [
      toBeHex(slot, 3),
      toBeHex(
        group.reduce((mask, { channel }) => mask | (1 << Number(channel & 3n)), 0),
        1,
      ),
      ...group.flatMap(parts),
    ]),
  ) as Hex;
}

function bytes(value: bigint, width: number, limit: bigint, name: string): string {
  if (value < 0n || value >= limit) throw invalid(name, value);
  return toBeHex(value, width);
}

function invalid(name: string, value: bigint, what = "out of range"): FreeholdError {
  return new FreeholdError("INVALID_ROW", `${name} ${value} is ${what}`, { details: { [name]: value.toString() } });
}
