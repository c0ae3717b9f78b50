import { type Random, softmax } from "./math.ts";
import { rowCount, type SparseRows } from "./sparse.ts";

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
  /** What the penalty pulls towards; the origin when absent. */
  readonly anchor?: Mlp;
  /** Per-class factor on the loss, e.g. against imbalance. */
  readonly classWeight?: readonly number[];
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

/** He et al. (2015) for the ReLU layer, LeCun for the linear one. */
export function randomMlp(inputs: number, hidden: number, classes: number, random: Random, inputScale: number): Mlp {
  const normal = (length: number, deviation: number) => Float64Array.from({ length }, () => deviation * random.normal());
  return {
    inputs,
    hidden,
    classes,
    hiddenWeight: normal(inputs * hidden, inputScale),
    hiddenBias: new Float64Array(hidden).fill(0.1),
    outputWeight: normal(classes * hidden, 1 / Math.sqrt(hidden)),
    outputBias: new Float64Array(classes),
  };
}

/** Trains a copy by mini-batch Adam (Kingma & Ba 2015) on the cross-entropy; `mlp` itself stays as it is. */
export function fitMlp(mlp: Mlp, rows: SparseRows, options: FitOptions, random: Random): Mlp {
  const model = copyMlp(mlp);
  const gradient = zeros(model);
  const first = zeros(model);
  const second = zeros(model);
  const n = rowCount(rows);
  const order = Int32Array.from({ length: n }, (_, i) => i);
  const batches = Math.ceil(n / options.batch);
  const steps = options.epochs * batches;
  let step = 0;
  let decay1 = 1;
  let decay2 = 1;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    random.shuffle(order);
    for (let b = 0; b < batches; b++) {
      for (const name of PARAMETERS) gradient[name].fill(0);
      const batch = order.subarray(b * options.batch, (b + 1) * options.batch);
      for (const r of batch) accumulate(model, gradient, rows, r, 1 / batch.length, options.classWeight);
      decay1 *= 0.9;
      decay2 *= 0.999;
      const rate = options.rate * (1 - step / steps);
      for (const name of PARAMETERS) {
        const l2 = name.endsWith("Weight") || options.anchor !== undefined ? options.l2 : 0;
        adam(model[name], gradient[name], first[name], second[name], rate, decay1, decay2, l2, options.anchor?.[name]);
      }
      if (options.limit !== undefined) {
        clip(model.hiddenWeight, options.limit.hidden);
        clip(model.outputWeight, options.limit.output);
      }
      step++;
    }
  }
  return model;
}

/** Logits of one row. */
export function forward(model: Mlp, rows: SparseRows, r: number, hiddenOut: Float64Array, out: Float64Array): void {
  const { hidden, classes, hiddenWeight } = model;
  hiddenOut.set(model.hiddenBias);
  for (let e = rows.start[r] as number; e < (rows.start[r + 1] as number); e++) {
    const base = (rows.index[e] as number) * hidden;
    const value = rows.value[e] as number;
    for (let h = 0; h < hidden; h++) hiddenOut[h] = (hiddenOut[h] as number) + value * (hiddenWeight[base + h] as number);
  }
  for (let h = 0; h < hidden; h++) if ((hiddenOut[h] as number) < 0) hiddenOut[h] = 0;
  for (let c = 0; c < classes; c++) {
    let sum = model.outputBias[c] as number;
    for (let h = 0; h < hidden; h++) sum += (model.outputWeight[c * hidden + h] as number) * (hiddenOut[h] as number);
    out[c] = sum;
  }
}

function accumulate(
  model: Mlp,
  gradient: Mlp,
  rows: SparseRows,
  r: number,
  share: number,
  classWeight: readonly number[] | undefined,
): void {
  const { hidden, classes } = model;
  const activation = new Float64Array(hidden);
  const z = new Float64Array(classes);
  const back = new Float64Array(hidden);
  forward(model, rows, r, activation, z);
  softmax(z);
  const truth = rows.label[r] as number;
  const factor = share * (classWeight?.[truth] ?? 1);
  for (let c = 0; c < classes; c++) {
    const error = factor * ((z[c] as number) - (c === truth ? 1 : 0));
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

function adam(
  w: Float64Array,
  g: Float64Array,
  first: Float64Array,
  second: Float64Array,
  rate: number,
  decay1: number,
  decay2: number,
  l2: number,
  anchor: Float64Array | undefined,
): void {
  for (let i = 0; i < w.length; i++) {
    const v = w[i] as number;
    const d = (g[i] as number) + l2 * (v - (anchor === undefined ? 0 : (anchor[i] as number)));
    const m = 0.9 * (first[i] as number) + 0.1 * d;
    const s = 0.999 * (second[i] as number) + 0.001 * d * d;
    first[i] = m;
    second[i] = s;
    w[i] = v - (rate * (m / (1 - decay1))) / (Math.sqrt(s / (1 - decay2)) + 1e-8);
  }
}

function clip(w: Float64Array, limit: number): void {
  for (let i = 0; i < w.length; i++) {
    const v = w[i] as number;
    if (v > limit) w[i] = limit;
    else if (v < -limit) w[i] = -limit;
  }
}

function zeros(like: Mlp): Mlp {
  const zero = copyMlp(like);
  for (const name of PARAMETERS) zero[name].fill(0);
  return zero;
}
