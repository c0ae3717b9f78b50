import type { Builder } from "../builder/builder.js";
import { constant, type Linear, ONE, pack, scale, subtract, sum } from "../builder/linear.js";
import type { Circuit } from "../builder/run.js";
import { CircuitError } from "../errors.js";
import { boolean, freshBits } from "../gadgets/bits.js";
import { commitment, dataElements, saltWire } from "../gadgets/commitment.js";
import { bindContext } from "../gadgets/context.js";
import { countWires } from "../gadgets/inputs.js";
import { packedWires, placed } from "../gadgets/model.js";
import { type SampleStep, sampleStep } from "../gadgets/training.js";
import { INPUT_BITS, type Layout, type ModelWeights, requireLayout, type Shape, WEIGHT_BITS } from "../model.js";
import { type Sample, trainStep } from "../reference.js";
import { bindRoot, checkedOnce, type SaltedWeights, shapeName, type Tier } from "./tiers.js";

export interface SgdValues {
  readonly base: SaltedWeights;
  /** Salt of the new weights' root (tier 1). */
  readonly nextSalt: bigint;
  readonly samples: readonly Sample[];
  readonly dataSalt: bigint;
  readonly context: bigint;
}

/**
 * "The new weights are the base's after one exact step (reference.ts, trainStep) on this mini-batch." The base's range is proven by
 * its registration, the new one's here. Public: base and next (tier 1 alone: roots), data, context. Committed in tier 2: the
 * base's elements, then the new ones; two segments of equal length.
 * @throws CircuitError `UNFIT_ARCHITECTURE`, `BAD_CIRCUIT` when a batch is so large that slots could carry
 */
export function sgdCircuit(shape: Shape, batch: number, tier: Tier): Circuit<SgdValues> {
  const layout = requireLayout(shape);
  assertBatch(layout, batch);
  return {
    name: `${shapeName("sgd", shape, tier)}-batch${batch}`,
    publics: [...(tier === 1 ? ["base", "next"] : []), "data", "context"],
    define: (b, values) => {
      const roots = tier === 1 ? { base: b.public("base"), next: b.public("next") } : undefined;
      const data = b.public("data");
      const context = b.public("context", () => values().context);
      const weights = checkedOnce(layout, () => values().base.weights);
      const stepped = checkedOnce(layout, () => trainStep(layout, weights(), values().samples));
      const kind = tier === 1 ? "wire" : "commit";
      const base = packedWires(b, layout, kind, "base", weights);
      const next = packedWires(b, layout, kind, "next", stepped);
      if (roots !== undefined) {
        bindRoot(b, roots.base, base, "base", () => values().base.salt);
        bindRoot(b, roots.next, next, "next", () => values().nextSalt);
      }
      bindContext(b, context);

      const samples = Array.from({ length: batch }, (_, s) => ({
        counts: countWires(b, layout, `sample[${s}].count`, () => sampleOf(values(), batch, s).counts),
        label: labelFlags(b, layout, `sample[${s}].label`, () => sampleOf(values(), batch, s).label),
      }));
      const elements = dataElements(
        samples.map(({ counts }) => counts),
        samples.map(({ label }) => sum(label.map((flag, c) => scale(flag, BigInt(c))))),
      );
      const dataRoot = commitment(
        b,
        "data",
        elements,
        saltWire(b, "data.salt", () => values().dataSalt),
        "data.root",
      );
      b.bind(data, dataRoot, "the mini-batch is the committed one");

      const outputWeights = unpackOutput(b, layout, base.output, weights);
      const steps = samples.map(({ counts, label }, s) =>
        sampleStep(b, layout, { model: base, outputWeights, counts, label }, `sample[${s}]`),
      );
      const change = updates(layout, steps);
      for (const [i, element] of next.elements.entries()) {
        const moved = subtract(base.elements[i] as Linear, change[i] as Linear);
        b.equal(moved, element, `element ${i} is the base's after the step`);
      }
      assertRange(b, layout, next.elements, stepped);
    },
  };
}

/** Sums over the batch of what is taken from each element. Biases stay. */
function updates(layout: Layout, steps: readonly SampleStep[]): Linear[] {
  const total = (of: (step: SampleStep) => Linear) => sum(steps.map(of));
  const { inputs, hidden, outputGroups, outputSlot, groups } = layout;
  return [
    ...groups.flatMap((_, g) => [
      ...Array.from({ length: inputs }, (_, i) => total(({ hidden }) => hidden[g]?.[i] as Linear)),
      constant(0n),
    ]),
    ...outputGroups.flatMap((members) => [
      ...Array.from({ length: hidden }, (_, h) =>
        pack(
          members.map((c) => total(({ output }) => output[c]?.[h] as Linear)),
          outputSlot,
        ),
      ),
      constant(0n),
    ]),
  ];
}

/** Every new weight is int8: 8 constraints a weight, one an element. The biases are the base's, whose registration proves them. */
function assertRange(b: Builder, layout: Layout, elements: readonly Linear[], weights: () => ModelWeights): void {
  const { inputs, hidden, slot, groups } = layout;
  const model = placed(layout, elements);
  for (const [g, members] of groups.entries()) {
    for (let i = 0; i < inputs; i++) {
      const parts = members.map((h) =>
        weightBits(b, `next.hiddenWeight[${h}][${i}]`, () => weights().hiddenWeight[h * inputs + i]),
      );
      b.equal(pack(parts, slot), model.hidden[g]?.[i] as Linear, `new weights of input ${i} are int8`);
    }
  }
  unpackOutput(b, { ...layout, hidden }, model.output, weights, "next");
}

/** Weights of the output layer, [class][neuron], signed: unpacked and range-checked. */
function unpackOutput(
  b: Builder,
  { hidden, classes, outputGroups, outputSlot }: Layout,
  packed: readonly (readonly Linear[])[],
  weights: () => ModelWeights,
  label = "base",
): Linear[][] {
  const unpacked: Linear[][] = Array.from({ length: classes }, () => []);
  for (const [g, members] of outputGroups.entries()) {
    for (let h = 0; h < hidden; h++) {
      const parts = members.map((c) =>
        weightBits(b, `${label}.outputWeight[${c}][${h}]`, () => weights().outputWeight[c * hidden + h]),
      );
      b.equal(pack(parts, outputSlot), packed[g]?.[h] as Linear, `weights of neuron ${h} are int8`);
      for (const [s, c] of members.entries()) unpacked[c]?.push(subtract(parts[s] as Linear, constant(128n)));
    }
  }
  return unpacked;
}

function weightBits(b: Builder, label: string, weight: () => number | undefined): Linear {
  return pack(
    freshBits(b, WEIGHT_BITS, label, () => BigInt((weight() ?? 0) + 128)),
    1,
  );
}

/** One of the classes, as flags: classes + 1 constraints. */
function labelFlags(b: Builder, { classes }: Layout, name: string, label: () => number): Linear[] {
  const flags = Array.from({ length: classes }, (_, c) => boolean(b, `${name}[${c}]`, () => BigInt(label() === c)));
  b.equal(sum(flags), ONE, `${name} is one of ${classes} classes`);
  return flags;
}

function sampleOf({ samples }: SgdValues, batch: number, s: number): Sample {
  const sample = samples[s];
  if (sample === undefined || samples.length !== batch) {
    throw new CircuitError("BAD_INPUT", `the circuit takes ${batch} samples, not ${samples.length}`);
  }
  return sample;
}

/** A weight moves by at most 8 * 15 a sample; old, new and all moves together must stay within half a slot. */
function assertBatch({ slot }: Layout, batch: number): void {
  const moves = 8 * (2 ** INPUT_BITS - 1) * batch + 256;
  if (Number.isInteger(batch) && batch > 0 && moves < 2 ** (slot - 1)) return;
  throw new CircuitError("BAD_CIRCUIT", `a batch of ${batch} samples could carry between slots of ${slot} bits`);
}
