import { HEADER_BYTES, type Lane, ROW_BYTES } from "./rows.js";

/** Most gas of a transaction (EIP-7825). */
export const MAX_TRANSACTION_GAS = 2n ** 24n;
/** Most bytes of packed rows: clients pass on no transaction over 128 KiB, and the rest of one is below 1 KiB. */
export const MAX_ROWS_BYTES = 126 * 1024;

/**
 * Gas of `settle` at most, measured over whole transactions with the compiler settings of this repository, with a margin for calldata
 * without zero bytes (`test/ts/sdk/settlement-gas.ts` measures it again). `base`: everything but rows. `group`: a slot of four channels;
 * `fresh` more when nothing was ever paid from it, for it is written for the first time. `row`: by lane.
 */
export const SETTLEMENT_GAS = {
  base: 85_000n,
  group: 5_600n,
  fresh: 17_200n,
  row: [7_300n, 340n],
} as const;

/** A row as far as its cost goes. */
export interface CostedRow {
  readonly channel: bigint;
  /** Whether it may be that nothing was ever paid from the channel's slot. */
  readonly fresh: boolean;
}

/** What a batch takes at most, row by row. */
export class SettlementCost {
  readonly lane: Lane;
  /** By slot, whether it is written for the first time. */
  readonly #slots = new Map<bigint, boolean>();
  #rows = 0;
  #fresh = 0;

  constructor(lane: Lane) {
    this.lane = lane;
  }

  /** Gas of the whole transaction. */
  get gas(): bigint {
    const { base, group, fresh, row } = SETTLEMENT_GAS;
    return base + group * BigInt(this.#slots.size) + fresh * BigInt(this.#fresh) + row[this.lane] * BigInt(this.#rows);
  }

  /** Bytes of the packed rows. */
  get bytes(): number {
    return HEADER_BYTES * this.#slots.size + ROW_BYTES[this.lane] * this.#rows;
  }

  /** Adds a row unless the batch would pass a limit then. Returns whether it did; the first one always fits. */
  add({ channel, fresh }: CostedRow, maxGas: bigint, maxBytes: number): boolean {
    const slot = channel >> 2n;
    const before = this.#slots.get(slot);
    const after = (before ?? true) && fresh;
    this.#put(slot, before, after, 1);
    if (this.#rows === 1 || (this.gas <= maxGas && this.bytes <= maxBytes)) return true;
    this.#put(slot, after, before, -1);
    return false;
  }

  #put(slot: bigint, from: boolean | undefined, to: boolean | undefined, rows: 1 | -1): void {
    if (to === undefined) this.#slots.delete(slot);
    else this.#slots.set(slot, to);
    this.#fresh += Number(to === true) - Number(from === true);
    this.#rows += rows;
  }
}

/** Gas that a settlement of these rows takes at most. */
export function settlementGas(lane: Lane, rows: Iterable<CostedRow>): bigint {
  const cost = new SettlementCost(lane);
  for (const row of rows) cost.add(row, 2n ** 64n, Number.POSITIVE_INFINITY);
  return cost.gas;
}
