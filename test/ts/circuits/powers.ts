import { FIELD } from "@freehold/circuits";
import {
  BASE_FIELD,
  Engine,
  GENERATOR1,
  GENERATOR2,
  inverse,
  mod,
  power,
  rootOfUnity,
  toBytes,
  writePoint,
} from "@freehold/circuits/prover";
import { words, writeSections } from "../../../circuits/dist/formats/sections.js";

/** A prepared .ptau file whose secrets are these: what snarkjs makes in minutes for 2^12, in a second. */
export async function writePtau(log: number, { tau = 12_345n, alpha = 678n, beta = 910n } = {}): Promise<Uint8Array> {
  const engine = await Engine.create();
  const size = 2 ** log;
  const powers = (count: number, factor: bigint) => {
    const out = new Array<bigint>(count);
    for (let i = 0, value = factor; i < count; i++, value = mod(value * tau)) out[i] = value;
    return out;
  };
  const bases = (most: number, factor: bigint) =>
    Array.from({ length: most + 1 }, (_, k) => lagrange(k, tau, factor)).flat();
  const g1 = (scalars: bigint[]) => engine.multiples(1, writePoint(GENERATOR1), toBytes(scalars));
  const g2 = (scalars: bigint[]) => engine.multiples(2, writePoint(GENERATOR2), toBytes(scalars));
  return writeSections("ptau", 1, [
    [1, [words(32), toBytes([BASE_FIELD]), words(log, log)]],
    [2, [g1(powers(2 * size - 1, 1n))]],
    [3, [g2(powers(size, 1n))]],
    [4, [g1(powers(size, alpha))]],
    [5, [g1(powers(size, beta))]],
    [6, [g2([beta])]],
    [7, [words(0)]],
    [12, [g1(bases(log + 1, 1n))]],
    [13, [g2(bases(log, 1n))]],
    [14, [g1(bases(log, alpha))]],
    [15, [g1(bases(log, beta))]],
  ]);
}

/** The Lagrange basis of the domain of 2^log at tau, times a factor. */
function lagrange(log: number, tau: bigint, factor: bigint): bigint[] {
  const size = 2 ** log;
  const root = rootOfUnity(log);
  const roots = new Array<bigint>(size);
  for (let i = 0, value = 1n; i < size; i++, value = mod(value * root)) roots[i] = value;
  const over = mod(factor * (power(tau, BigInt(size)) - 1n) * inverse(BigInt(size)));
  const inverses = invertAll(roots.map((value) => mod(tau - value)));
  return roots.map((value, i) => (((value * over) % FIELD) * (inverses[i] ?? 0n)) % FIELD);
}

function invertAll(values: readonly bigint[]): bigint[] {
  const before: bigint[] = [];
  let product = 1n;
  for (const value of values) {
    before.push(product);
    product = (product * value) % FIELD;
  }
  let rest = inverse(product);
  const out = new Array<bigint>(values.length);
  for (let i = values.length - 1; i >= 0; i--) {
    out[i] = (rest * (before[i] ?? 0n)) % FIELD;
    rest = (rest * (values[i] ?? 0n)) % FIELD;
  }
  return out;
}
