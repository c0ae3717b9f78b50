import { type ChunkManifest, parseManifest, verifyChunks, weightsRoot } from "@freehold/sdk/weights";
import { expect } from "chai";
import { hex, MIB, pick, prng, randomBytes, refused, sha256 } from "./util.ts";

const BYTES = randomBytes(21, 5 * MIB + 777);

describe("weights: chunk manifest", () => {
  let manifest: ChunkManifest;

  before(async () => {
    const { root, byteLength, leaves } = await weightsRoot(BYTES, { leaves: true });
    manifest = { root, byteLength, leaves };
  });

  it("survives JSON", () => {
    expect(parseManifest(JSON.parse(JSON.stringify(manifest)))).to.deep.equal(manifest);
  });

  it("is checked against its root, and for its form", async () => {
    const leaves = [...manifest.leaves];
    leaves[2] = hex(sha256(Uint8Array.of(1)));
    const error = await refused("WEIGHTS_BAD_MANIFEST", () => parseManifest({ ...manifest, leaves }));
    expect(error.details).to.have.property("expected", manifest.root);
    const wrong: unknown[] = [
      null,
      "manifest",
      {},
      { ...manifest, root: manifest.root.toUpperCase() },
      { ...manifest, root: "0x12" },
      { ...manifest, byteLength: 0 },
      { ...manifest, byteLength: -1 },
      { ...manifest, byteLength: 1.5 },
      { ...manifest, byteLength: "5" },
      { ...manifest, byteLength: 4 * MIB },
      { ...manifest, byteLength: 2 ** 60 },
      { ...manifest, leaves: manifest.leaves.slice(1) },
      { ...manifest, leaves: { length: 6 } },
      { ...manifest, leaves: [...manifest.leaves.slice(1), 7] },
    ];
    for (const value of wrong) await refused("WEIGHTS_BAD_MANIFEST", () => parseManifest(value));
    await refused("WEIGHTS_BAD_MANIFEST", () => verifyChunks(BYTES, { ...manifest, leaves }));
  });

  it("accepts the right bytes, whole or from any chunk on", async () => {
    expect(await verifyChunks(BYTES, manifest)).to.equal(6);
    for (let from = 0; from <= 6; from++) {
      expect(await verifyChunks(BYTES.subarray(from * MIB), manifest, { from })).to.equal(6 - from);
    }
    await refused("WEIGHTS_BAD_ARGUMENT", () => verifyChunks(BYTES, manifest, { from: 7 }));
    await refused("WEIGHTS_BAD_ARGUMENT", () => verifyChunks(BYTES, manifest, { from: -1 }));
  });

  it("names the wrong chunk by its index, wherever the byte is", async () => {
    const random = prng(22);
    for (let index = 0; index < 6; index++) {
      const bytes = BYTES.slice();
      const most = Math.min((index + 1) * MIB, bytes.length) - 1;
      const at = pick(random, index * MIB, most);
      bytes[at] = (bytes[at] as number) ^ (1 << pick(random, 0, 7));
      const error = await refused("WEIGHTS_CHUNK_MISMATCH", () => verifyChunks(bytes, manifest));
      expect(error.details).to.include({ index, expected: manifest.leaves[index], offset: index * MIB });
      expect(error.details.actual).to.equal(hex(sha256(Uint8Array.of(0), bytes.subarray(index * MIB, most + 1))));
      // Found again when the source starts there, and not by those who start behind it.
      const from = await refused("WEIGHTS_CHUNK_MISMATCH", () =>
        verifyChunks(bytes.subarray(index * MIB), manifest, { from: index }),
      );
      expect(from.details.index).to.equal(index);
      await verifyChunks(bytes.subarray((index + 1) * MIB), manifest, { from: index + 1 });
    }
  });

  it("names swapped chunks by the first", async () => {
    const bytes = BYTES.slice();
    bytes.copyWithin(MIB, 2 * MIB, 3 * MIB);
    bytes.set(BYTES.subarray(MIB, 2 * MIB), 2 * MIB);
    const error = await refused("WEIGHTS_CHUNK_MISMATCH", () => verifyChunks(bytes, manifest));
    expect(error.details).to.include({ index: 1, actual: manifest.leaves[2] });
  });

  it("names truncated and over-long weights", async () => {
    for (const length of [0, 1, MIB, 2 * MIB + 5, BYTES.length - 1]) {
      const error = await refused("WEIGHTS_TRUNCATED", () => verifyChunks(BYTES.subarray(0, length), manifest));
      expect(error.details).to.deep.equal({
        expected: BYTES.length,
        actual: length,
        chunk: Math.floor(length / MIB),
      });
    }
    for (const more of [1, MIB, 3 * MIB]) {
      const bytes = new Uint8Array(BYTES.length + more);
      bytes.set(BYTES);
      await refused("WEIGHTS_TOO_LONG", () => verifyChunks(bytes, manifest));
    }
    const whole = await weightsRoot(BYTES.subarray(0, 2 * MIB), { leaves: true });
    await refused("WEIGHTS_TOO_LONG", () => verifyChunks(BYTES, whole));
  });

  it("resumes where an interrupted verification stopped", async () => {
    const controller = new AbortController();
    let done = 0;
    const onProgress = ({ chunks }: { chunks: number }) => {
      done = chunks;
      if (chunks === 3) controller.abort();
    };
    async function* slowly() {
      for (let begin = 0; begin < BYTES.length; begin += MIB / 2) yield BYTES.subarray(begin, begin + MIB / 2);
    }
    const stopped = verifyChunks(slowly(), manifest, { onProgress, signal: controller.signal });
    expect(await stopped.catch((reason: unknown) => reason)).to.have.property("name", "AbortError");
    expect(done).to.equal(3);
    expect(await verifyChunks(BYTES.subarray(done * MIB), manifest, { from: done })).to.equal(3);
  });
});
