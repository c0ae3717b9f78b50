import { bn254 } from "@noble/curves/bn254.js";
import { BASE_FIELD, inverse, mod } from "../field.js";
import { type G1Point, type G2Point, GENERATOR1, GENERATOR2 } from "../groth16/points.js";
import { FIELD } from "../r1cs.js";

// Points and secrets from seeds as snarkjs draws them, so that its `zkey verify` agrees: a ChaCha20 stream of 32-bit words, numbers of
// 254 bits that are drawn again until they are below their order, and taken as they are for a Montgomery form of radix 2^256.

const { Fp, Fp2 } = bn254.fields;
const RADIX = 1n << 256n;
const FROM_BASE = inverse(RADIX % BASE_FIELD, BASE_FIELD);
const FROM_SCALAR = inverse(RADIX % FIELD);
const MASK = (1n << 254n) - 1n;
const HALF = (BASE_FIELD - 1n) / 2n;

/** A seeded stream of words: ChaCha20 (RFC 8439, section 2.3) with counter and nonce 0, whose key's words are big-endian in the seed. */
export class Stream {
  readonly #state: Uint32Array;
  #block = new Uint32Array(16);
  #next = 16;

  /** @param seed 32 bytes at least; the first 32 count */
  constructor(seed: Uint8Array) {
    const view = new DataView(seed.buffer, seed.byteOffset, 32);
    const key = Array.from({ length: 8 }, (_, i) => view.getUint32(4 * i));
    this.#state = Uint32Array.from([0x61707865, 0x3320646e, 0x79622d32, 0x6b206574, ...key, 0, 0, 0, 0]);
  }

  word(): number {
    if (this.#next === 16) {
      this.#block = chacha(this.#state);
      this.#state[12] = (this.#state[12] ?? 0) + 1;
      this.#next = 0;
    }
    return this.#block[this.#next++] ?? 0;
  }

  /** A number below an order of 254 bits, uniform. */
  below(order: bigint): bigint {
    for (;;) {
      let value = 0n;
      for (let i = 0n; i < 4n; i++) value |= ((BigInt(this.word()) << 32n) | BigInt(this.word())) << (64n * i);
      value &= MASK;
      if (value < order) return value;
    }
  }

  /** A scalar. */
  scalar(): bigint {
    return mod(this.below(FIELD) * FROM_SCALAR);
  }

  /** A point of G1 whose logarithm nobody knows. */
  g1(): G1Point {
    for (;;) {
      const x = this.#coordinate();
      const isGreater = (this.word() & 1) === 1;
      const y = rootOf(() => Fp.sqrt(Fp.add(Fp.mul(Fp.sqr(x), x), B1)));
      if (y !== undefined) return [x, y > HALF === isGreater ? y : Fp.neg(y)];
    }
  }

  /** A point of G2 whose logarithm nobody knows. */
  g2(): G2Point {
    for (;;) {
      const x = { c0: this.#coordinate(), c1: this.#coordinate() };
      const isGreater = (this.word() & 1) === 1;
      const root = rootOf(() => Fp2.sqrt(Fp2.add(Fp2.mul(Fp2.sqr(x), x), B2)));
      if (root === undefined) continue;
      const y = (root.c1 === 0n ? root.c0 : root.c1) > HALF === isGreater ? root : Fp2.neg(root);
      // Into the subgroup: the cofactor is above the order that noble takes factors below.
      const point = bn254.G2.Point.fromAffine({ x, y });
      const product = point.multiplyUnsafe(COFACTOR >> 1n).double();
      const affine = (COFACTOR & 1n ? product.add(point) : product).toAffine();
      return [
        [affine.x.c0, affine.x.c1],
        [affine.y.c0, affine.y.c1],
      ];
    }
  }

  #coordinate(): bigint {
    return mod(this.below(BASE_FIELD) * FROM_BASE, BASE_FIELD);
  }
}

/** Of G2's curve: 2 p - r. */
const COFACTOR = 2n * BASE_FIELD - FIELD;

/** What the curves add to x^3, from their generators. */
const B1 = mod(GENERATOR1[1] ** 2n - GENERATOR1[0] ** 3n, BASE_FIELD);
const B2 = (() => {
  const [x, y] = GENERATOR2.map(([c0, c1]) => ({ c0, c1 })) as [{ c0: bigint; c1: bigint }, { c0: bigint; c1: bigint }];
  return Fp2.sub(Fp2.sqr(y), Fp2.mul(Fp2.sqr(x), x));
})();

/** A square root, or undefined where there is none. */
function rootOf<T>(root: () => T): T | undefined {
  try {
    return root();
  } catch {
    return undefined;
  }
}

function chacha(state: Uint32Array): Uint32Array<ArrayBuffer> {
  const out = Uint32Array.from(state);
  const add = (a: number, b: number, d: number, bits: number) => {
    out[a] = (out[a] ?? 0) + (out[b] ?? 0);
    const mixed = (out[d] ?? 0) ^ (out[a] ?? 0);
    out[d] = (mixed << bits) | (mixed >>> (32 - bits));
  };
  const quarter = (a: number, b: number, c: number, d: number) => {
    add(a, b, d, 16);
    add(c, d, b, 12);
    add(a, b, d, 8);
    add(c, d, b, 7);
  };
  for (let round = 0; round < 10; round++) {
    for (let i = 0; i < 4; i++) quarter(i, 4 + i, 8 + i, 12 + i);
    for (let i = 0; i < 4; i++) quarter(i, 4 + ((i + 1) % 4), 8 + ((i + 2) % 4), 12 + ((i + 3) % 4));
  }
  for (let i = 0; i < 16; i++) out[i] = (out[i] ?? 0) + (state[i] ?? 0);
  return out;
}
