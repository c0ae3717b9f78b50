import { existsSync, readFileSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { hashFile, verifyFile } from "@freehold/sdk/node";
import { weightsRoot } from "@freehold/sdk/weights";
import { expect } from "chai";
import { MIB, prng, randomBytes, refused, withDirectory } from "./util.ts";

const BYTES = randomBytes(31, 37 * MIB + 4321);

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = (bytes[at] as number) ^ 1;
  writeFileSync(path, bytes);
}

describe("weights: files", () => {
  it("hashes a file on one thread and on several to the root of its bytes", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      for (const length of [1, MIB, MIB + 1, 17 * MIB, BYTES.length]) {
        writeFileSync(path, BYTES.subarray(0, length));
        const expected = await weightsRoot(BYTES.subarray(0, length), { leaves: true });
        for (const threads of [1, 2, 3, 64]) {
          expect(await hashFile(path, { threads, leaves: true })).to.deep.equal(expected);
        }
        expect(await hashFile(path)).to.deep.equal({
          root: expected.root,
          byteLength: length,
          chunks: expected.chunks,
        });
      }
    }));

  it("reports progress in order up to the end", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      writeFileSync(path, BYTES);
      for (const threads of [1, 2]) {
        const seen: number[] = [];
        await hashFile(path, { threads, onProgress: ({ bytes, total }) => seen.push(bytes, total as number) });
        const bytes = seen.filter((_, i) => i % 2 === 0);
        expect(bytes).to.deep.equal([...bytes].sort((a, b) => a - b));
        expect(seen.slice(-2)).to.deep.equal([BYTES.length, BYTES.length]);
        expect(bytes.length).to.be.greaterThan(2);
      }
    }));

  it("stops at an abort", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      writeFileSync(path, BYTES);
      for (const threads of [1, 2]) {
        const controller = new AbortController();
        const onProgress = () => controller.abort();
        const result = hashFile(path, { threads, signal: controller.signal, onProgress });
        expect(await result.catch((reason: unknown) => reason)).to.have.property("name", "AbortError");
        const early = hashFile(path, { threads, signal: AbortSignal.abort() });
        expect(await early.catch((reason: unknown) => reason)).to.have.property("name", "AbortError");
      }
    }));

  it("refuses an empty file, a missing one, a directory, and a wrong number of threads", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      writeFileSync(path, "");
      await refused("WEIGHTS_EMPTY", () => hashFile(path));
      await refused("WEIGHTS_FILE_UNREADABLE", () => hashFile(join(directory, "missing")));
      await refused("WEIGHTS_FILE_UNREADABLE", () => hashFile(directory));
      writeFileSync(path, "x");
      for (const threads of [0, -1, 1.5, 65]) {
        await refused("WEIGHTS_BAD_ARGUMENT", () => hashFile(path, { threads }));
      }
    }));

  it("notices a file that changes while it is hashed", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      for (const threads of [1, 2]) {
        writeFileSync(path, BYTES);
        let cut = false;
        const onProgress = () => {
          if (!cut) truncateSync(path, MIB);
          cut = true;
        };
        await refused("WEIGHTS_FILE_CHANGED", () => hashFile(path, { threads, onProgress }));
        writeFileSync(path, BYTES);
        const touch = () => utimesSync(path, 1, 1);
        await refused("WEIGHTS_FILE_CHANGED", () => hashFile(path, { threads, onProgress: touch }));
      }
    }));

  it("verifies a file, and names a wrong chunk, a missing end and a longer one", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      writeFileSync(path, BYTES);
      const manifest = await hashFile(path, { leaves: true });
      const random = prng(32);
      for (const threads of [1, 2]) {
        expect(await verifyFile(path, manifest, { threads })).to.deep.equal({ chunks: 38, resumedFrom: 0 });
        for (const index of [0, 16, 37]) {
          const at = index * MIB + Math.floor(random() * Math.min(MIB, BYTES.length - index * MIB));
          flip(path, at);
          const error = await refused("WEIGHTS_CHUNK_MISMATCH", () => verifyFile(path, manifest, { threads }));
          expect(error.details).to.include({ index, expected: manifest.leaves[index] });
          expect(await verifyFile(path, manifest, { threads, resumeFrom: index + 1 })).to.deep.equal({
            chunks: 38,
            resumedFrom: index + 1,
          });
          flip(path, at);
        }
      }
      writeFileSync(path, BYTES.subarray(0, -1));
      const short = await refused("WEIGHTS_TRUNCATED", () => verifyFile(path, manifest));
      expect(short.details).to.include({ expected: BYTES.length, actual: BYTES.length - 1, chunk: 37 });
      writeFileSync(path, Buffer.concat([BYTES, Buffer.from([0])]));
      await refused("WEIGHTS_TOO_LONG", () => verifyFile(path, manifest));
      await refused("WEIGHTS_BAD_MANIFEST", () => verifyFile(path, { ...manifest, byteLength: 1 }));
    }));

  it("resumes an interrupted verification from its state, for the same file and manifest only", () =>
    withDirectory(async (directory) => {
      const path = join(directory, "weights");
      const stateFile = join(directory, "state.json");
      writeFileSync(path, BYTES);
      const manifest = await hashFile(path, { leaves: true });
      const interrupt = async () => {
        const controller = new AbortController();
        const onProgress = ({ chunks }: { chunks: number }) => {
          if (chunks >= 20) controller.abort();
        };
        const result = verifyFile(path, manifest, { stateFile, threads: 1, signal: controller.signal, onProgress });
        expect(await result.catch((reason: unknown) => reason)).to.have.property("name", "AbortError");
        expect(existsSync(stateFile)).to.equal(true);
        return (JSON.parse(readFileSync(stateFile, "utf8")) as { verified: number }).verified;
      };
      const reached = await interrupt();
      expect(reached).to.be.greaterThanOrEqual(20).and.lessThan(38);
      expect(await verifyFile(path, manifest, { stateFile })).to.deep.equal({ chunks: 38, resumedFrom: reached });
      expect(existsSync(stateFile)).to.equal(false);

      // The file changed since: everything is verified again, and the change is found.
      await interrupt();
      flip(path, 3 * MIB);
      const error = await refused("WEIGHTS_CHUNK_MISMATCH", () => verifyFile(path, manifest, { stateFile }));
      expect(error.details.index).to.equal(3);
      flip(path, 3 * MIB);

      // A state of another manifest, or one that is not a state.
      await interrupt();
      const other = await weightsRoot(randomBytes(33, BYTES.length), { leaves: true });
      const wrong = await refused("WEIGHTS_CHUNK_MISMATCH", () => verifyFile(path, other, { stateFile }));
      expect(wrong.details.index).to.equal(0);
      for (const text of ["", "null", "[]", '{"verified":9}', '{"verified":1e9,"file":{}}', "{"]) {
        writeFileSync(stateFile, text);
        expect((await verifyFile(path, manifest, { stateFile })).resumedFrom).to.equal(0);
      }
    }));
});
