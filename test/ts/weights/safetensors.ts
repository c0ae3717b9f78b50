import { readdirSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { readSafetensorsFile, readSafetensorsHeader, writeSafetensorsFile } from "@freehold/sdk/node";
import {
  DTYPES,
  type Dtype,
  dtypeSize,
  elementCount,
  elements,
  readSafetensors,
  type Safetensors,
  type Tensor,
  WeightsError,
  writeSafetensors,
} from "@freehold/sdk/weights";
import { expect } from "chai";
import { hex, pick, prng, randomBytes, rawFile, refused, sha256, tensor, withDirectory } from "./util.ts";

/** A file of random tensors with names that need escapes, dimensions of zero, and metadata now and then. */
function randomFile(random: () => number): Safetensors {
  const tensors = new Map<string, Tensor>();
  const alphabet = ["a", "b.c", "\u00e9", "\ue000", "\u{1f600}", '"', "\\", "\n", "__proto__", "constructor"];
  for (let i = pick(random, 0, 6); i > 0; i--) {
    const name = Array.from({ length: pick(random, 0, 3) }, () => alphabet[pick(random, 0, 9)]).join("");
    const dtype = DTYPES[pick(random, 0, DTYPES.length - 1)] as Dtype;
    const shape = Array.from({ length: pick(random, 0, 3) }, () => pick(random, 0, 4));
    const data = randomBytes(pick(random, 0, 2 ** 31), elementCount(shape) * dtypeSize(dtype));
    tensors.set(name, { dtype, shape, data });
  }
  const metadata = new Map(
    [
      ["format", "pt"],
      ["__proto__", "x"],
      ["\u00e9", "\u0001"],
    ].slice(0, pick(random, 0, 3)) as [string, string][],
  );
  return random() < 0.5 ? { tensors } : { tensors, metadata };
}

const plain = ({ tensors, metadata }: Safetensors) => ({
  metadata: metadata === undefined ? null : Object.entries(Object.fromEntries(metadata)).sort(),
  tensors: [...tensors].map(([name, { dtype, shape, data }]) => [name, dtype, [...shape], hex(data)]).sort(),
});

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const _one = (dtype: string, shape: string, offsets: string) => `{"w":${entry(dtype, shape, offsets)}}`;

describe("weights: safetensors", () => {
  it("writes the bytes of the reference implementation", () => {
    const tensors = new Map<string, Tensor>();
    for (const dtype of DTYPES) {
      const length = 6 * dtypeSize(dtype);
      tensors.set(`t.${dtype}`, {
        dtype,
        shape: [2, 3],
        data: Uint8Array.from({ length }, (_, i) => (i * 7 + length) % 128),
      });
    }
    tensors.set("z", tensor("F32", [], [1]));
    tensors.set("a", tensor("F32", [0, 4], []));
    tensors.set('\u{1f600} "q"\\\n\u0001\u007f\u2028', tensor("I8", [1], [2]));
    tensors.set("\ue000", tensor("I8", [1], [1]));
    const bytes = writeSafetensors({ tensors, metadata: new Map([["format", "pt"]]) });
    // Digest of what the Python package safetensors 0.8.0 writes for the same tensors.
    expect(hex(sha256(bytes))).to.equal("0xa0889d609c01e949a74923889a9a19b9ec69be7e6ee2e31680add231af9e8f94");
    expect((bytes[0] as number) % 8).to.equal(0);
  });

  it("does not depend on the order in which tensors and metadata come", () => {
    const random = prng(41);
    for (let i = 0; i < 50; i++) {
      const { tensors, metadata } = randomFile(random);
      const reversed = {
        tensors: new Map([...tensors].reverse()),
        ...(metadata && { metadata: new Map([...metadata].reverse()) }),
      };
      expect(hex(writeSafetensors(reversed))).to.equal(
        hex(writeSafetensors({ tensors, ...(metadata && { metadata }) })),
      );
    }
  });

  it("reads back what it writes (300 random files)", () => {
    const random = prng(42);
    for (let i = 0; i < 300; i++) {
      const file = randomFile(random);
      const bytes = writeSafetensors(file);
      const back = readSafetensors(bytes);
      expect(plain(back)).to.deep.equal(plain(file));
      expect(hex(writeSafetensors(back))).to.equal(hex(bytes));
    }
  });

  it("refuses damaged files with a WeightsError or reads them, but never breaks (3,000 mutations)", () => {
    const random = prng(43);
    let refusals = 0;
    for (let i = 0; i < 3000; i++) {
      const bytes = writeSafetensors(randomFile(random));
      const header = 8 + Number(new DataView(bytes.buffer).getBigUint64(0, true));
      for (let flips = pick(random, 1, 3); flips > 0; flips--) {
        const at = pick(random, 0, random() < 0.8 ? header - 1 : bytes.length - 1);
        bytes[at] = pick(random, 0, 255);
      }
      const cut = random() < 0.2 ? bytes.subarray(0, pick(random, 0, bytes.length)) : bytes;
      try {
        writeSafetensors(readSafetensors(cut, { finite: true }));
      } catch (error) {
        expect(error, String((error as Error).stack)).to.be.instanceOf(WeightsError);
        refusals++;
      }
    }
    expect(refusals).to.be.greaterThan(1000).and.lessThan(3000);
  });

  it("views elements at any offset", () => {
    const random = prng(44);
    for (const dtype of DTYPES) {
      const data = randomBytes(45, 5 * dtypeSize(dtype));
      const expected = [...elements({ dtype, shape: [5], data })].map(String);
      for (let shift = 1; shift < 8; shift++) {
        const moved = new Uint8Array(64).fill(pick(random, 0, 255));
        moved.set(data, shift);
        const shifted = { dtype, shape: [5], data: moved.subarray(shift, shift + data.length) };
        expect([...elements(shifted)].map(String)).to.deep.equal(expected);
      }
    }
    const view = elements({ dtype: "I32", shape: [1], data: Uint8Array.of(0, 0xfe, 0xff, 0xff, 0xff).subarray(1) });
    expect([...view]).to.deep.equal([-2]);
  });

  const data = new Uint8Array(8);

  it("accepts what the format allows: white space, any order, empty tensors, no tensors", () => {
    const spaced = `{ "b" :${entry("U8", "[ 2 ]", "[ 6 , 8 ]")}\n,"a":\t${entry("U8", "[2,3]", "[0,6]")} }   `;
    expect([...readSafetensors(rawFile(spaced, data)).tensors.keys()]).to.deep.equal(["a", "b"]);
    expect(readSafetensors(rawFile("{}")).tensors.size).to.equal(0);
    const empty = `{"a":${entry("F64", "[0,9]", "[0,0]")},"b":${entry("U8", "[8]", "[0,8]")},"c":${entry("I8", "[0]", "[8,8]")}}`;
    expect(readSafetensors(rawFile(empty, data)).tensors.size).to.equal(3);
  });

  it("finds NaN and infinities in every float type when asked", async () => {
    const cases: [Dtype, number, number[]][] = [
      ["F16", 0x3c00, [0x7c00, 0xfc00, 0x7e00, 0xfc01]],
      ["BF16", 0x3f80, [0x7f80, 0xff80, 0x7fc0, 0xff81]],
      ["F32", 1, [Number.NaN, Infinity, -Infinity]],
      ["F64", 1, [Number.NaN, Infinity, -Infinity]],
    ];
    for (const [dtype, fine, wrong] of cases) {
      for (const value of wrong) {
        const bytes = writeSafetensors({ tensors: new Map([["w", tensor(dtype, [3], [fine, fine, value])]]) });
        expect(readSafetensors(bytes).tensors.size).to.equal(1);
        const error = await refused("WEIGHTS_NOT_FINITE", () => readSafetensors(bytes, { finite: true }));
        expect(error.details).to.deep.equal({ tensor: "w", index: 2 });
      }
    }
    const bits = writeSafetensors({ tensors: new Map([["w", tensor("U16", [1], [0x7c00])]]) });
    expect(readSafetensors(bits, { finite: true }).tensors.size).to.equal(1);
  });

  it("refuses to write what it would not read", async () => {
    const write = (name: string, value: Tensor) => () => writeSafetensors({ tensors: new Map([[name, value]]) });
    const fine = tensor("U8", [1], [1]);
    await refused("WEIGHTS_BAD_NAME", write("__metadata__", fine));
    await refused("WEIGHTS_BAD_NAME", write("\ud800", fine));
    await refused("WEIGHTS_BAD_SHAPE", write("w", { ...fine, shape: [2] }));
    await refused("WEIGHTS_BAD_SHAPE", write("w", { ...fine, shape: [-1] }));
    await refused("WEIGHTS_BAD_DTYPE", write("w", { ...fine, dtype: "F8" as Dtype }));
  });

  it("reads the header and single tensors of a file, and writes files whole or not at all", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "model.safetensors");
      const file: Safetensors = {
        tensors: new Map([
          ["a", tensor("F32", [2], [1, 2])],
          ["b", tensor("I8", [3], [1, -2, 3])],
        ]),
        metadata: new Map([["format", "pt"]]),
      };
      await writeSafetensorsFile(path, file);
      expect(plain(await readSafetensorsFile(path))).to.deep.equal(plain(file));
      const header = await readSafetensorsHeader(path);
      expect(header.tensors.get("b")).to.deep.equal({ dtype: "I8", shape: [3], begin: 8, end: 11 });
      const some = await readSafetensorsFile(path, { tensors: ["b"] });
      expect([...some.tensors.keys()]).to.deep.equal(["b"]);
      expect([...elements(some.tensors.get("b") as Tensor)]).to.deep.equal([1, -2, 3]);
      const missing = await refused("WEIGHTS_UNKNOWN_TENSOR", () => readSafetensorsFile(path, { tensors: ["c"] }));
      expect(missing.details).to.include({ tensor: "c" });
      const bad = { tensors: new Map([["w", { ...tensor("U8", [1], [1]), shape: [9] }]]) };
      await refused("WEIGHTS_BAD_SHAPE", () => writeSafetensorsFile(path, bad));
      expect(plain(await readSafetensorsFile(path))).to.deep.equal(plain(file));
      expect(readdirSync(directory)).to.deep.equal(["model.safetensors"]);
      truncateSync(path, 20);
      await refused("WEIGHTS_HEADER_LENGTH", () => readSafetensorsFile(path));
      await refused("WEIGHTS_FILE_UNREADABLE", () => readSafetensorsFile(join(directory, "missing")));
    }));
});
