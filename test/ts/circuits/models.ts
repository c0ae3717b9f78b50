import {
  type Circuit,
  type DeltaValues,
  deltaCircuit,
  FIELD,
  type InferenceValues,
  inferenceCircuit,
  type ModelWeights,
  type RegisterValues,
  registerCircuit,
  requireLayout,
  type SgdValues,
  type Shape,
  sgdCircuit,
  trainStep,
} from "@freehold/circuits";

/** Numbers below a limit, the same for the same seed (mulberry32). */
export function random(seed: number): (limit: number) => number {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  };
}

/** Elements of the field. */
export function randomElements(seed: number): () => bigint {
  const next = random(seed);
  return () => {
    let value = 0n;
    for (let i = 0; i < 9; i++) value = (value << 32n) | BigInt(next(2 ** 32));
    return value % FIELD;
  };
}

/** A model with weights in -reach..reach (-128 too for a reach of 127). */
export function randomModel({ inputs, hidden, classes }: Shape, seed: number, reach = 127): ModelWeights {
  const next = random(seed);
  const weight = () => (reach === 127 ? next(256) - 128 : next(2 * reach + 1) - reach);
  const bias = () => next(4_001) - 2_000;
  return {
    hiddenWeight: Int8Array.from({ length: hidden * inputs }, weight),
    hiddenBias: Int32Array.from({ length: hidden }, bias),
    outputWeight: Int8Array.from({ length: classes * hidden }, weight),
    outputBias: Int32Array.from({ length: classes }, bias),
  };
}

export function randomCounts({ inputs }: Shape, seed: number): number[] {
  const next = random(seed);
  return Array.from({ length: inputs }, () => next(16));
}

export interface Case<Values> {
  readonly circuit: Circuit<Values>;
  readonly values: Values;
}

export function inferenceCase(shape: Shape, tier: 1 | 2, seed = 1): Case<InferenceValues> {
  const salt = randomElements(seed + 7);
  return {
    circuit: inferenceCircuit(shape, tier),
    values: {
      weights: randomModel(shape, seed),
      counts: randomCounts(shape, seed + 1),
      salt: salt(),
      inputSalt: salt(),
      outputSalt: salt(),
      context: salt(),
    },
  };
}

export function registerCase(shape: Shape, tier: 1 | 2, seed = 1): Case<RegisterValues> {
  const salt = randomElements(seed + 8);
  const values = { weights: randomModel(shape, seed), salt: salt(), context: salt() };
  return { circuit: registerCircuit(shape, tier), values };
}

export function deltaCase(shape: Shape, seed = 1): Case<DeltaValues> {
  const salt = randomElements(seed + 9);
  const base = { weights: randomModel(shape, seed), salt: salt() };
  const next = { weights: randomModel(shape, seed + 1), salt: salt() };
  return { circuit: deltaCircuit(shape), values: { base, next, salt: salt(), context: salt() } };
}

/** A mini-batch whose step stays in int8: small weights, sparse counts. */
export function sgdCase(shape: Shape, tier: 1 | 2, batch: number, seed = 1): Case<SgdValues> {
  const salt = randomElements(seed + 10);
  const next = random(seed + 11);
  const sample = () => ({
    counts: Array.from({ length: shape.inputs }, () => (next(2) === 0 ? next(3) : 0)),
    label: next(shape.classes),
  });
  const values = {
    base: { weights: randomModel(shape, seed, 90), salt: salt() },
    nextSalt: salt(),
    samples: Array.from({ length: batch }, sample),
    dataSalt: salt(),
    context: salt(),
  };
  return { circuit: sgdCircuit(shape, batch, tier), values };
}

/** What the step makes of a case's base. */
export function stepped(shape: Shape, { base, samples }: SgdValues): ModelWeights {
  return trainStep(requireLayout(shape), base.weights, samples);
}
