import type { Builder } from "../builder/builder.js";
import { constant, type Linear, pack } from "../builder/linear.js";
import { CircuitError } from "../errors.js";
import { INPUT_BITS, type Layout, PACKED_BITS } from "../model.js";
import { freshBits } from "./bits.js";

/** Counts of an input, each 0..15 by its own bits. 4 constraints a count. */
export function countWires(b: Builder, { inputs }: Layout, label: string, counts: () => ArrayLike<number>): Linear[] {
  return Array.from({ length: inputs }, (_, i) =>
    pack(
      freshBits(b, INPUT_BITS, `${label}[${i}]`, () => countAt(counts(), i, inputs)),
      1,
    ),
  );
}

/** Counts as elements of a commitment, 63 each. Needs counts in range, or two inputs have one commitment. */
export function packCounts(counts: readonly Linear[]): Linear[] {
  const each = Math.floor(PACKED_BITS / INPUT_BITS);
  const elements: Linear[] = [];
  for (let at = 0; at < counts.length; at += each) elements.push(pack(counts.slice(at, at + each), INPUT_BITS));
  return elements;
}

/** Counts outside circuits. @throws CircuitError `BAD_INPUT` */
export function plainCounts({ inputs }: Layout, counts: ArrayLike<number>): Linear[] {
  return Array.from({ length: inputs }, (_, i) => constant(countAt(counts, i, inputs)));
}

function countAt(counts: ArrayLike<number>, i: number, inputs: number): bigint {
  if (counts.length !== inputs) {
    throw new CircuitError("BAD_INPUT", `the model takes ${inputs} counts, not ${counts.length}`);
  }
  const count = counts[i] as number;
  if (!Number.isInteger(count) || count < 0 || count >= 2 ** INPUT_BITS) {
    throw new CircuitError("BAD_INPUT", `count ${i} is not an integer from 0 to ${2 ** INPUT_BITS - 1}`);
  }
  return BigInt(count);
}
