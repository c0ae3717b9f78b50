import { mod } from "../field.js";

/** A linear combination of wires; wire 0 is the constant 1. A wire may occur more than once: rows merge its terms. */
export interface Linear {
  readonly wires: readonly number[];
  /** Integers modulo FIELD, of either sign. */
  readonly coefficients: readonly bigint[];
}

export const ZERO: Linear = { wires: [], coefficients: [] };

export function constant(value: bigint): Linear {
  return value === 0n ? ZERO : { wires: [0], coefficients: [value] };
}

export const ONE = constant(1n);

export function scale(linear: Linear, factor: bigint): Linear {
  return { wires: linear.wires, coefficients: linear.coefficients.map((coefficient) => coefficient * factor) };
}

export function sum(parts: readonly Linear[]): Linear {
  return { wires: parts.flatMap(({ wires }) => wires), coefficients: parts.flatMap((part) => part.coefficients) };
}

export function add(...parts: Linear[]): Linear {
  return sum(parts);
}

export function subtract(from: Linear, ...parts: Linear[]): Linear {
  return sum([from, ...parts.map((part) => scale(part, -1n))]);
}

/** sum of parts[i] * 2^(width * i): packs values into slots. */
export function pack(parts: readonly Linear[], width: number): Linear {
  return sum(parts.map((part, i) => scale(part, 1n << BigInt(width * i))));
}

/** Terms by ascending wire, each wire once, coefficients in [1, FIELD). */
export function normalise({ wires, coefficients }: Linear): Linear {
  const terms = new Map<number, bigint>();
  for (const [i, wire] of wires.entries()) terms.set(wire, (terms.get(wire) ?? 0n) + (coefficients[i] as bigint));
  const sorted = [...terms].map(([wire, value]) => [wire, mod(value)] as const).filter(([, value]) => value !== 0n);
  sorted.sort(([a], [b]) => a - b);
  return { wires: sorted.map(([wire]) => wire), coefficients: sorted.map(([, value]) => value) };
}
