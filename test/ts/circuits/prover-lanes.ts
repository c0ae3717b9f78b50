import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { FIELD } from "@freehold/circuits";
import {
  BASE_FIELD,
  Engine,
  GENERATOR1,
  GENERATOR2,
  type Group,
  inverse,
  Lanes,
  mod,
  toBytes,
  writePoint,
} from "@freehold/circuits/prover";
import { expect } from "chai";
import { numbers, scalars } from "./synthetic.ts";

const CASES = process.env.FREEHOLD_NIGHTLY === "1" ? 1_000_000 : 20_000;
const ROUNDS = process.env.FREEHOLD_NIGHTLY === "1" ? 2_000 : 60;

/** Montgomery's R, bits of a limb, and bytes of a pair. */
const RADIX = 1n << 255n;
const BITS = 51n;
const HALF = 1n << 50n;
const PAIR = 80;

const GENERATORS = { 1: GENERATOR1, 2: GENERATOR2 } as const;

describe("circuits: the prover's lanes", function () {
  this.timeout(600_000);
  let lanes: Lanes;
  let fast: Engine;
  let plain: Engine;

  before(async function () {
    const created = await Lanes.create();
    if (created === undefined) {
      console.warn(
        "      SKIPPED: this machine has no fused multiply-adds for WebAssembly: the prover's lanes are not tested",
      );
      this.skip();
    }
    lanes = created;
    [fast, plain] = await Promise.all([Engine.create(), Engine.create({ lanes: false })]);
    expect([fast.hasLanes, plain.hasLanes]).to.deep.equal([true, false]);
  });

  /** Limbs of a pair as they stand in memory. */
  function put(at: number, pair: readonly (readonly bigint[])[]): void {
    const memory = new Float64Array(lanes.core.memory.buffer, at, 10);
    for (const [lane, limbs] of pair.entries())
      for (const [i, limb] of limbs.entries()) memory[2 * i + lane] = Number(limb);
  }

  function get(at: number): bigint[][] {
    const memory = new Float64Array(lanes.core.memory.buffer, at, 10);
    return [0, 1].map((lane) => [0, 1, 2, 3, 4].map((i) => BigInt(memory[2 * i + lane] ?? Number.NaN)));
  }

  const integerOf = (limbs: readonly bigint[]) => limbs.reduceRight((value, limb) => (value << BITS) + limb, 0n);
  const magnitude = (value: bigint) => (value < 0n ? -value : value);

  it("multiplies as integers do, whatever limbs its bounds allow, and keeps its own", () => {
    const next = numbers(11);
    // A sum of two tidy elements at most: limbs of 2^51; the top limb so that the value stays below 1.6 p.
    const extremes = [0n, 1n, HALF - 1n, HALF, 2n * HALF - 1n, 2n * HALF];
    const top = ((16n * BASE_FIELD) / 10n) >> (4n * BITS);
    const limb = (bound: bigint) => {
      const kind = next() % 3;
      const size = kind === 0 ? (extremes[next() % extremes.length] ?? 0n) : (BigInt(next()) << 20n) ^ BigInt(next());
      const value = size > bound ? (kind === 0 ? bound : size % (bound + 1n)) : size;
      return next() & 1 ? value : -value;
    };
    const element = () => [limb(2n * HALF), limb(2n * HALF), limb(2n * HALF), limb(2n * HALF), limb(top - 1n)];
    const [a, b, out] = [0, 1, 2].map((i) => ((lanes.core.heap() + 15) & ~15) + i * PAIR) as [number, number, number];
    const unRadix = inverse(RADIX, BASE_FIELD);
    for (let i = 0; i < CASES; i++) {
      const [x, y] = [[element(), element()], i % 5 === 0 ? undefined : [element(), element()]];
      put(a, x);
      put(b, y ?? x);
      lanes.core.mul(out, a, b);
      for (const [lane, limbs] of get(out).entries()) {
        const factors = [x[lane] ?? [], (y ?? x)[lane] ?? []].map(integerOf) as [bigint, bigint];
        const product = integerOf(limbs);
        if (mod(product - factors[0] * factors[1] * unRadix, BASE_FIELD) !== 0n) {
          throw new Error(`case ${i}, lane ${lane}: ${factors} gave ${product}`);
        }
        const bound = magnitude(factors[0] * factors[1]) / RADIX + (3n * BASE_FIELD) / 4n + 1n;
        expect(magnitude(product) <= bound, `case ${i}: value`).to.equal(true);
        expect(
          limbs.slice(0, 4).every((each) => magnitude(each) <= HALF),
          `case ${i}: limbs`,
        ).to.equal(true);
      }
    }
  });

  it("sums multiples of points as the plain core does: random, equal, opposite ones, infinity, few and small factors", () => {
    const next = numbers(12);
    const random = scalars(13);
    const factorsOf = [
      random,
      () => BigInt(next() & 1),
      () => FIELD - 1n - BigInt(next() % 3),
      () => BigInt(next() % 300),
      () => 0n,
      () => 1n << BigInt(next() % 254),
    ];
    const logsOf = [random, () => 1n, () => mod(BigInt((next() % 5) - 2)), () => 0n];
    for (let round = 0; round < ROUNDS; round++) {
      const group: Group = round % 3 === 2 ? 2 : 1;
      const count = 64 + (next() % (round % 10 === 0 ? 3_000 : 200));
      const mixed = next() % 2 === 0;
      const [logKind, factorKind] = [next(), next()];
      const pick = (kinds: (() => bigint)[], kind: number) => kinds[(mixed ? next() : kind) % kinds.length]?.() ?? 0n;
      const logs = Array.from({ length: count }, () => pick(logsOf, logKind));
      const factors = toBytes(Array.from({ length: count }, () => pick(factorsOf, factorKind)));
      const points = plain.multiples(group, writePoint(GENERATORS[group]), toBytes(logs));
      const sum = Buffer.from(fast.msm(group, points, factors)).toString("hex");
      expect(sum, `round ${round}`).to.equal(Buffer.from(plain.msm(group, points, factors)).toString("hex"));
    }
  });

  it("makes multiples, scales, and sums the terms of sparse columns as the plain core does", () => {
    const next = numbers(15);
    const random = scalars(16);
    const pick = () => [random(), random(), 0n, 1n, FIELD - 1n, BigInt(next() % 600)][next() % 6] ?? 0n;
    const list = (count: number) => Array.from({ length: count }, pick);
    for (let round = 0; round < ROUNDS / 6; round++) {
      const group: Group = round % 3 === 2 ? 2 : 1;
      const base = writePoint(GENERATORS[group]);
      // More than are worked on at once, now and then.
      const count = round % 10 === 0 ? 9_001 : 64 + (next() % 500);
      const factors = toBytes(list(count));
      const points = plain.multiples(group, base, factors);
      const same = (name: string, got: Uint8Array, expected: Uint8Array) =>
        expect(Buffer.compare(got, expected), `${name}, round ${round}`).to.equal(0);
      same("multiples", fast.multiples(group, base, factors), points);
      const few = points.subarray(0, Math.min(count, 300) * (group * 64));
      const scalar = toBytes([pick()]);
      same("scale", fast.scale(group, few, scalar), plain.scale(group, few, scalar));
      const terms = few.length / (group * 64);
      const starts = Uint32Array.from([0, 0, 1, 3, Math.floor(terms / 2), terms - 1, terms]);
      const terms32 = factors.subarray(0, terms * 32);
      const columns = (engine: Engine) => engine.columns(group, few, terms32, starts);
      same("columns", columns(fast), columns(plain));
    }
  });

  it("sums large numbers of points as the plain core does, in memory that does not grow the second time", () => {
    const random = scalars(14);
    const count = 20_001;
    const factors = toBytes(Array.from({ length: count }, random));
    const points = plain.multiples(1, writePoint(GENERATOR1), toBytes(Array.from({ length: count }, random)));
    const first = lanes.parts(1, points, factors);
    const bytes = lanes.core.memory.buffer.byteLength;
    expect(lanes.parts(1, points, factors)).to.deep.equal(first);
    expect(lanes.core.memory.buffer.byteLength).to.equal(bytes);
    expect(fast.msm(1, points, factors)).to.deep.equal(plain.msm(1, points, factors));
  });

  it("is left out by itself where products are rounded before they are added, and proofs are made without it", () => {
    const file = fileURLToPath(new URL("./lanes-process.ts", import.meta.url));
    const run = (...flags: string[]) =>
      execFileSync(process.execPath, [...flags, file], { encoding: "utf8", env: {} }).trim();
    expect(run()).to.equal("true true");
    expect(run("--no-enable-fma3")).to.equal("false true");
  });
});
