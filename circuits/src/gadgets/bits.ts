import type { Builder } from "../builder/builder.js";
import { constant, type Linear, ONE, pack, subtract } from "../builder/linear.js";
import { CircuitError } from "../errors.js";

/** More bits could be decomposed in two ways: 2^254 exceeds the field's order. */
export const MAX_BITS = 253;

/** A wire that is 0 or 1. One constraint. */
export function boolean(b: Builder, label: string, hint: () => bigint): Linear {
  const bit = b.wire(label, hint);
  b.enforce(bit, subtract(bit, ONE), constant(0n), `${label} is a bit`);
  return bit;
}

/**
 * Bits of a value that the bits themselves define (lowest first): use {@link pack} with width 1 for the value, which is in
 * 0..2^n - 1 and needs no wire. n constraints.
 * @param hint the value, in 0..2^n - 1
 */
export function freshBits(b: Builder, n: number, label: string, hint: () => bigint): Linear[] {
  assertWidth(n, label);
  let value: bigint | undefined;
  return Array.from({ length: n }, (_, i) =>
    boolean(b, `${label}.${i}`, () => {
      value ??= hint();
      return (value >> BigInt(i)) & 1n;
    }),
  );
}

/** Bits of a value, lowest first; proves that the value is in 0..2^n - 1. n + 1 constraints. */
export function toBits(b: Builder, value: Linear, n: number, label: string): Linear[] {
  const bits = freshBits(b, n, label, () => b.value(value));
  b.equal(pack(bits, 1), value, `${label} is in 0..2^${n} - 1`);
  return bits;
}

function assertWidth(n: number, label: string): void {
  if (!Number.isInteger(n) || n < 1 || n > MAX_BITS) {
    throw new CircuitError("BAD_CIRCUIT", `${label} would be taken apart into ${n} bits; 1 to ${MAX_BITS} are unique`);
  }
}
