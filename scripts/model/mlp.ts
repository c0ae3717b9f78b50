import { type Random, softmax } from "./math.ts";
import type { SparseRows } from "./sparse.ts";

/** Two-layer perceptron in float64. `hiddenWeight` is input-major: the weights of one input for all neurons lie together. */
export interface Mlp {
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  readonly hiddenWeight: Float64Array;
  readonly hiddenBias: Float64Array;
  /** Class-major: classes x hidden. */
  readonly outputWeight: Float64Array;
  readonly outputBias: Float64Array;
}

export interface FitOptions {
  readonly epochs: number;
  readonly batch: number;
  /** Adam's step; falls linearly to zero over the run. */
  readonly rate: number;
  /** Coefficient of (l2 / 2) ||w - anchor||^2 next to the mean loss. */
  readonly l2: number;
  /** What the penalty pulls towards; without it the weights are pulled to zero and the biases are free. */
  readonly anchor?: Mlp;
  /** Weights stay within [-limit, limit], layer by layer: what int8 can hold. */
  readonly limit?: { readonly hidden: number; readonly output: number };
}

export const PARAMETERS = ["hiddenWeight", "hiddenBias", "outputWeight", "outputBias"] as const;

export function copyMlp(mlp: Mlp): Mlp {
  return {
    ...mlp,
    hiddenWeight: mlp.hiddenWeight.slice(),
    hiddenBias: mlp.hiddenBias.slice(),
    outputWeight: mlp.outputWeight.slice(),
    outputBias: mlp.outputBias.slice(),
  };
}

/** Starting point: about seven inputs are set, so their weights are larger than a dense layer's would be. */
export function randomMlp(inputs: number, hidden: number, classes: number, random: Random): Mlp {
  const normal = (length: number, deviation: number) =>
    Float64Array.from({ length }, () => deviation * random.normal());
  return {
    inputs,
    hidden,
    classes,
    hiddenWeight: normal(inputs * hidden, 0.1),
    hiddenBias: new Float64Array(hidden).fill(0.1),
    outputWeight: normal(classes * hidden, 1 / Math.sqrt(hidden)),
    outputBias: new Float64Array(classes),
  };
}

/** Trains a copy by mini-batch Adam (Kingma & Ba 2015) on the cross-entropy; `mlp` itself stays as it is. */
export function fitMlp(mlp: Mlp, rows: SparseRows, options: FitOptions, random: Random): Mlp {
  const model = copyMlp(mlp);
  const gradient = zeros(model);
  const optimisers = PARAMETERS.map((name) => ({ name, adam: new Adam(model[name].length) }));
  for (const { batch, rate } of batches(rows, options, random)) {
    for (const name of PARAMETERS) gradient[name].fill(0);
    for (const r of batch) accumulate(model, gradient, rows, r, 1 / batch.length);
    for (const { name, adam } of optimisers) {
      const l2 = name.endsWith("Weight") || options.anchor !== undefined ? options.l2 : 0;
      adam.step(model[name], gradient[name], rate, l2, options.anchor?.[name]);
    }
    if (options.limit !== undefined) {
      clip(model.hiddenWeight, options.limit.hidden);
      clip(model.outputWeight, options.limit.output);
    }
  }
  return model;
}

/** Shuffled mini-batches of row numbers over all epochs, with the step's learning rate. */
export function* batches(
  rows: SparseRows,
  options: Pick<FitOptions, "epochs" | "batch" | "rate">,
  random: Random,
): Generator<{ batch: Int32Array; rate: number }> {
  const order = Int32Array.from(rows.label, (_, i) => i);
  const perEpoch = Math.ceil(order.length / options.batch);
  const steps = options.epochs * perEpoch;
  for (let step = 0; step < steps; step++) {
    const b = step % perEpoch;
    if (b === 0) random.shuffle(order);
    yield {
      batch: order.subarray(b * options.batch, (b + 1) * options.batch),
      rate: options.rate * (1 - step / steps),
    };
  }
}

/** Logits of one row. */
export function forward(model: Mlp, rows: SparseRows, r: number, hiddenOut: Float64Array, out: Float64Array): void {
  const { hidden, classes, hiddenWeight } = model;
  hiddenOut.set(model.hiddenBias);
  for (let e = rows.start[r] as number; e < (rows.start[r + 1] as number); e++) {
    const base = (rows.index[e] as number) * hidden;
    const value = rows.value[e] as number;
    for (let h = 0; h < hidden; h++)
      hiddenOut[h] = (hiddenOut[h] as number) + value * (hiddenWeight[base + h] as number);
  }
  for (let h = 0; h < hidden; h++) if ((hiddenOut[h] as number) < 0) hiddenOut[h] = 0;
  for (let c = 0; c < classes; c++) {
    let sum = model.outputBias[c] as number;
    for (let h = 0; h < hidden; h++) sum += (model.outputWeight[c * hidden + h] as number) * (hiddenOut[h] as number);
    out[c] = sum;
  }
}

/** Adds one row's gradient of the cross-entropy, times `share`. */
export function accumulate(model: Mlp, gradient: Mlp, rows: SparseRows, r: number, share: number): void {
  const { hidden, classes } = model;
  const activation = new Float64Array(hidden);
  const z = new Float64Array(classes);
  const back = new Float64Array(hidden);
  forward(model, rows, r, activation, z);
  softmax(z);
  const truth = rows.label[r] as number;
  for (let c = 0; c < classes; c++) {
    const error = share * ((z[c] as number) - (c === truth ? 1 : 0));
    gradient.outputBias[c] = (gradient.outputBias[c] as number) + error;
    for (let h = 0; h < hidden; h++) {
      const i = c * hidden + h;
      gradient.outputWeight[i] = (gradient.outputWeight[i] as number) + error * (activation[h] as number);
      back[h] = (back[h] as number) + error * (model.outputWeight[i] as number);
    }
  }
  for (let h = 0; h < hidden; h++) {
    if ((activation[h] as number) <= 0) back[h] = 0;
    else gradient.hiddenBias[h] = (gradient.hiddenBias[h] as number) + (back[h] as number);
  }
  for (let e = rows.start[r] as number; e < (rows.start[r + 1] as number); e++) {
    const base = (rows.index[e] as number) * hidden;
    const value = rows.value[e] as number;
    for (let h = 0; h < hidden; h++) {
      gradient.hiddenWeight[base + h] = (gradient.hiddenWeight[base + h] as number) + value * (back[h] as number);
    }
  }
}

/** State of Adam for one array of parameters. */
export class Adam {
  readonly #first: Float64Array;
  readonly #second: Float64Array;
  #decay1 = 1;
  #decay2 = 1;

  constructor(size: number) {
    this.#first = new Float64Array(size);
    this.#second = new Float64Array(size);
  }

  /** One step on the gradient `g` plus l2 (w - anchor). */
  step(w: Float64Array, g: Float64Array, rate: number, l2 = 0, anchor?: Float64Array): void {
    this.#decay1 *= 0.9;
    this.#decay2 *= 0.999;
    for (let i = 0; i < w.length; i++) {
      const v = w[i] as number;
      const d = (g[i] as number) + l2 * (v - (anchor === undefined ? 0 : (anchor[i] as number)));
      const m = 0.9 * (this.#first[i] as number) + 0.1 * d;
      const s = 0.999 * (this.#second[i] as number) + 0.001 * d * d;
      this.#first[i] = m;
      this.#second[i] = s;
      w[i] = v - (rate * (m / (1 - this.#decay1))) / (Math.sqrt(s / (1 - this.#decay2)) + 1e-8);
    }
  }
}

function clip(w: Float64Array, limit: number): void {
  for (let i = 0; i < w.length; i++) {
    const v = w[i] as number;
    if (v > limit) w[i] = limit;
    else if (v < -limit) w[i] = -limit;
  }
}

/** All parameters zero. */
export function zeros(like: Mlp): Mlp {
  const zero = copyMlp(like);
  for (const name of PARAMETERS) zero[name].fill(0);
  return zero;
}
