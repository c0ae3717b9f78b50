import { softmax } from "./math.ts";
import type { SparseRows } from "./sparse.ts";

export interface LogisticOptions {
  readonly classes: number;
  /** Coefficient of (l2 / 2) ||w||^2 next to the mean loss; the intercepts are free. */
  readonly l2: number;
  readonly iterations: number;
  /** Starting point, e.g. the solution for a superset of the inputs. */
  readonly initial?: Float64Array;
}

/**
 * Multinomial logistic regression by L-BFGS (Nocedal & Wright, Numerical Optimization, algorithm 7.5).
 * @returns classes x (width + 1) weights, the intercept last in each row
 */
export function fitLogistic(rows: SparseRows, options: LogisticOptions): Float64Array {
  const stride = rows.width + 1;
  const w = options.initial?.slice() ?? new Float64Array(options.classes * stride);
  const gradient = new Float64Array(w.length);
  const trial = new Float64Array(w.length);
  const trialGradient = new Float64Array(w.length);
  const history: { s: Float64Array; y: Float64Array; rho: number }[] = [];
  let loss = lossAndGradient(rows, w, gradient, options);
  for (let it = 0; it < options.iterations; it++) {
    const direction = quasiNewtonDirection(gradient, history);
    const slope = dot(gradient, direction);
    if (slope > -1e-14) break;
    let step = it === 0 ? 1 / Math.sqrt(dot(gradient, gradient)) : 1;
    let next = Infinity;
    for (let halvings = 0; halvings < 30; halvings++, step /= 2) {
      for (let i = 0; i < w.length; i++) trial[i] = (w[i] as number) + step * (direction[i] as number);
      next = lossAndGradient(rows, trial, trialGradient, options);
      if (next <= loss + 1e-4 * step * slope) break;
    }
    if (!(next < loss)) break;
    const s = new Float64Array(w.length);
    const y = new Float64Array(w.length);
    for (let i = 0; i < w.length; i++) {
      s[i] = (trial[i] as number) - (w[i] as number);
      y[i] = (trialGradient[i] as number) - (gradient[i] as number);
    }
    const curvature = dot(s, y);
    if (curvature > 1e-18) history.push({ s, y, rho: 1 / curvature });
    if (history.length > 8) history.shift();
    w.set(trial);
    gradient.set(trialGradient);
    const gain = loss - next;
    loss = next;
    if (gain < 1e-7) break;
  }
  return w;
}

function lossAndGradient(rows: SparseRows, w: Float64Array, gradient: Float64Array, options: LogisticOptions): number {
  const { classes, l2 } = options;
  const { start, index, value, label, width } = rows;
  const stride = width + 1;
  const n = rows.label.length;
  const z = new Float64Array(classes);
  gradient.fill(0);
  let loss = 0;
  for (let r = 0; r < n; r++) {
    const from = start[r] as number;
    const to = start[r + 1] as number;
    for (let c = 0; c < classes; c++) {
      const row = c * stride;
      let sum = w[row + width] as number;
      for (let e = from; e < to; e++) sum += (w[row + (index[e] as number)] as number) * (value[e] as number);
      z[c] = sum;
    }
    const truth = label[r] as number;
    const own = z[truth] as number;
    loss += softmax(z) - own;
    for (let c = 0; c < classes; c++) {
      const row = c * stride;
      const error = ((z[c] as number) - (c === truth ? 1 : 0)) / n;
      gradient[row + width] = (gradient[row + width] as number) + error;
      for (let e = from; e < to; e++) {
        const i = row + (index[e] as number);
        gradient[i] = (gradient[i] as number) + error * (value[e] as number);
      }
    }
  }
  let norm = 0;
  for (let c = 0; c < classes; c++) {
    for (let i = c * stride; i < c * stride + width; i++) {
      const v = w[i] as number;
      norm += v * v;
      gradient[i] = (gradient[i] as number) + l2 * v;
    }
  }
  return loss / n + (l2 / 2) * norm;
}

function quasiNewtonDirection(
  gradient: Float64Array,
  history: readonly { s: Float64Array; y: Float64Array; rho: number }[],
): Float64Array {
  const q = gradient.map((g) => -g);
  const alphas: number[] = [];
  for (const { s, y, rho } of history.toReversed()) {
    const alpha = rho * dot(s, q);
    alphas.push(alpha);
    addScaled(q, y, -alpha);
  }
  const last = history.at(-1);
  if (last !== undefined) {
    const gamma = 1 / (last.rho * dot(last.y, last.y));
    for (let i = 0; i < q.length; i++) q[i] = (q[i] as number) * gamma;
  }
  for (const { s, y, rho } of history) {
    const alpha = alphas.pop() as number;
    addScaled(q, s, alpha - rho * dot(y, q));
  }
  return q;
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}

function addScaled(a: Float64Array, b: Float64Array, factor: number): void {
  for (let i = 0; i < a.length; i++) a[i] = (a[i] as number) + factor * (b[i] as number);
}
