import { concat, getBytes, keccak256, toBeHex } from "ethers";
import { compactSignature } from "../eip712/struct.js";
import { FreeholdError } from "../errors/base.js";
import { fromHex, type Hex, toHex } from "../hex.js";

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

/**
 * Rows of lane V from their bytes, as the contract decodes them. Their signatures have 65 bytes, and need not be anybody's; only those
 * that OpenZeppelin takes (low s) can be packed again.
 * @throws FreeholdError `MALFORMED_ROWS` for what the contract refuses, with the same `remaining`; `INVALID_HEX`
 */
export function unpackVoucherRows(rows: string): VoucherRow[] {
  return unpack(Lane.Voucher, rows, (channel, view, at) => {
    const parity = view.getUint8(at + 32) >> 7;
    const signature = new Uint8Array(65);
    for (let i = 0; i < 64; i++) signature[i] = view.getUint8(at + i);
    signature[32] = view.getUint8(at + 32) & 0x7f;
    signature[64] = 27 + parity;
    return {
      channel,
      signed: view.getBigUint64(at + 64),
      metered: view.getBigUint64(at + 72),
      signature: toHex(signature),
    };
  });
}

/** Rows of lane O from their bytes, as the contract decodes them. Throws as {@link unpackVoucherRows} does. */
export function unpackOptimisticRows(rows: string): OptimisticRow[] {
  return unpack(Lane.Optimistic, rows, (channel, view, at) => ({ channel, amount: BigInt(view.getUint32(at)) }));
}

/** Channels of packed rows, in their order. Throws as {@link unpackVoucherRows} does. */
export function channelsOf(lane: Lane, rows: string): bigint[] {
  return unpack(lane, rows, (channel) => channel);
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

/** Reads each row of each group; `at` is where the row begins. */
function unpack<T>(lane: Lane, rows: string, read: (channel: bigint, view: DataView, at: number) => T): T[] {
  const bytes = fromHex(rows);
  const view = new DataView(bytes.buffer);
  const found: T[] = [];
  let floor = 0;
  for (let position = 0; position < bytes.length; ) {
    const header = bytes.length - position < HEADER_BYTES ? 0 : view.getUint32(position);
    const slot = Math.floor(header / 256);
    const lanes = [0, 1, 2, 3].filter((bit) => (header >> bit) & 1);
    const first = position + HEADER_BYTES;
    const next = first + lanes.length * ROW_BYTES[lane];
    if (lanes.length === 0 || (header & 0xff) > 15 || slot < floor || next > bytes.length) {
      const remaining = bytes.length - position;
      throw new FreeholdError("MALFORMED_ROWS", `the rows are malformed ${remaining} bytes before their end`, {
        details: { remaining },
      });
    }
    for (const [i, bit] of lanes.entries()) found.push(read(BigInt(4 * slot + bit), view, first + i * ROW_BYTES[lane]));
    floor = slot + 1;
    position = next;
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
