import type { Builder } from "../builder/builder.js";
import { add, constant, type Linear, pack, subtract, sum } from "../builder/linear.js";
import type { Layout } from "../model.js";
import { ERROR_SHIFT, KEPT_BITS } from "../reference.js";
import { toBits } from "./bits.js";
import { forward, logitsOf } from "./forward.js";
import type { PackedModel } from "./model.js";
import { argmax } from "./ranking.js";

/** |sum e_c w_c| <= 255, as e has one 1 and one -1 at most: 9 bits with the offset. */
const ERROR_BITS = 9;

export interface SampleInputs {
  readonly model: PackedModel;
  /** Signed weights of the output layer, in range, [class][neuron]. */
  readonly outputWeights: readonly (readonly Linear[])[];
  readonly counts: readonly Linear[];
  /** 1 at the right class. */
  readonly label: readonly Linear[];
}

/** What a sample takes from the weights. */
export interface SampleStep {
  /** [group][input], packed. */
  readonly hidden: readonly (readonly Linear[])[];
  /** [class][neuron] */
  readonly output: readonly (readonly Linear[])[];
}

/** One sample's part of a step (reference.ts, trainStep). */
export function sampleStep(b: Builder, layout: Layout, inputs: SampleInputs, label: string): SampleStep {
  const { groups, slot, logitBits } = layout;
  const { model, outputWeights, counts } = inputs;
  const pass = forward(b, layout, model, counts, label);
  const best = argmax(b, logitsOf(b, layout, pass, label), logitBits + 1, `${label}.argmax`);
  const errors = best.map((flag, c) => subtract(flag, inputs.label[c] as Linear));
  const back = pass.neurons.map(({ active }, h) => {
    const parts = errors.map((e, c) => b.product(e, outputWeights[c]?.[h] as Linear, `${label}.error[${h}][${c}]`));
    const shifted = add(sum(parts), constant(1n << BigInt(ERROR_BITS - 1)));
    const bits = toBits(b, shifted, ERROR_BITS, `${label}.back[${h}]`);
    const floored = subtract(pack(bits.slice(ERROR_SHIFT), 1), constant(1n << BigInt(ERROR_BITS - 1 - ERROR_SHIFT)));
    return b.product(active, floored, `${label}.d[${h}]`);
  });
  const kept = pass.neurons.map(({ active, bits }, h) =>
    b.product(active, pack(bits.slice(slot - 1 - KEPT_BITS), 1), `${label}.kept[${h}]`),
  );
  return {
    hidden: groups.map((members, g) => {
      const d = pack(
        members.map((h) => back[h] as Linear),
        slot,
      );
      return counts.map((count, i) => b.product(count, d, `${label}.move[${g}][${i}]`));
    }),
    output: errors.map((e, c) => kept.map((value, h) => b.product(e, value, `${label}.move[${c}][${h}]`))),
  };
}
