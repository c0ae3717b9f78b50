import {
  createLora,
  type Dtype,
  readDeltaMetadata,
  readSafetensors,
  type Tensor,
  WeightsError,
} from "@freehold/sdk/weights";
import { expect } from "chai";
import { apply, BASE, delta, file, type Tensors, values } from "./delta-util.ts";
import { hex, pick, prng, refused, sha256, tensor } from "./util.ts";

const lora = (tensors: Tensors, more?: Record<string, string>) => delta("lora", tensors, more);

/** A base of one row, an A of rank 1 that is the change itself, and B = [1]. */
const row = (dtype: Dtype, base: number[], change: number[]) => ({
  base: file({ w: tensor(dtype, [1, base.length], base) }),
  A: tensor("F64", [1, base.length], change),
  B: tensor("F64", [1, 1], [1]),
});

describe("weights: LoRA deltas", () => {
  it("adds (alpha / r) · B · A, computed in binary64 in ascending k and rounded once", () => {
    const random = prng(61);
    const [out, inner, rank, alpha] = [7, 11, 5, 16];
    const floats = (count: number) => Array.from({ length: count }, () => Math.fround(random() - 0.5));
    const [w, a, b] = [floats(out * inner), floats(rank * inner), floats(out * rank)];
    const expected = w.map((value, i) => {
      const [o, column] = [Math.floor(i / inner), i % inner];
      let sum = 0;
      for (let k = 0; k < rank; k++) sum += b[o * rank + k]! * a[k * inner + column]!;
      return Math.fround(value + (alpha / rank) * sum);
    });
    const base = file({ w: tensor("F32", [out, inner], w), other: tensor("F32", [1], [7]) });
    const adapter = { A: tensor("F32", [rank, inner], a), B: tensor("F32", [out, rank], b) };
    const delta = createLora(base, new Map([["w", { ...adapter, alpha }]]), { base: BASE });
    const result = apply(base, delta);
    expect(values(result)).to.deep.equal(expected);
    expect(values(result, "other")).to.deep.equal([7]);
    // The same bytes on every machine.
    expect([base, delta, result].map((bytes) => hex(sha256(bytes)))).to.deep.equal([
      "0xb710678615fcd4382834a6743b090496cb3b59abb9c39fc605b4d8b342284bb8",
      "0xed93d1904b6c4913864f2d53aace2170f0dd12c75d54db4451f6d85833b07d0d",
      "0x21a9dd67042da391f23d3f511a8eac68608035c524e21bc095b6519d6fbd8a32",
    ]);
    // The file's alpha does the same as the adapter's.
    const shared = createLora(base, new Map([["w", adapter]]), { base: BASE, alpha });
    expect(readDeltaMetadata(readSafetensors(shared))).to.deep.equal({ kind: "lora", base: BASE, alpha });
    expect(hex(apply(base, shared))).to.equal(hex(result));
  });

  it("rounds int8 half to even, and refuses what leaves its range", async () => {
    const change = [0.5, 0.5, -0.5, -0.5, 1.5, -1.5, 0.49999999999999994, 0.75, 0, -3];
    const before = [0, 1, 0, 1, 0, 0, 0, -128, 127, -125];
    const { base, A, B } = row("I8", before, change);
    const delta = createLora(base, new Map([["w", { A, B, alpha: 1 }]]), { base: BASE });
    expect(values(apply(base, delta))).to.deep.equal([0, 2, 0, 0, 2, -2, 0, -127, 127, -128]);
    for (const [value, d] of [
      [127, 0.5],
      [-128, -0.6],
      [0, 1e300],
      [100, 28],
    ] as const) {
      const over = row("I8", [0, value], [0, d]);
      const adapters = new Map([["w", { A: over.A, B: over.B, alpha: 1 }]]);
      const error = await refused("WEIGHTS_DELTA_RANGE", () => createLora(over.base, adapters, { base: BASE }));
      expect(error.details).to.include({ tensor: "w", index: 1, dtype: "I8" });
      const written = lora({ "w.lora_A": over.A, "w.lora_B": over.B }, { "freehold.alpha": "1" });
      await refused("WEIGHTS_DELTA_RANGE", () => apply(over.base, written));
    }
  });

  it("rounds every float type once: a trace above a tie goes up", () => {
    const cases: [Dtype, number, number, number][] = [
      ["F16", 0x3c00, 2 ** -11, 0x3c00],
      ["F16", 0x3c00, 2 ** -11 + 2 ** -40, 0x3c01],
      ["F16", 0x3c01, 2 ** -11, 0x3c02],
      ["F16", 0x0000, 2 ** -25, 0x0000],
      ["F16", 0x0000, 2 ** -25 + 2 ** -60, 0x0001],
      ["F16", 0x03ff, 2 ** -24, 0x0400],
      ["F16", 0x8000, -(2 ** -24), 0x8001],
      ["F16", 0x7bff, 15.9, 0x7bff],
      ["BF16", 0x3f80, 2 ** -8, 0x3f80],
      ["BF16", 0x3f80, 2 ** -8 + 2 ** -45, 0x3f81],
      ["BF16", 0x3f81, 2 ** -8, 0x3f82],
      ["BF16", 0x0000, 2 ** -133, 0x0001],
      ["BF16", 0x007f, 2 ** -133, 0x0080],
      ["F32", 1, 2 ** -24, 1],
      ["F32", 1, 2 ** -24 + 2 ** -50, 1 + 2 ** -23],
      ["F64", 1, 2 ** -53, 1],
    ];
    for (const [dtype, before, change, after] of cases) {
      const { base, A, B } = row(dtype, [before], [change]);
      const delta = createLora(base, new Map([["w", { A, B, alpha: 1 }]]), { base: BASE });
      expect(values(apply(base, delta)), `${dtype} ${before} ${change}`).to.deep.equal([after]);
    }
  });

  it("reads factors of every float type, and scalar alphas of shape [] and [1]", () => {
    const base = file({ w: tensor("F32", [1, 2], [1, 2]) });
    const one: Record<string, number> = { F16: 0x3c00, BF16: 0x3f80, F32: 1, F64: 1 };
    for (const [dtype, stored] of Object.entries(one) as [Dtype, number][]) {
      for (const shape of [[], [1]]) {
        const delta = lora({
          "w.lora_A": tensor(dtype, [1, 2], [stored, stored]),
          "w.lora_B": tensor(dtype, [1, 1], [stored]),
          "w.alpha": tensor(dtype, shape, [stored]),
        });
        expect(values(apply(base, delta))).to.deep.equal([2, 3]);
      }
    }
  });

  it("prefers a tensor's alpha to the file's", () => {
    const base = file({ w: tensor("F64", [1, 1], [0]), v: tensor("F64", [1, 1], [0]) });
    const [A, B] = [tensor("F64", [1, 1], [1]), tensor("F64", [1, 1], [1])];
    const adapters = new Map([
      ["w", { A, B, alpha: 3 }],
      ["v", { A, B }],
    ] as const);
    const result = apply(base, createLora(base, adapters, { base: BASE, alpha: 0.1 }));
    expect([...values(result, "w"), ...values(result, "v")]).to.deep.equal([3, 0.1]);
  });

  it("refuses adapters that do not fit, and names them", async () => {
    const base = file({
      w: tensor("F32", [2, 3], [1, 2, 3, 4, 5, 6]),
      bias: tensor("F32", [2], [1, 2]),
      long: tensor("I64", [1, 1], [1n]),
    });
    const [A, B] = [tensor("F32", [1, 3], [1, 1, 1]), tensor("F32", [2, 1], [1, 1])];
    const parts = (more: Record<string, Tensor>, name = "w") => ({
      ...Object.fromEntries(Object.entries(more).map(([part, value]) => [`${name}.${part}`, value])),
    });
    const alpha = { "freehold.alpha": "8" };
    const cases: [string, Uint8Array][] = [
      ["WEIGHTS_UNKNOWN_TENSOR", lora(parts({ lora_A: A, lora_B: B }, "x"), alpha)],
      ["WEIGHTS_DELTA_FORMAT", lora(parts({ lora_A: A }), alpha)],
      ["WEIGHTS_DELTA_FORMAT", lora(parts({ lora_B: B }), alpha)],
      ["WEIGHTS_DELTA_FORMAT", lora(parts({ alpha: tensor("F32", [], [1]) }))],
      ["WEIGHTS_DELTA_FORMAT", lora(parts({ lora_A: A, lora_B: B }))],
      ["WEIGHTS_DELTA_FORMAT", lora({ w: A }, alpha)],
      ["WEIGHTS_DELTA_FORMAT", lora(parts({ lora_A: A, lora_B: B }, "bias"), alpha)],
      [
        "WEIGHTS_DELTA_FORMAT",
        lora(parts({ lora_A: tensor("F32", [0, 3], []), lora_B: tensor("F32", [2, 0], []) }), alpha),
      ],
      ["WEIGHTS_DELTA_FORMAT", lora(parts({ lora_A: tensor("F32", [], [1]), lora_B: B }), alpha)],
      ["WEIGHTS_DELTA_DTYPE", lora(parts({ lora_A: A, lora_B: B }, "long"), alpha)],
      ["WEIGHTS_DELTA_DTYPE", lora(parts({ lora_A: tensor("I8", [1, 3], [1, 1, 1]), lora_B: B }), alpha)],
      ["WEIGHTS_DELTA_SHAPE", lora(parts({ lora_A: tensor("F32", [1, 2], [1, 1]), lora_B: B }), alpha)],
      ["WEIGHTS_DELTA_SHAPE", lora(parts({ lora_A: A, lora_B: tensor("F32", [1, 2], [1, 1]) }), alpha)],
      ["WEIGHTS_DELTA_SHAPE", lora(parts({ lora_A: A, lora_B: B, alpha: tensor("F32", [2], [1, 1]) }))],
      ["WEIGHTS_NOT_FINITE", lora(parts({ lora_A: tensor("F32", [1, 3], [1, Number.NaN, 1]), lora_B: B }), alpha)],
      ["WEIGHTS_NOT_FINITE", lora(parts({ lora_A: tensor("F32", [1, 3], [1, 3e38, 1]), lora_B: B }), alpha)],
      ["WEIGHTS_DELTA_FORMAT", file({}, { "freehold.base": BASE })],
    ];
    for (const [i, [code, delta]] of cases.entries()) {
      const error = await refused(code, () => apply(base, delta)).catch((reason: unknown) => {
        throw new Error(`case ${i}`, { cause: reason });
      });
      expect(error.message).to.match(/w|x|bias|long|dense/);
    }
    for (const text of [
      "",
      "NaN",
      "Infinity",
      "1e999",
      "0x10",
      " 8",
      "8 ",
      "1_0",
      ".5",
      "1E2",
      "1234567890.12345678901",
    ]) {
      const delta = lora(parts({ lora_A: A, lora_B: B }), { "freehold.alpha": text });
      await refused("WEIGHTS_DELTA_METADATA", () => apply(base, delta));
    }
    for (const text of ["8", "0.1", "-1.5e-3", "12345678901234567890"]) {
      expect(() => apply(base, lora(parts({ lora_A: A, lora_B: B }), { "freehold.alpha": text }))).not.to.throw();
    }
    const adapters = new Map([["w", { A, B }]]);
    await refused("WEIGHTS_DELTA_METADATA", () => createLora(base, adapters, { base: BASE, alpha: Number.NaN }));
    await refused("WEIGHTS_NOT_FINITE", () =>
      createLora(base, new Map([["w", { A, B, alpha: Infinity }]]), { base: BASE }),
    );
  });

  it("answers damaged adapters with a WeightsError or with weights, never otherwise (1,500 mutations)", () => {
    const random = prng(62);
    const base = file({
      w: tensor("BF16", [2, 2], [0x3f80, 0x4000, 0x4040, 0x4080]),
      n: tensor("U8", [2, 2], [1, 2, 3, 4]),
    });
    const [A, B] = [tensor("F16", [1, 2], [0x3c00, 0x4000]), tensor("F32", [2, 1], [1, 2])];
    const adapters = new Map([
      ["w", { A, B, alpha: 1 }],
      ["n", { A, B }],
    ] as const);
    const delta = createLora(base, adapters, { base: BASE, alpha: 2 });
    let refusals = 0;
    for (let i = 0; i < 1500; i++) {
      const bytes = delta.slice();
      const from = i % 2 === 0 ? 0 : bytes.length - 24;
      bytes[pick(random, from, bytes.length - 1)] = pick(random, 0, 255);
      try {
        readSafetensors(apply(base, bytes));
      } catch (error) {
        expect(error, String((error as Error).stack)).to.be.instanceOf(WeightsError);
        refusals++;
      }
    }
    expect(refusals).to.be.greaterThan(300).and.lessThan(1500);
  });
});
