import { createHash } from "node:crypto";
import { bn254 } from "@noble/curves/bn254.js";
import { concat, type HexString, toBeHex } from "./hex.ts";

const G1 = bn254.G1.Point;
const G2 = bn254.G2.Point;
export const R = bn254.fields.Fr.ORDER;
export const Q = bn254.fields.Fp.ORDER;
const { Fr } = bn254.fields;

export type PointG1 = InstanceType<typeof G1>;
export type PointG2 = InstanceType<typeof G2>;

/** Numbers of a seed, none of them zero: tests are the same each time. */
export function scalars(seed: string): () => bigint {
  let count = 0;
  return () => {
    const digest = createHash("sha512").update(`${seed} ${count++}`).digest("hex");
    return (BigInt(`0x${digest}`) % (R - 1n)) + 1n;
  };
}

/** A Groth16 key whose secrets are known: whoever has them proves any statement, so a verifier is tested without a circuit. */
export class Trapdoor {
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly delta: bigint;
  readonly ic: readonly bigint[];
  readonly #next: () => bigint;

  constructor(publics: number, seed = "key", phase2 = true) {
    const next = scalars(seed);
    this.#next = next;
    [this.alpha, this.beta, this.gamma] = [next(), next(), next()];
    this.delta = phase2 ? next() : this.gamma;
    this.ic = Array.from({ length: publics + 1 }, next);
  }

  /** The key as Groth16Verifier.storeKey takes it. */
  get key(): HexString {
    return concat([
      g1(G1.BASE.multiply(this.alpha)),
      ...[this.beta, this.gamma, this.delta].map((secret) => g2(G2.BASE.multiply(secret))),
      ...this.ic.map((secret) => g1(G1.BASE.multiply(secret))),
    ]);
  }

  /** A proof of any statement: A and B are random, C follows (the simulator of Groth 2016, 3.2). */
  prove(publics: readonly bigint[]): HexString {
    const [a, b] = [this.#next(), this.#next()];
    const statement = publics.reduce((sum, x, i) => Fr.add(sum, Fr.mul(Fr.create(x), this.ic[i + 1]!)), this.ic[0]!);
    const rest = Fr.sub(Fr.sub(Fr.mul(a, b), Fr.mul(this.alpha, this.beta)), Fr.mul(statement, this.gamma));
    const c = Fr.div(rest, this.delta);
    return concat([g1(G1.BASE.multiply(a)), g2(G2.BASE.multiply(b)), g1(G1.BASE.multiply(c))]);
  }
}

/** EIP-196: x and y. */
export function g1(point: PointG1): HexString {
  const { x, y } = point.toAffine();
  return concat([toBeHex(x), toBeHex(y)]);
}

/** EIP-197: the imaginary part of each coordinate first. */
export function g2(point: PointG2): HexString {
  const { x, y } = point.toAffine();
  return concat([toBeHex(x.c1), toBeHex(x.c0), toBeHex(y.c1), toBeHex(y.c0)]);
}

/** A point of the twist that is outside of the group: of a small multiple of the cofactor's order. */
export function outsideOfG2(): HexString {
  const { Fp2 } = bn254.fields;
  for (let i = 1n; ; i++) {
    const x = Fp2.create({ c0: i, c1: 1n });
    const square = Fp2.add(Fp2.mul(Fp2.sqr(x), x), G2.CURVE().b);
    try {
      const point = G2.fromAffine({ x, y: Fp2.sqrt(square) });
      if (!point.isTorsionFree()) return g2(point);
    } catch {
      // No square: no point with this x.
    }
  }
}
