import {
  applyDelta,
  applyDeltas,
  createDense,
  createSparse,
  DELTA_KINDS,
  type Dtype,
  dtypeSize,
  elementCount,
  readDeltaMetadata,
  readSafetensors,
  type Tensor,
  WeightsError,
} from "@freehold/sdk/weights";
import { expect } from "chai";
import { apply, BASE, delta, file, OTHER, type Tensors, values } from "./delta-util.ts";
import { hex, pick, prng, randomBytes, refused, sha256, tensor } from "./util.ts";

const FLOATS: readonly Dtype[] = ["F16", "BF16", "F32", "F64"];
const INTS: readonly Dtype[] = ["I8", "U8", "I16", "U16", "I32", "U32", "I64", "U64"];

/** Random bits, but no NaN and no infinity. */
function finiteBytes(random: () => number, dtype: Dtype, count: number): Uint8Array {
  const data = randomBytes(pick(random, 0, 2 ** 31), count * dtypeSize(dtype));
  const size = dtypeSize(dtype);
  // An exponent of all ones needs these two bits.
  if (FLOATS.includes(dtype)) for (let i = size - 1; i < data.length; i += size) data[i] = (data[i] as number) & 0xbf;
  return data;
}

describe("weights: dense and sparse deltas", () => {
  const creators = { dense: createDense, sparse: createSparse } as const;

  for (const [kind, create] of Object.entries(creators)) {
    it(`${kind}: gives the fine-tune back byte for byte, for every dtype and any finite bits`, () => {
      const random = prng(51);
      for (let round = 0; round < 60; round++) {
        const before: Tensors = {};
        const after: Tensors = {};
        for (const dtype of [...INTS, ...FLOATS, "BOOL"] as Dtype[]) {
          const shape = [pick(random, 1, 4), pick(random, 1, 5)];
          const count = elementCount(shape);
          const bits =
            dtype === "BOOL" ? (data: Uint8Array) => data.map((byte) => byte & 1) : (data: Uint8Array) => data;
          const base = bits(finiteBytes(random, dtype, count));
          const tuned = bits(finiteBytes(random, dtype, count));
          // Differences of 64-bit integers must fit into 64 bits.
          if (dtype === "I64" || dtype === "U64") {
            for (let i = 7; i < base.length; i += 8) {
              base[i] = (base[i] as number) & 0x3f;
              tuned[i] = (tuned[i] as number) & 0x3f;
            }
          }
          // Some elements, and sometimes all, stay.
          const size = dtypeSize(dtype);
          const keep = random();
          for (let i = 0; i < count; i++) {
            if (random() < keep || round % 10 === 0) tuned.set(base.subarray(i * size, i * size + size), i * size);
          }
          before[dtype] = { dtype, shape, data: base };
          after[dtype] = { dtype, shape, data: tuned };
        }
        const metadata = { format: "pt" };
        const [base, tuned] = [file(before, metadata), file(after, metadata)];
        const change = create(base, tuned, { base: BASE });
        expect(hex(apply(base, change))).to.equal(hex(tuned));
        if (round % 10 === 0) expect(readSafetensors(change).tensors.size).to.equal(0);
      }
    });

    it(`${kind}: does not change the base, Buffers included`, () => {
      const base = Buffer.from(file({ w: tensor("F32", [2], [1, 2]), n: tensor("I8", [2], [1, 2]) }));
      const tuned = Buffer.from(file({ w: tensor("F32", [2], [1, 3]), n: tensor("I8", [2], [9, 2]) }));
      const kept = hex(base);
      const change = Buffer.from(create(base, tuned, { base: BASE }));
      const keptChange = hex(change);
      expect(hex(apply(base, change))).to.equal(hex(tuned));
      expect([hex(base), hex(change)]).to.deep.equal([kept, keptChange]);
    });
  }

  it("checks the indices of a sparse delta", async () => {
    const base = file({ w: tensor("I8", [2, 2], [1, 2, 3, 4]) });
    const sparse = (indices: Tensor, diffs: Tensor) => delta("sparse", { "w.indices": indices, "w.values": diffs });
    const two = tensor("I16", [2], [10, 20]);
    for (const index of [tensor("U32", [2], [0, 3]), tensor("U64", [2], [0n, 3n])]) {
      expect(values(apply(base, sparse(index, two)))).to.deep.equal([11, 2, 3, 24]);
    }
    for (const wrong of [
      [1, 1],
      [2, 1],
      [0, 4],
      [0, 2 ** 32 - 1],
    ]) {
      const error = await refused("WEIGHTS_DELTA_INDICES", () => apply(base, sparse(tensor("U32", [2], wrong), two)));
      expect(error.details).to.include({ tensor: "w", position: 1, count: 4 });
    }
    await refused("WEIGHTS_DELTA_INDICES", () => apply(base, sparse(tensor("U64", [2], [0n, 2n ** 64n - 1n]), two)));
    await refused("WEIGHTS_DELTA_DTYPE", () => apply(base, sparse(tensor("I32", [2], [0, 3]), two)));
    await refused("WEIGHTS_DELTA_SHAPE", () => apply(base, sparse(tensor("U32", [1], [0]), two)));
    await refused("WEIGHTS_DELTA_SHAPE", () => apply(base, sparse(tensor("U32", [2, 1], [0, 1]), two)));
    await refused("WEIGHTS_DELTA_FORMAT", () =>
      apply(base, delta("sparse", { "w.indices": tensor("U32", [2], [0, 3]) })),
    );
    await refused("WEIGHTS_DELTA_FORMAT", () => apply(base, delta("sparse", { "w.values": two })));
    await refused("WEIGHTS_DELTA_FORMAT", () => apply(base, delta("sparse", { w: two })));
  });

  it("refuses a delta for another base, and names what does not fit", async () => {
    const base = file({ w: tensor("I8", [2], [1, 2]) });
    const change = delta("dense", { w: tensor("I16", [2], [1, 1]) });
    const error = await refused("WEIGHTS_DELTA_BASE", () => applyDelta(base, change, { expectedBase: OTHER }));
    expect(error.details).to.deep.equal({ expected: OTHER, actual: BASE });
    await refused("WEIGHTS_BAD_ARGUMENT", () => applyDelta(base, change, { expectedBase: "0x12" }));
    const unknown = await refused("WEIGHTS_UNKNOWN_TENSOR", () =>
      apply(base, delta("dense", { v: tensor("I16", [2], [1, 1]) })),
    );
    expect(unknown.details).to.deep.equal({ tensor: "v" });
    const ghost = { "v.indices": tensor("U32", [0], []), "v.values": tensor("I16", [0], []) };
    await refused("WEIGHTS_UNKNOWN_TENSOR", () => apply(base, delta("sparse", ghost)));
    const shape = await refused("WEIGHTS_DELTA_SHAPE", () =>
      apply(base, delta("dense", { w: tensor("I16", [1, 2], [1, 1]) })),
    );
    expect(shape.details).to.deep.equal({ tensor: "w", shape: [1, 2], expected: [2] });
    const dtype = await refused("WEIGHTS_DELTA_DTYPE", () =>
      apply(base, delta("dense", { w: tensor("I8", [2], [1, 1]) })),
    );
    expect(dtype.details).to.deep.equal({ tensor: "w", dtype: "I8", allowed: ["I16"] });
  });

  it("refuses a fine-tune that does not have its base's tensors", async () => {
    const base = file({ w: tensor("I8", [2], [1, 2]), v: tensor("I8", [1], [1]) }, { format: "pt" });
    const create = (tensors: Tensors, metadata?: Record<string, string>) => () =>
      createDense(base, file(tensors, metadata), { base: BASE });
    const [w, v] = [tensor("I8", [2], [1, 3]), tensor("I8", [1], [1])];
    await refused("WEIGHTS_UNKNOWN_TENSOR", create({ w }, { format: "pt" }));
    await refused("WEIGHTS_UNKNOWN_TENSOR", create({ w, v, x: v }, { format: "pt" }));
    await refused("WEIGHTS_DELTA_SHAPE", create({ w: { ...w, shape: [2, 1] }, v }, { format: "pt" }));
    await refused("WEIGHTS_DELTA_DTYPE", create({ w: { ...w, dtype: "U8" }, v }, { format: "pt" }));
    await refused("WEIGHTS_DELTA_METADATA", create({ w, v }));
    await refused("WEIGHTS_DELTA_METADATA", create({ w, v }, { format: "tf" }));
    expect(create({ w, v }, { format: "pt" })).not.to.throw();
  });

  it("writes and reads a delta's metadata strictly", async () => {
    expect(DELTA_KINDS).to.deep.equal(["dense", "sparse", "lora"]);
    const base = file({ w: tensor("I8", [1], [1]) });
    const tuned = file({ w: tensor("I8", [1], [2]) });
    const upper = `0x${"AB".repeat(32)}` as const;
    const change = createDense(base, tuned, { base: upper, metadata: { note: "run 7" } });
    expect(readDeltaMetadata(readSafetensors(change))).to.deep.equal({ kind: "dense", base: upper.toLowerCase() });
    expect(readSafetensors(change).metadata?.get("note")).to.equal("run 7");
    expect(hex(applyDeltas(base, [{ delta: change, expectedBase: upper }]))).to.equal(hex(tuned));
    await refused("WEIGHTS_BAD_ARGUMENT", () => createDense(base, tuned, { base: "0xab" }));
    await refused("WEIGHTS_DELTA_METADATA", () =>
      createDense(base, tuned, { base: BASE, metadata: { "freehold.x": "1" } }),
    );
    const w = { w: tensor("I16", [1], [1]) };
    await refused("WEIGHTS_DELTA_FORMAT", () => apply(base, file(w)));
    await refused("WEIGHTS_DELTA_FORMAT", () => apply(base, delta("Dense", w)));
    await refused("WEIGHTS_DELTA_METADATA", () => apply(base, file(w, { "freehold.format": "dense" })));
    await refused("WEIGHTS_DELTA_METADATA", () => apply(base, delta("dense", w, { "freehold.base": upper })));
    await refused("WEIGHTS_DELTA_METADATA", () => apply(base, delta("dense", w, { "freehold.scale": "2" })));
    await refused("WEIGHTS_DELTA_METADATA", () => apply(base, delta("dense", w, { "freehold.alpha": "2" })));
  });

  it("applies the deltas of a line in order, and pins the bytes", async () => {
    const random = prng(54);
    const version = () =>
      file({
        int: tensor(
          "I8",
          [4, 8],
          Array.from({ length: 32 }, () => pick(random, -128, 127)),
        ),
        f16: tensor(
          "F16",
          [16],
          Array.from({ length: 16 }, () => pick(random, 0, 0x7bff)),
        ),
        f32: tensor(
          "F32",
          [16],
          Array.from({ length: 16 }, () => random() - 0.5),
        ),
      });
    const [v0, v1, v2] = [version(), version(), version()];
    const first = { delta: createDense(v0, v1, { base: BASE }), expectedBase: BASE };
    const second = { delta: createSparse(v1, v2, { base: OTHER }), expectedBase: OTHER };
    expect(hex(applyDeltas(v0, []))).to.equal(hex(v0));
    expect(hex(applyDeltas(v0, [first]))).to.equal(hex(v1));
    expect(hex(applyDeltas(v0, [first, second]))).to.equal(hex(v2));
    await refused("WEIGHTS_DELTA_BASE", () => applyDeltas(v0, [first, { ...second, expectedBase: BASE }]));
    // The weights, and the two deltas: the same bytes on every machine.
    expect([v2, first.delta, second.delta].map((bytes) => hex(sha256(bytes)))).to.deep.equal([
      "0xcbd3d3e2679d4b3972ba7c0ee35056b57507b44a5b6f109bab3e57af8dbf1d65",
      "0xcb66c17c6f930e7aa0b14cfbdb81e12c3a471a514b23caf4022f573f1f16d496",
      "0x780ff1a63ab2b1ca12a247cae1a18d3a9c4c19b278eb862cdce0dfe655fcdf1b",
    ]);
  });

  it("answers damaged deltas with a WeightsError or with weights, never otherwise (2,000 mutations)", () => {
    const random = prng(55);
    const base = file({ w: tensor("I8", [4], [1, 2, 3, 4]), f: tensor("F32", [4], [1, 2, 3, 4]) });
    const tuned = file({ w: tensor("I8", [4], [1, 9, 3, -4]), f: tensor("F32", [4], [1, 2.5, 3, 1e-20]) });
    const changes = Object.values(creators).map((create) => create(base, tuned, { base: BASE }));
    let refusals = 0;
    for (let i = 0; i < 2000; i++) {
      const bytes = (changes[i % 2] as Uint8Array).slice();
      const from = i % 4 < 2 ? 0 : bytes.length - 40;
      bytes[pick(random, from, bytes.length - 1)] = pick(random, 0, 255);
      try {
        readSafetensors(apply(base, bytes));
      } catch (error) {
        expect(error, String((error as Error).stack)).to.be.instanceOf(WeightsError);
        refusals++;
      }
    }
    expect(refusals).to.be.greaterThan(500).and.lessThan(2000);
  });
});
