import type { Builder } from "../builder/builder.js";
import type { Linear } from "../builder/linear.js";
import { INPUT_BITS, type Layout, WEIGHT_OFFSET } from "../model.js";
import { slotDot } from "./dense.js";
import type { PackedModel } from "./model.js";
import { logitWires } from "./ranking.js";
import { type Neuron, reluSlots } from "./relu.js";

export interface Forward {
  readonly neurons: readonly Neuron[];
  /** One element a group of classes, logits plus 2^(outputSlot - 1) in its slots. */
  readonly packedLogits: readonly Linear[];
}

/** Greatest |sum| of a hidden neuron whose parameters are in range. */
export function hiddenBound({ inputs, biasBits }: Layout): bigint {
  return BigInt((2 ** INPUT_BITS - 1) * WEIGHT_OFFSET * inputs) + (1n << BigInt(biasBits - 1));
}

/** Greatest |logit| of a model whose parameters are in range. */
export function outputBound(layout: Layout): bigint {
  return BigInt(WEIGHT_OFFSET * layout.hidden) * hiddenBound(layout) + (1n << BigInt(layout.outputBiasBits - 1));
}

/** Both layers: inputs + 1 constraints a group, slot + 1 a neuron, and one for each neuron and group of classes. */
export function forward(
  b: Builder,
  layout: Layout,
  model: PackedModel,
  counts: readonly Linear[],
  label: string,
): Forward {
  const { slot, groups, outputSlot, outputGroups } = layout;
  const neurons = groups.flatMap((members, g) => {
    const name = `${label}.hidden[${g}]`;
    const packed = model.hidden[g] as readonly Linear[];
    const bias = model.hiddenBias[g] as Linear;
    const slots = members.length;
    const sums = slotDot(
      b,
      { packed, factors: counts, bias, width: slot, slots, bound: hiddenBound(layout) },
      `${name}.product`,
    );
    return reluSlots(b, sums, slot, slots, name);
  });
  const factors = neurons.map(({ relu }) => relu);
  const packedLogits = outputGroups.map((members, g) => {
    const packed = model.output[g] as readonly Linear[];
    const bias = model.outputBias[g] as Linear;
    const dot = { packed, factors, bias, width: outputSlot, slots: members.length, bound: outputBound(layout) };
    return slotDot(b, dot, `${label}.output[${g}].product`);
  });
  return { neurons, packedLogits };
}

/** All logits, plus 2^logitBits each; unique only with the range checks of a ranking. */
export function logitsOf(b: Builder, layout: Layout, { packedLogits }: Forward, label: string): Linear[] {
  const { outputGroups, outputSlot, logitBits } = layout;
  const surplus = (1n << BigInt(outputSlot - 1)) - (1n << BigInt(logitBits));
  return outputGroups.flatMap((members, g) => {
    const slots = members.length;
    const excess = members.reduce((total, _, s) => total + (surplus << BigInt(outputSlot * s)), 0n);
    const { wires, coefficients } = packedLogits[g] as Linear;
    const element = { wires: [0, ...wires], coefficients: [-excess, ...coefficients] };
    return logitWires(b, element, outputSlot, slots, `${label}.logit`);
  });
}
