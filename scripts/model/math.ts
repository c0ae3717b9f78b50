// Training must give the same weights on every machine. IEEE 754 fixes + - * / and sqrt, but leaves exp, log and pow to the engine,
// so those two are built here from the exact operations.

const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/** e^x within 2 ulp; 0 below -700. Arguments above 700 do not occur after the shift by the maximum. */
export function exp(x: number): number {
  if (x < -700) return 0;
  const k = Math.round(x / Math.LN2);
  const r = x - k * LN2_HIGH - k * LN2_LOW;
  let sum = 1;
  // |r| <= 0.35: fourteen terms of the Taylor series reach double precision.
  for (let n = 14; n >= 1; n--) sum = 1 + (sum * r) / n;
  return scale(sum, k);
}

/** Natural logarithm for 1 <= x <= 4, through log x = 2 artanh((x - 1) / (x + 1)). */
export function log(x: number): number {
  const t = (x - 1) / (x + 1);
  const t2 = t * t;
  let sum = 0;
  for (let n = 35; n >= 0; n--) sum = sum * t2 + 1 / (2 * n + 1);
  return 2 * t * sum;
}

/** x * 2^k, exact while the result is normal. */
function scale(x: number, k: number): number {
  let result = x;
  let left = Math.abs(k);
  const factor = k < 0 ? 0.5 : 2;
  let power = factor;
  while (left > 0) {
    if (left % 2 === 1) result *= power;
    power *= power;
    left = Math.floor(left / 2);
  }
  return result;
}

/** In place: logits to probabilities; returns log(sum of exp), shifted back. */
export function softmax(z: Float64Array): number {
  let max = -Infinity;
  for (const v of z) if (v > max) max = v;
  let sum = 0;
  for (let c = 0; c < z.length; c++) {
    const e = exp((z[c] as number) - max);
    z[c] = e;
    sum += e;
  }
  for (let c = 0; c < z.length; c++) z[c] = (z[c] as number) / sum;
  return max + log(sum);
}

/** sfc32 (Chris Doty-Humphrey, public domain), seeded from one integer: 32-bit operations only. */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.floor(seed / 0x1_0000_0000) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let i = 0; i < 15; i++) this.uint32();
  }

  uint32(): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + t) | 0;
    return t >>> 0;
  }

  /** Uniform in [0, 1). */
  uniform(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** Uniform in 0..n-1. */
  below(n: number): number {
    return Math.floor(this.uniform() * n);
  }

  /** Approximately normal, by the sum of twelve uniforms: no logarithm, no cosine. */
  normal(): number {
    let sum = -6;
    for (let i = 0; i < 12; i++) sum += this.uniform();
    return sum;
  }

  /** Fisher-Yates, in place. */
  shuffle<T extends { [i: number]: unknown; length: number }>(items: T): T {
    const list = items as { [i: number]: unknown; length: number };
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const held = list[i];
      list[i] = list[j];
      list[j] = held;
    }
    return items;
  }
}
