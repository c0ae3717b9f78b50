import type { Builder } from "../builder/builder.js";
import { type Linear, pack } from "../builder/linear.js";
import { toBits } from "./bits.js";

/** A neuron, as bits of its slot show it. */
export interface Neuron {
  /** 1 when the sum is not negative. */
  readonly active: Linear;
  /** max(sum, 0). */
  readonly relu: Linear;
  /** Bits of the sum below its sign, lowest first: the sum itself where it is active. */
  readonly bits: readonly Linear[];
}

/**
 * Takes an element of slots apart, each holding a sum plus 2^(width - 1), whose highest bit therefore says that the sum is not
 * negative. width + 1 constraints a neuron, 1 for the element.
 */
export function reluSlots(b: Builder, element: Linear, width: number, slots: number, label: string): Neuron[] {
  const all = toBits(b, element, width * slots, label);
  return Array.from({ length: slots }, (_, s) => {
    const bits = all.slice(width * s, width * (s + 1) - 1);
    const active = all[width * (s + 1) - 1] as Linear;
    return { active, bits, relu: b.product(active, pack(bits, 1), `${label}.relu[${s}]`) };
  });
}
