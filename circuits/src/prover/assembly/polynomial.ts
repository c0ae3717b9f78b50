// Vectors over Fr: number-theoretic transforms without a permutation (decimation in frequency to bit-reversed order, in time
// back), sparse matrices, and what the quotient needs. Elements are 36 bytes as in fr.ts.
import * as fr from "./fr";

const N: usize = 36;
const t: usize = memory.data(36);

/** out[i] = first * base^i, each below 1.001 p. */
export function powers(out: usize, base: usize, first: usize, count: i32): void {
  memory.copy(out, first, N);
  for (let i = 1; i < count; i++) {
    fr.mul(out + N, out, base);
    out += N;
    fr.reduce(out);
  }
}

/** Moves element i to the place of i's bits reversed. */
export function reverseBits(a: usize, log: i32): void {
  const n = 1 << log;
  let j = 0;
  for (let i = 1; i < n; i++) {
    let bit = n >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    memory.copy(t, a + i * N, N);
    memory.copy(a + i * N, a + j * N, N);
    memory.copy(a + j * N, t, N);
  }
}

/** Transform in natural order to bit-reversed order; roots[i] = w^i for i below n / 2. */
export function transformDown(a: usize, log: i32, roots: usize): void {
  const n = 1 << log;
  for (let half = n >> 1; half !== 0; half >>= 1) {
    const stride = <usize>(n / (half << 1)) * N;
    for (let i = 0; i < n; i += half << 1) {
      let w = roots;
      let u = a + i * N;
      let v = u + half * N;
      for (let k = 0; k < half; k++) {
        fr.sub(t, u, v);
        fr.add(u, u, v);
        fr.reduce(u);
        fr.mul(v, t, w);
        u += N;
        v += N;
        w += stride;
      }
    }
  }
}

/** Transform in bit-reversed order to natural order. Elements grow by 4 p a level: enough room for 2^28. */
export function transformUp(a: usize, log: i32, roots: usize): void {
  const n = 1 << log;
  for (let half = 1; half < n; half <<= 1) {
    const stride = <usize>(n / (half << 1)) * N;
    for (let i = 0; i < n; i += half << 1) {
      let w = roots;
      let u = a + i * N;
      let v = u + half * N;
      for (let k = 0; k < half; k++) {
        fr.mul(t, v, w);
        fr.sub(v, u, t);
        fr.add(u, u, t);
        u += N;
        v += N;
        w += stride;
      }
    }
  }
  for (let i = 0; i < n; i++) fr.reduce(a + i * N);
}

/** out[i] = a[i] * b[i]. */
export function multiply(out: usize, a: usize, b: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count * N; i += N) fr.mul(out + i, a + i, b + i);
}

/** out[i] = a[i] * factor. */
export function multiplyAll(out: usize, a: usize, factor: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count * N; i += N) fr.mul(out + i, a + i, factor);
}

/** a[i] = a[i] + b[i] * factor. */
export function addMultiple(a: usize, b: usize, factor: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count * N; i += N) {
    fr.mul(t, b + i, factor);
    fr.add(a + i, a + i, t);
    fr.reduce(a + i);
  }
}

/** out[i] = value - a[i]. */
export function subtractFrom(out: usize, value: usize, a: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count * N; i += N) {
    fr.sub(out + i, value, a + i);
    fr.reduce(out + i);
  }
}

/** a[i] = 1 / a[i], none of them 0; scratch has space for count + 1 elements. */
export function invertAll(a: usize, count: i32, scratch: usize): void {
  memory.copy(scratch, fr.ONE, N);
  for (let i = 0; i < count; i++) fr.mul(scratch + (i + 1) * N, scratch + i * N, a + i * N);
  fr.inv(t, scratch + count * N);
  for (let i = count - 1; i >= 0; i--) {
    const at = a + i * N;
    fr.mul(scratch + (i + 1) * N, t, scratch + i * N);
    fr.mul(t, t, at);
    memory.copy(at, scratch + (i + 1) * N, N);
  }
}

/** out[row] = the row's product with the vector: compressed rows as in r1cs.ts, coefficients by index in `coefficients`. */
export function timesVector(
  out: usize,
  starts: usize,
  wires: usize,
  indices: usize,
  coefficients: usize,
  vector: usize,
  rows: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const at = out + row * N;
    memory.fill(at, 0, N);
    const end = load<u32>(starts + ((row + 1) << 2));
    let terms = 0;
    for (let k = load<u32>(starts + (row << 2)); k < end; k++) {
      fr.mul(t, coefficients + load<u32>(indices + (k << 2)) * N, vector + load<u32>(wires + (k << 2)) * N);
      fr.add(at, at, t);
      if ((++terms & 63) === 0) fr.reduce(at);
    }
    fr.reduce(at);
  }
}

/** out[wire] += coefficient * vector[row] for every term: the transposed matrix's product, added to `out`. */
export function timesTransposed(
  out: usize,
  starts: usize,
  wires: usize,
  indices: usize,
  coefficients: usize,
  vector: usize,
  rows: i32,
): void {
  for (let row = 0; row < rows; row++) {
    const end = load<u32>(starts + ((row + 1) << 2));
    for (let k = load<u32>(starts + (row << 2)); k < end; k++) {
      const at = out + load<u32>(wires + (k << 2)) * N;
      fr.mul(t, coefficients + load<u32>(indices + (k << 2)) * N, vector + row * N);
      fr.add(at, at, t);
      fr.reduce(at);
    }
  }
}

/** out[i] = a[i] b[i] - c[i] as integers of 32 bytes. */
export function quotientScalars(out: usize, a: usize, b: usize, c: usize, count: i32): void {
  for (let i: usize = 0; i < <usize>count; i++) {
    fr.mul(t, a + i * N, b + i * N);
    fr.sub(t, t, c + i * N);
    fr.pack(out + (i << 5), t, fr.UNIT);
  }
}
