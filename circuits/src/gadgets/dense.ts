import type { Builder } from "../builder/builder.js";
import { add, constant, type Linear, pack, scale, sum } from "../builder/linear.js";
import { CircuitError } from "../errors.js";
import { PACKED_BITS, WEIGHT_OFFSET } from "../model.js";

/** A dot product in every slot of packed weights. */
export interface SlotDot {
  /** Weights of one factor for all slots, each stored as w + 128. */
  readonly packed: readonly Linear[];
  readonly factors: readonly Linear[];
  /** Signed biases, packed. */
  readonly bias: Linear;
  /** Bits of a slot, and how many slots there are. */
  readonly width: number;
  readonly slots: number;
  /** What |bias + sum w x| cannot exceed, by the ranges of weights, biases and factors. */
  readonly bound: bigint;
}

/**
 * bias + sum packed[i] * factors[i] as one element, whose slot s holds its sum plus 2^(width - 1): never negative, never carrying.
 * One constraint a factor, whatever the number of slots; the offsets of weights and sums are linear and free.
 * @throws CircuitError `BAD_CIRCUIT` when sums could leave their slot or slots the element
 */
export function slotDot(b: Builder, dot: SlotDot, label: string): Linear {
  const { packed, factors, bias, width, slots } = dot;
  assertSlots(dot, label);
  const products = packed.map((element, i) => b.product(element, factors[i] as Linear, `${label}[${i}]`));
  const shift = add(constant(1n << BigInt(width - 1)), scale(sum(factors), BigInt(-WEIGHT_OFFSET)));
  return sum([bias, ...products, pack(new Array<Linear>(slots).fill(shift), width)]);
}

/** @throws CircuitError `BAD_CIRCUIT` */
export function assertSlots({ width, slots, bound }: Pick<SlotDot, "width" | "slots" | "bound">, label: string): void {
  if (width * slots > PACKED_BITS) {
    throw new CircuitError("BAD_CIRCUIT", `${label}: ${slots} slots of ${width} bits exceed ${PACKED_BITS}`);
  }
  if (bound >= 1n << BigInt(width - 1)) {
    throw new CircuitError(
      "BAD_CIRCUIT",
      `${label}: sums up to ${bound} do not fit slots of ${width} bits with a sign`,
    );
  }
}
