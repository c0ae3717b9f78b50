import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { readSafetensorsHeader } from "@freehold/sdk/node";
import { readSafetensors } from "@freehold/sdk/weights";
import { expect } from "chai";
import { rawFile, refused, withDirectory } from "./util.ts";

const entry = (dtype: string, shape: string, offsets: string) =>
  `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;
const one = (dtype: string, shape: string, offsets: string) => `{"w":${entry(dtype, shape, offsets)}}`;

describe("weights: hostile safetensors", () => {
  const data = new Uint8Array(8);
  const hostile: [string, string, Uint8Array][] = [
    ["an empty file", "WEIGHTS_TRUNCATED", new Uint8Array()],
    ["half a header length", "WEIGHTS_TRUNCATED", new Uint8Array(7)],
    [
      "a header length beyond the file",
      "WEIGHTS_HEADER_LENGTH",
      rawFile(one("U8", "[8]", "[0,8]"), data).subarray(0, 30),
    ],
    ["a header length of 2^63", "WEIGHTS_HEADER_LENGTH", Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0x80, 0x7b, 0x7d)],
    ["a header length of 2^64 - 1", "WEIGHTS_HEADER_LENGTH", new Uint8Array(20).fill(0xff)],
    ["a header length of 0", "WEIGHTS_HEADER_LENGTH", new Uint8Array(20)],
    ["a header of more than 100 MB", "WEIGHTS_HEADER_LENGTH", rawFile(new Uint8Array(100_000_001).fill(0x20))],
    ["a header that is not JSON", "WEIGHTS_HEADER_SYNTAX", rawFile("{not json}")],
    ["white space before the header", "WEIGHTS_HEADER_SYNTAX", rawFile(" {}")],
    ["a header that is an array", "WEIGHTS_HEADER_SYNTAX", rawFile("[]")],
    ["a header that is not UTF-8", "WEIGHTS_HEADER_SYNTAX", rawFile(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d))],
    ["something after the header's object", "WEIGHTS_HEADER_SYNTAX", rawFile("{}{}")],
    ["zeros after the header's object", "WEIGHTS_HEADER_SYNTAX", rawFile("{}\u0000")],
    ["a comma too many", "WEIGHTS_HEADER_SYNTAX", rawFile('{"__metadata__":{},}')],
    ["a header that ends within a string", "WEIGHTS_HEADER_SYNTAX", rawFile('{"w')],
    ["a header that ends within an escape", "WEIGHTS_HEADER_SYNTAX", rawFile('{"w\\')],
    ["a bad escape", "WEIGHTS_HEADER_SYNTAX", rawFile('{"\\x":{}}')],
    ["a lone surrogate", "WEIGHTS_HEADER_SYNTAX", rawFile('{"\\ud800":{}}')],
    ["deep nesting", "WEIGHTS_HEADER_SYNTAX", rawFile(`{"w":${"[".repeat(100_000)}`)],
    [
      "a tensor twice",
      "WEIGHTS_DUPLICATE_KEY",
      rawFile(`{"w":${entry("U8", "[8]", "[0,8]")},"w":${entry("U8", "[8]", "[0,8]")}}`, data),
    ],
    [
      "a tensor twice by an escape",
      "WEIGHTS_DUPLICATE_KEY",
      rawFile(`{"w":${entry("U8", "[0]", "[0,0]")},"\\u0077":${entry("U8", "[8]", "[0,8]")}}`, data),
    ],
    [
      "a field twice",
      "WEIGHTS_DUPLICATE_KEY",
      rawFile('{"w":{"dtype":"U8","dtype":"I8","shape":[8],"data_offsets":[0,8]}}', data),
    ],
    ["metadata twice", "WEIGHTS_DUPLICATE_KEY", rawFile('{"__metadata__":{},"__metadata__":{}}')],
    ["a metadata key twice", "WEIGHTS_DUPLICATE_KEY", rawFile('{"__metadata__":{"a":"1","a":"2"}}')],
    ["metadata that is a number", "WEIGHTS_BAD_METADATA", rawFile('{"__metadata__":{"a":1}}')],
    ["metadata that is no object", "WEIGHTS_HEADER_SYNTAX", rawFile('{"__metadata__":null}')],
    [
      "65,537 keys of metadata",
      "WEIGHTS_BAD_METADATA",
      rawFile(`{"__metadata__":{${Array.from({ length: 65_537 }, (_, i) => `"${i}":""`)}}}`),
    ],
    ["nested metadata", "WEIGHTS_BAD_METADATA", rawFile('{"__metadata__":{"a":{}}}')],
    ["an unknown dtype", "WEIGHTS_BAD_DTYPE", rawFile(one("F8_E4M3", "[8]", "[0,8]"), data)],
    ["a dtype from Object's prototype", "WEIGHTS_BAD_DTYPE", rawFile(one("constructor", "[8]", "[0,8]"), data)],
    [
      "a field too many",
      "WEIGHTS_HEADER_SYNTAX",
      rawFile('{"w":{"dtype":"U8","shape":[8],"data_offsets":[0,8],"x":1}}', data),
    ],
    ["no dtype", "WEIGHTS_HEADER_SYNTAX", rawFile('{"w":{"shape":[8],"data_offsets":[0,8]}}', data)],
    ["no shape", "WEIGHTS_HEADER_SYNTAX", rawFile('{"w":{"dtype":"U8","data_offsets":[0,8]}}', data)],
    ["no offsets", "WEIGHTS_HEADER_SYNTAX", rawFile('{"w":{"dtype":"U8","shape":[8]}}', data)],
    ["one offset", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[8]", "[8]"), data)],
    ["three offsets", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[8]", "[0,8,8]"), data)],
    ["a negative dimension", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[-8]", "[0,8]"), data)],
    ["two negative dimensions", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[-2,-4]", "[0,8]"), data)],
    ["a fractional dimension", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[8.0]", "[0,8]"), data)],
    ["an exponent", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[8e0]", "[0,8]"), data)],
    ["a leading zero", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[08]", "[0,8]"), data)],
    ["a dimension of 2^64", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", "[18446744073709551616]", "[0,8]"), data)],
    ["a dimension that is a string", "WEIGHTS_HEADER_SYNTAX", rawFile(one("U8", '["8"]', "[0,8]"), data)],
    [
      "a shape that overflows to a small product",
      "WEIGHTS_BAD_SHAPE",
      rawFile(one("U8", "[4294967296,4294967296,8]", "[0,8]"), data),
    ],
    ["a shape whose bytes overflow", "WEIGHTS_BAD_SHAPE", rawFile(one("F64", "[9007199254740991]", "[0,8]"), data)],
    ["a shape of 65 dimensions", "WEIGHTS_BAD_SHAPE", rawFile(one("U8", `[${Array(65).fill(1)}]`, "[0,1]"), data)],
    ["a shape that does not fit its offsets", "WEIGHTS_BAD_OFFSETS", rawFile(one("U16", "[8]", "[0,8]"), data)],
    ["offsets in reverse", "WEIGHTS_BAD_OFFSETS", rawFile(one("U8", "[8]", "[8,0]"), data)],
    [
      "overlapping tensors",
      "WEIGHTS_BAD_OFFSETS",
      rawFile(`{"a":${entry("U8", "[8]", "[0,8]")},"b":${entry("U8", "[4]", "[4,8]")}}`, data),
    ],
    [
      "the same bytes for two tensors",
      "WEIGHTS_BAD_OFFSETS",
      rawFile(`{"a":${entry("U8", "[8]", "[0,8]")},"b":${entry("U8", "[8]", "[0,8]")}}`, data),
    ],
    ["a hole at the start", "WEIGHTS_BAD_OFFSETS", rawFile(one("U8", "[7]", "[1,8]"), data)],
    [
      "a hole between tensors",
      "WEIGHTS_BAD_OFFSETS",
      rawFile(`{"a":${entry("U8", "[3]", "[0,3]")},"b":${entry("U8", "[4]", "[4,8]")}}`, data),
    ],
    ["bytes after the last tensor", "WEIGHTS_BAD_OFFSETS", rawFile(one("U8", "[7]", "[0,7]"), data)],
    ["bytes without a tensor", "WEIGHTS_BAD_OFFSETS", rawFile("{}", data)],
    ["data cut off", "WEIGHTS_TRUNCATED", rawFile(one("U8", "[8]", "[0,8]"), data.subarray(0, 7))],
  ];
  for (const [what, code, bytes] of hostile) {
    it(`refuses ${what}, in memory and on disk`, async () => {
      await refused(code, () => readSafetensors(bytes));
      await withDirectory(async (directory) => {
        const path = join(directory, "hostile.safetensors");
        writeFileSync(path, bytes);
        await refused(code, () => readSafetensorsHeader(path));
      });
    });
  }

  it("names the tensor and the values that are wrong", async () => {
    const overlap = rawFile(`{"a":${entry("U8", "[8]", "[0,8]")},"b":${entry("U8", "[4]", "[4,8]")}}`, data);
    const error = await refused("WEIGHTS_BAD_OFFSETS", () => readSafetensors(overlap));
    expect(error.details).to.deep.equal({ tensor: "b", begin: 4, end: 8, covered: 8 });
    const long = await refused("WEIGHTS_BAD_DTYPE", () =>
      readSafetensors(rawFile(one("x".repeat(10_000), "[8]", "[0,8]"), data)),
    );
    expect(long.message.length).to.be.lessThan(300);
    const escaped = await refused("WEIGHTS_BAD_METADATA", () => readSafetensors(rawFile('{"__metadata__":{"a":1}}')));
    expect(escaped.details).to.deep.equal({ key: "a" });
  });

  it("bounds the number of tensors", async () => {
    const names = Array.from({ length: 5 }, (_, i) => `"${i}":${entry("U8", "[0]", "[0,0]")}`);
    const bytes = rawFile(`{${names.join(",")}}`);
    expect(readSafetensors(bytes, { maxTensors: 5 }).tensors.size).to.equal(5);
    const error = await refused("WEIGHTS_TOO_MANY_TENSORS", () => readSafetensors(bytes, { maxTensors: 4 }));
    expect(error.details).to.deep.equal({ max: 4 });
  });
});
