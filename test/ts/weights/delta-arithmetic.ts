import { createDense, createSparse, type Dtype, readSafetensors } from "@freehold/sdk/weights";
import { expect } from "chai";
import { apply, BASE, delta, file, values } from "./delta-util.ts";
import { hex, pick, prng, refused, tensor } from "./util.ts";

const dtypeOf = (change: Uint8Array, name: string) => readSafetensors(change).tensors.get(name)?.dtype;

describe("weights: arithmetic of deltas", () => {
  const creators = { dense: createDense, sparse: createSparse } as const;

  it("stores integers in the next wider type, at their limits too", () => {
    const limits: [Dtype, Dtype, (number | bigint)[]][] = [
      ["I8", "I16", [-128, 127]],
      ["U8", "I16", [0, 255]],
      ["I16", "I32", [-32768, 32767]],
      ["U16", "I32", [0, 65535]],
      ["I32", "I64", [-(2 ** 31), 2 ** 31 - 1]],
      ["U32", "I64", [0, 2 ** 32 - 1]],
      ["BOOL", "I8", [0, 1]],
    ];
    for (const [dtype, wider, [least, greatest]] of limits) {
      const pair = [least as number, greatest as number];
      const base = file({ w: tensor(dtype, [2], pair) });
      const tuned = file({ w: tensor(dtype, [2], pair.toReversed()) });
      const change = createDense(base, tuned, { base: BASE });
      expect(dtypeOf(change, "w")).to.equal(wider);
      expect(values(change).map(Number)).to.deep.equal([pair[1]! - pair[0]!, pair[0]! - pair[1]!]);
      expect(hex(apply(base, change))).to.equal(hex(tuned));
    }
  });

  it("refuses what an integer type cannot hold, and names the element", async () => {
    const cases: [Dtype, Dtype, number | bigint, number | bigint][] = [
      ["I8", "I16", 127, 1],
      ["I8", "I16", -128, -1],
      ["U8", "I16", 0, -1],
      ["U16", "I32", 65535, 1],
      ["I32", "I64", 2 ** 31 - 1, 1n],
      ["U32", "I64", 0, -1n],
      ["I64", "I64", 2n ** 63n - 1n, 1n],
      ["U64", "I64", 0n, -1n],
      ["BOOL", "I8", 1, 1],
    ];
    for (const [dtype, wider, value, change] of cases) {
      const zero = typeof value === "bigint" ? 0n : 0;
      const none = typeof change === "bigint" ? 0n : 0;
      const base = file({ w: tensor(dtype, [2], [zero, value]) });
      const dense = delta("dense", { w: tensor(wider, [2], [none, change]) });
      const error = await refused("WEIGHTS_DELTA_RANGE", () => apply(base, dense));
      expect(error.details).to.include({ tensor: "w", index: 1, dtype });
      const sparse = { "w.indices": tensor("U32", [1], [1]), "w.values": tensor(wider, [1], [change]) };
      await refused("WEIGHTS_DELTA_RANGE", () => apply(base, delta("sparse", sparse)));
    }
    const [low, high] = [file({ w: tensor("U64", [1], [0n]) }), file({ w: tensor("U64", [1], [2n ** 64n - 1n]) })];
    await refused("WEIGHTS_DELTA_RANGE", () => createDense(low, high, { base: BASE }));
    const bool = file({ w: tensor("BOOL", [1], [1]) });
    await refused("WEIGHTS_DELTA_RANGE", () =>
      createDense(bool, file({ w: tensor("BOOL", [1], [2]) }), { base: BASE }),
    );
  });

  it("stores floats as floats where that is exact, else as differences of their bits", () => {
    const cases: [number, number, Dtype][] = [
      [1, 1.5, "F32"],
      [0.1, 0.1000001, "F32"],
      [1e10, 1e-3, "I32"],
      [0, -0, "I32"],
      [-0, 0, "I32"],
      [3e38, -3e38, "I32"],
      [1, 2 ** -149, "I32"],
      [-0, 2 ** -149, "F32"],
    ];
    for (const [b, t, dtype] of cases) {
      const base = file({ w: tensor("F32", [2], [b, 7]) });
      const tuned = file({ w: tensor("F32", [2], [t, 7]) });
      for (const create of Object.values(creators)) {
        const change = create(base, tuned, { base: BASE });
        expect(dtypeOf(change, create === createDense ? "w" : "w.values"), `${b} ${t}`).to.equal(dtype);
        expect(hex(apply(base, change))).to.equal(hex(tuned));
      }
    }
  });

  it("leaves elements alone whose difference is zero: negative zero, NaN and infinities of the base", () => {
    const odd = [-0, Number.NaN, Infinity, -Infinity, 1];
    const base = file({ w: tensor("F32", [5], odd) });
    for (const zero of [0, -0]) {
      const change = delta("dense", { w: tensor("F32", [5], [zero, zero, zero, zero, 1]) });
      expect(hex(apply(base, change))).to.equal(hex(file({ w: tensor("F32", [5], [...odd.slice(0, 4), 2]) })));
    }
    const tuned = file({ w: tensor("F32", [5], [...odd.slice(0, 4), 3]) });
    for (const create of Object.values(creators)) {
      expect(hex(apply(base, create(base, tuned, { base: BASE })))).to.equal(hex(tuned));
    }
  });

  it("refuses to make or to apply a change to NaN or infinity", async () => {
    const base = file({ w: tensor("F32", [2], [1, 3e38]) });
    for (const value of [Number.NaN, Infinity]) {
      const tuned = file({ w: tensor("F32", [2], [1, value]) });
      const made = await refused("WEIGHTS_NOT_FINITE", () => createSparse(base, tuned, { base: BASE }));
      expect(made.details).to.deep.equal({ tensor: "w", index: 1 });
      const change = delta("dense", { w: tensor("F32", [2], [0, value]) });
      await refused("WEIGHTS_NOT_FINITE", () => apply(base, change));
    }
    const over = await refused("WEIGHTS_NOT_FINITE", () =>
      apply(base, delta("dense", { w: tensor("F32", [2], [0, 3e38]) })),
    );
    expect(over.details).to.deep.equal({ tensor: "w", index: 1 });
    // 0x3f800000 + 0x40000000 = 0x7f800000, infinity.
    const bits = delta("dense", { w: tensor("I32", [2], [0x40000000, 0]) });
    expect((await refused("WEIGHTS_NOT_FINITE", () => apply(base, bits))).details).to.deep.equal({
      tensor: "w",
      index: 0,
    });
  });

  it("rounds sums to nearest, ties to even: F16 as Float16Array does, F32 as Math.fround does", () => {
    const random = prng(52);
    const count = 4096;
    // Exponents close enough for the sums to be interesting, subnormals included.
    const bits = () => Array.from({ length: count }, () => pick(random, 0, 0x5bff) | (random() < 0.5 ? 0x8000 : 0));
    const half = (stored: number[]) => new Float16Array(Uint16Array.from(stored).buffer);
    const [b, d] = [bits(), bits()];
    const sums = half(b).map((value, i) => value + (half(d)[i] as number));
    const result = apply(file({ w: tensor("F16", [count], b) }), delta("dense", { w: tensor("F16", [count], d) }));
    const expected = [...new Uint16Array(sums.buffer)].map((stored, i) => ((d[i]! & 0x7fff) === 0 ? b[i] : stored));
    expect(values(result)).to.deep.equal(expected);
    const [x, y] = [0, 1].map(() =>
      Array.from({ length: count }, () => Math.fround((random() - 0.5) * 2 ** pick(random, -20, 20))),
    );
    const floats = apply(file({ w: tensor("F32", [count], x!) }), delta("dense", { w: tensor("F32", [count], y!) }));
    expect(values(floats)).to.deep.equal(x!.map((value, i) => Math.fround(value + y![i]!)));
  });

  it("rounds BF16 sums to the nearest of the two neighbours, ties to even", () => {
    const random = prng(53);
    const number = (stored: number) => new Float32Array(Uint32Array.of(stored << 16).buffer)[0] as number;
    const bits = () => pick(random, 0x3d00, 0x4300) | (random() < 0.5 ? 0x8000 : 0);
    const pairs = Array.from({ length: 4096 }, () => [bits(), bits()] as const);
    const base = file({
      w: tensor(
        "BF16",
        [4096],
        pairs.map(([b]) => b),
      ),
    });
    const result = values(
      apply(
        base,
        delta("dense", {
          w: tensor(
            "BF16",
            [4096],
            pairs.map(([, d]) => d),
          ),
        }),
      ),
    );
    for (const [i, [b, d]] of pairs.entries()) {
      const exact = number(b) + number(d);
      const down = new Uint32Array(Float32Array.of(exact).buffer)[0]! >>> 16;
      const [below, above] = [Math.abs(exact - number(down)), Math.abs(number(down + 1) - exact)];
      const nearest = below < above || (below === above && down % 2 === 0) ? down : down + 1;
      expect(result[i], `${number(b)} + ${number(d)}`).to.equal(nearest);
    }
  });
});
