import { readFile } from "node:fs/promises";
import { relative } from "node:path";
import { FIELD } from "@freehold/circuits";
import {
  BASE_FIELD,
  CHUNK,
  coreBytes,
  ELEMENT,
  Engine,
  fromBytes,
  fromG1,
  GENERATOR1,
  GENERATOR2,
  inverse,
  laneBytes,
  mod,
  power,
  readG1,
  readG2,
  rootOfUnity,
  toBytes,
  toG1,
  toG2,
  writePoint,
} from "@freehold/circuits/prover";
import { expect } from "chai";
import { buildCore } from "../../../circuits/scripts/build-core.ts";
import { numbers, scalars } from "./synthetic.ts";

const G1 = toG1(GENERATOR1);
const G2 = toG2(GENERATOR2);
const times1 = (scalar: bigint) => fromG1(mod(scalar) === 0n ? toG1([0n, 0n]) : G1.multiply(mod(scalar)));
const times2 = (scalar: bigint): ReturnType<typeof readG2> => {
  if (mod(scalar) === 0n) return readG2(new Uint8Array(128));
  const { x, y } = G2.multiply(mod(scalar)).toAffine();
  return [
    [x.c0, x.c1],
    [y.c0, y.c1],
  ];
};

describe("circuits: the prover's core", () => {
  let engine: Engine;
  before(async () => {
    engine = await Engine.create();
  });

  it("is what its sources give, byte for byte, and at most 40 KiB", async () => {
    for (const [path, text] of await buildCore()) {
      expect((await readFile(path, "utf8")) === text, `${relative(".", path)} is not what its sources give`).to.equal(
        true,
      );
    }
    expect(coreBytes().length + laneBytes().length).to.be.at.most(40 * 1024);
  });

  it("imports nothing of Node where a browser takes it, worker included", async () => {
    const { imports } = JSON.parse(await readFile(new URL("../../../circuits/package.json", import.meta.url), "utf8"));
    const root = new URL("../../../circuits/", import.meta.url);
    const seen = new Set<string>();
    const visit = async (url: URL) => {
      if (seen.has(url.href)) return;
      seen.add(url.href);
      const source = await readFile(url, "utf8");
      for (const [, name = ""] of source.matchAll(/(?:from|import|URL)\s*\(?\s*"([^"]+)"/g)) {
        if (name === "#threads") await visit(new URL(imports["#threads"].default, root));
        else if (name.startsWith(".")) await visit(new URL(name, url));
        else expect(name, url.pathname).to.match(/^@noble\//);
      }
      expect(source, url.pathname).to.not.match(/\b(process\.|Buffer\b|require\()/);
    };
    await visit(new URL("dist/index.js", root));
    const names = [...seen].map((url) => url.slice(url.lastIndexOf("/") + 1));
    expect(names).to.include.members(["worker.js", "threads-web.js", "prove.js"]).and.not.include("threads-node.js");
  });

  it("multiplies, squares and inverts as integers do, at the fields' edges too", () => {
    const { core } = engine;
    const random = scalars(1);
    const edges = [0n, 1n, 2n, (1n << 29n) - 1n, 1n << 29n, (1n << 253n) - 1n];
    for (const [field, modulus] of [["fq", BASE_FIELD] as const, ["fr", FIELD] as const]) {
      const values = [...edges, ...edges.map((edge) => mod(-edge, modulus)), ...Array.from({ length: 300 }, random)];
      engine.scoped(() => {
        const from = (list: bigint[]) => {
          const out = engine.take(list.length * ELEMENT);
          const bytes = engine.put(toBytes(list));
          if (field === "fq") core.fqFromBytes(out, bytes, list.length, 0);
          else core.frFromBytes(out, bytes, list.length);
          return out;
        };
        const to = (at: number) => {
          const out = engine.take(32);
          if (field === "fq") core.fqToBytes(out, at, 1, 0);
          else core.frToBytes(out, at, 1);
          return fromBytes(engine.read(out, 32))[0] ?? -1n;
        };
        const at = from(values);
        const out = engine.take(ELEMENT);
        const multiply = field === "fq" ? core.fqMul : core.frMul;
        const square = field === "fq" ? core.fqSqr : core.frSqr;
        for (const [i, value] of values.entries()) {
          const j = (i * 7 + 3) % values.length;
          expect(to(at + i * ELEMENT)).to.equal(value);
          multiply(out, at + i * ELEMENT, at + j * ELEMENT);
          expect(to(out)).to.equal((value * (values[j] ?? 0n)) % modulus);
          square(out, at + i * ELEMENT);
          expect(to(out)).to.equal((value * value) % modulus);
        }
        if (field === "fr") {
          for (const [i, value] of values.slice(0, 40).entries()) {
            core.frInv(out, at + i * ELEMENT);
            expect(to(out)).to.equal(inverse(value));
          }
        }
      });
    }
  });

  it("makes multiples of a point as noble does, in both groups", () => {
    const random = scalars(2);
    const factors = [
      0n,
      1n,
      2n,
      511n,
      512n,
      513n,
      FIELD - 1n,
      FIELD - 512n,
      1n << 253n,
      ...Array.from({ length: 300 }, random),
    ];
    const ones = engine.multiples(1, writePoint(GENERATOR1), toBytes(factors));
    const twos = engine.multiples(2, writePoint(GENERATOR2), toBytes(factors));
    for (const [i, factor] of factors.entries()) {
      expect(readG1(ones.subarray(64 * i, 64 * i + 64))).to.deep.equal(times1(factor));
      if (i < 60) expect(readG2(twos.subarray(128 * i, 128 * i + 128))).to.deep.equal(times2(factor));
    }
  });

  it("sums multiples of points as noble does: random ones, equal ones, opposite ones, infinity, bits", () => {
    const next = numbers(3);
    const random = scalars(4);
    const kinds = [
      random,
      () => BigInt(next() & 1),
      () => FIELD - 1n - BigInt(next() % 3),
      () => BigInt(next() % 300),
      () => 0n,
    ];
    for (let round = 0; round < 200; round++) {
      const group = round % 4 === 3 ? 2 : 1;
      const count = 1 + (next() % (round % 20 === 0 ? 400 : 24));
      const pick = () => kinds[next() % kinds.length]?.() ?? 0n;
      // Logarithms of the points: few different ones, so that equal and opposite points meet.
      const logs = Array.from({ length: count }, () => (next() % 2 ? random() : mod(BigInt((next() % 5) - 2))));
      const factors = Array.from({ length: count }, pick);
      const base = writePoint(group === 1 ? GENERATOR1 : GENERATOR2);
      const sum = engine.msm(group, engine.multiples(group, base, toBytes(logs)), toBytes(factors));
      const expected = logs.reduce((total, log, i) => mod(total + log * (factors[i] ?? 0n)), 0n);
      if (group === 1) expect(readG1(sum)).to.deep.equal(times1(expected));
      else expect(readG2(sum)).to.deep.equal(times2(expected));
    }
  });

  it("sums more points than fit one piece, in memory that does not grow the second time", () => {
    const random = scalars(5);
    const count = CHUNK + 1_000;
    const logs = Array.from({ length: count }, random);
    const factors = Array.from({ length: count }, random);
    const points = engine.multiples(1, writePoint(GENERATOR1), toBytes(logs));
    const sum = engine.msm(1, points, toBytes(factors));
    const bytes = engine.core.memory.buffer.byteLength;
    expect(readG1(sum)).to.deep.equal(
      times1(logs.reduce((total, log, i) => mod(total + log * (factors[i] ?? 0n)), 0n)),
    );
    expect(engine.msm(1, points, toBytes(factors))).to.deep.equal(sum);
    expect(engine.core.memory.buffer.byteLength).to.equal(bytes);
  });

  it("scales all points by one number", () => {
    const random = scalars(6);
    const logs = [0n, 1n, ...Array.from({ length: 20 }, random)];
    const factor = random();
    for (const group of [1, 2] as const) {
      const points = engine.multiples(group, writePoint(group === 1 ? GENERATOR1 : GENERATOR2), toBytes(logs));
      const scaled = engine.scale(group, points, toBytes([factor]));
      for (const [i, log] of logs.entries()) {
        if (group === 1) expect(readG1(scaled.subarray(64 * i, 64 * i + 64))).to.deep.equal(times1(log * factor));
        else expect(readG2(scaled.subarray(128 * i, 128 * i + 128))).to.deep.equal(times2(log * factor));
      }
    }
  });

  it("transforms as the sum over powers does, down and up again", () => {
    const { core } = engine;
    const random = scalars(7);
    for (let log = 1; log <= 6; log++) {
      const size = 2 ** log;
      const values = Array.from({ length: size }, random);
      const root = rootOfUnity(log);
      engine.scoped(() => {
        const roots = engine.take(size * ELEMENT);
        core.powers(roots, engine.putScalars(toBytes([root])), engine.putScalars(toBytes([1n])), size / 2);
        const expected = values.map((_, k) =>
          values.reduce((sum, value, i) => mod(sum + value * power(root, BigInt(i * k))), 0n),
        );
        const down = engine.putScalars(toBytes(values));
        core.transformDown(down, log, roots);
        core.reverseBits(down, log);
        expect(fromBytes(engine.readScalars(down, size))).to.deep.equal(expected);
        const up = engine.putScalars(toBytes(values));
        core.reverseBits(up, log);
        core.transformUp(up, log, roots);
        expect(fromBytes(engine.readScalars(up, size))).to.deep.equal(expected);
      });
    }
  });
});
