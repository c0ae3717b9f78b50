import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  type Progress,
  StreamingLeafHasher,
  WebCryptoLeafHasher,
  type WeightsSource,
  weightsRoot,
} from "@freehold/sdk/weights";
import { sha256 as nobleSha256 } from "@noble/hashes/sha2.js";
import { expect } from "chai";
import { chunksOf, hex, MIB, pick, prng, randomBytes, referenceRoot, refused } from "./util.ts";

const BYTES = randomBytes(7, 3 * MIB + 12345);
const ROOT = hex(referenceRoot(chunksOf(BYTES)));

/** Fragments of random length, empty ones included. */
async function* shredded(bytes: Uint8Array, seed: number, most: number): AsyncGenerator<Uint8Array> {
  const random = prng(seed);
  for (let begin = 0; begin < bytes.length; ) {
    const length = pick(random, 0, most);
    yield bytes.subarray(begin, begin + length);
    begin += length;
  }
}

/** Sources that never answer, and note whether they were let go. */
function hanging(): { sources: WeightsSource[]; released: string[] } {
  const released: string[] = [];
  const iterable: AsyncIterable<Uint8Array> = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise(() => undefined),
      return: async () => {
        released.push("iterable");
        return { done: true, value: undefined };
      },
    }),
  };
  const stream = new ReadableStream<Uint8Array>({
    pull: () => new Promise(() => undefined),
    cancel: () => {
      released.push("stream");
    },
  });
  return { sources: [iterable, stream], released };
}

function streamOf(source: AsyncGenerator<Uint8Array>): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await source.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}

describe("weights: digest", () => {
  const sources: [string, () => WeightsSource][] = [
    ["bytes", () => BYTES],
    ["a part of a larger buffer", () => new Uint8Array([0, ...BYTES.subarray(0, 9), 0]).subarray(1, 10)],
    ["an ArrayBuffer", () => BYTES.slice().buffer],
    ["a Blob", () => new Blob([BYTES.slice()])],
    ["a ReadableStream", () => streamOf(shredded(BYTES, 1, 100_000))],
    ["fragments of up to 3 MiB", () => shredded(BYTES, 2, 3 * MIB)],
    ["fragments of up to 5,000 bytes", () => shredded(BYTES, 3, 5000)],
  ];
  for (const [name, source] of sources) {
    it(`hashes ${name}`, async () => {
      const { root, byteLength } = await weightsRoot(source());
      expect(root).to.equal(byteLength === 9 ? hex(referenceRoot([BYTES.subarray(0, 9)])) : ROOT);
    });
  }

  it("gives the same root with every SHA-256 it can run on", async () => {
    for (const hasher of [new WebCryptoLeafHasher(), new StreamingLeafHasher(() => nobleSha256.create())]) {
      expect((await weightsRoot(shredded(BYTES, 4, 700_000), { hasher })).root).to.equal(ROOT);
    }
  });

  it("gives the leaves on request, and only then", async () => {
    const digest = await weightsRoot(BYTES, { leaves: true });
    expect(digest.leaves).to.have.length(4);
    expect(digest.leaves[3]).to.equal(hex(referenceRoot([BYTES.subarray(3 * MIB)])));
    expect(await weightsRoot(BYTES)).not.to.have.property("leaves");
  });

  it("reports progress after every chunk, with the total where it is known", async () => {
    const seen: Progress[] = [];
    await weightsRoot(BYTES, { onProgress: (progress) => seen.push(progress) });
    expect(seen.map(({ chunks }) => chunks)).to.deep.equal([1, 2, 3, 4]);
    expect(seen[3]).to.deep.equal({ bytes: BYTES.length, total: BYTES.length, chunks: 4 });
    const streamed: Progress[] = [];
    await weightsRoot(shredded(BYTES, 5, 9999), { onProgress: (progress) => streamed.push(progress) });
    expect(streamed[3]).to.deep.equal({ bytes: BYTES.length, chunks: 4 });
  });

  it("refuses empty input of every kind", async () => {
    const empty: WeightsSource[] = [
      new Uint8Array(),
      new ArrayBuffer(0),
      new Blob([]),
      streamOf(shredded(new Uint8Array(), 1, 1)),
      shredded(new Uint8Array(), 1, 1),
    ];
    for (const source of empty) await refused("WEIGHTS_EMPTY", () => weightsRoot(source));
  });

  it("refuses what is not a source of bytes", async () => {
    for (const source of ["weights", 7, null, undefined, {}, [BYTES]]) {
      await refused("WEIGHTS_BAD_SOURCE", () => weightsRoot(source as unknown as WeightsSource));
    }
    async function* text() {
      yield "weights";
    }
    const error = await refused("WEIGHTS_BAD_SOURCE", () => weightsRoot(text() as unknown as WeightsSource));
    expect(error.details).to.deep.equal({ type: "string" });
  });

  it("passes on the error of a source that breaks", async () => {
    async function* broken() {
      yield BYTES;
      throw new RangeError("the disk is gone");
    }
    const error = await weightsRoot(broken()).catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(RangeError);
  });

  it("stops at an abort, even when the source hangs, and lets go of the source", async () => {
    const { sources, released } = hanging();
    for (const source of sources) {
      const controller = new AbortController();
      const result = weightsRoot(source, { signal: controller.signal }).catch((reason: unknown) => reason);
      controller.abort(new Error("enough"));
      expect(await result).to.have.property("message", "enough");
    }
    expect(released).to.deep.equal(["iterable", "stream"]);
    const aborted = weightsRoot(BYTES, { signal: AbortSignal.abort() }).catch((reason: unknown) => reason);
    expect(await aborted).to.have.property("name", "AbortError");
  });

  it("cancels a stream that it does not read to its end", async () => {
    let cancelled = false;
    const source = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(MIB)),
      cancel: () => {
        cancelled = true;
      },
    });
    const onProgress = () => {
      throw new Error("seen enough");
    };
    expect(await weightsRoot(source, { onProgress }).catch((reason: unknown) => reason)).to.be.instanceOf(Error);
    expect(cancelled).to.equal(true);
  });

  it("imports nothing that browsers lack", () => {
    const root = join(import.meta.dirname, "../../../sdk/src/weights");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
    expect(files.length).to.be.greaterThan(10);
    for (const name of files) {
      const imports = readFileSync(join(root, name), "utf8").match(/from "[^"]*"/g) ?? [];
      for (const found of imports) expect(found, name).to.match(/^from "(\.|@noble\/hashes\/)/);
    }
  });
});
